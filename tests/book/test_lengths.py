"""The lengths of chapters, counted on a made-up page."""

import subprocess
import sys

import pytest

from support.places import BOOK

sys.path.insert(0, str(BOOK))
from lengths import Length, chapters, too_long

PAGE = """<article>
<h1><span class="section-number">2. </span>Two words<a class="headerlink">#</a></h1>
<p class="eyebrow added">about 3 min</p>
<p>The slope is <span class="math">\\(2 \\cdot x\\)</span>.</p>
<div class="cell">
<div class="cell_input"><div class="highlight-ipython3"><pre>
<span class="k">import</span> numpy

print(1)
</pre></div></div>
<div class="cell_output"><figure><figcaption>no words here</figcaption></figure></div>
</div>
<div class="cell"><details><div class="highlight-ipython3"><pre>hidden()</pre></div></details></div>
<div class="highlight-python"><pre>dx = dout @ W.T</pre></div>
<div class="highlight-text"><pre>output</pre></div>
<fieldset class="self-check"><legend>Self-check 1</legend></fieldset>
<live-question>
<p>Write it.</p><div class="highlight-python"><pre>answer()</pre></div>
</live-question>
</article>"""


@pytest.fixture
def site(tmp_path):
    """The folder of a site with the page as chapter 2."""
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "2-concepts.html").write_text(PAGE, encoding="utf-8")
    return tmp_path


def test_words_lines_and_boxes_of_a_page_are_counted(site):
    ((name, found),) = chapters(site)
    assert name == "2-concepts"
    # "2. Two words", "The slope is x" and "Self-check 1"
    assert found == Length(words=9, code_lines=3, figures=1, self_checks=1, live_boxes=1)


def test_minutes_follow_from_the_counts_and_live_boxes_are_told_apart():
    found = Length(words=1300, code_lines=30, figures=5, self_checks=8, live_boxes=3)
    assert found.minutes == 10 + 4 + 6
    assert found.live_minutes == 12


def test_a_chapter_that_is_too_long_is_named():
    fits = Length(words=4500, code_lines=90, figures=9, self_checks=9, live_boxes=9)
    assert too_long("1-background", fits) == too_long("5-code", fits) == []
    longer = Length(words=4501, code_lines=91, figures=9, self_checks=9, live_boxes=9)
    assert [line.split()[2] for line in too_long("1-background", longer)] == ["4,501"]
    assert [line.split()[2] for line in too_long("5-code", longer)] == ["91"]
    slow = Length(words=7500, code_lines=90, figures=0, self_checks=20, live_boxes=0)
    assert [line.split()[3] for line in too_long("3-algorithm", slow)] == ["minutes."]


def test_the_command_prints_a_table_and_fails_only_at_a_limit(site):
    def run(*options):
        command = [sys.executable, BOOK / "lengths.py", site, *options]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert run().returncode == run("--limits").returncode == 0
    assert run().stdout.splitlines()[1].split() == ["2-concepts", "9", "1", "4", "3", "1", "1", "1"]
    long = PAGE.replace("<p>The", f"<p>{'word ' * 7500} The")
    (site / "book" / "2-concepts.html").write_text(long, encoding="utf-8")
    assert run().returncode == 0
    failed = run("--limits")
    assert failed.returncode == 1
    assert failed.stderr.startswith("2-concepts has 7,509 words. At most 7,500 are allowed")
