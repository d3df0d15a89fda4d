"""The directive for live questions: its HTML without a script, and what it warns of."""

import io
import json
import re
import sys
from html import unescape

import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from autograder.authoring.live_box import live_box
from support.places import BOOK

EXTENSIONS = BOOK / "extensions"
ASK = "Write the *three* gradients of $xW + b$."


def box(id="linear_backward", text=ASK):
    return f":::{{live-question}} {id}\n{text}\n:::\n"


@pytest.fixture
def build(tmp_path, monkeypatch):
    """A function from texts of pages to the built pages, by name, and the warnings."""
    monkeypatch.setattr(sys, "path", [str(EXTENSIONS), *sys.path])
    settings = {
        "extensions": ["myst_parser", "live_question"],
        "myst_enable_extensions": ["colon_fence", "dollarmath"],
    }

    def built(builder="html", live=True, **texts):
        contents = "```{toctree}\n:numbered:\n" + "\n".join(texts) + "\n```\n"
        for name, text in {"index": contents, **texts}.items():
            (tmp_path / f"{name}.md").write_text(f"# Page {name}\n\n{text}", encoding="utf-8")
        warnings = io.StringIO()
        folders = (tmp_path, None, tmp_path / "out", tmp_path / "tree", builder)
        with docutils_namespace():
            config = {**settings, "live_questions": live}
            app = Sphinx(*folders, config, status=None, warning=warnings)
            app.build()
        pages = {
            path.stem: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
            for path in (tmp_path / "out").glob("*.html")
        }
        return pages, warnings.getvalue()

    return built


def test_a_box_is_complete_without_a_script(build):
    pages, warnings = build(one="Text.", two=box("relu_backward") + "\n" + box())
    assert warnings == ""
    first, second = pages["two"].select("live-question")
    assert first["question"] == "relu_backward"
    assert second["aria-labelledby"] == second.select_one(".try-title")["id"]
    title = " ".join(second.select_one(".try-title").get_text(" ").split())
    assert title == "Try it 2.2 A linear layer, backward 6 points"
    assert second.select_one(".try-question em").get_text() == "three"
    assert second.select_one(".try-stub").get_text() == live_box("linear_backward").stub
    assert live_box("linear_backward").notebook in second.select_one(".try-notice").get_text()


def test_the_worked_solution_is_there_and_hidden(build):
    pages, _ = build(one=box())
    solution = pages["one"].select_one("details.try-solution")
    assert solution.has_attr("hidden") and not solution.has_attr("open")
    shown = solution.select_one(".highlight").get_text().strip()
    assert shown == live_box("linear_backward").solution.strip()
    assert "all sizes equal" in solution.get_text()
    assert "how many times your function is called" in solution.get_text()
    assert solution.select_one("a")["href"] == "../book/3-algorithm.html#linear-backward"


def test_the_scripts_get_what_they_need_and_no_text_ends_their_data(build, monkeypatch):
    pages, _ = build(one=box())
    data = json.loads(pages["one"].select_one("script.live-data").string)
    assert data["id"] == "linear_backward"
    assert data["stub"] == live_box("linear_backward").stub
    assert data["notebook"] == "exercises/03-backward/03-backward.ipynb"
    assert "<" not in pages["one"].select_one("script.live-data").string


def test_only_a_page_with_boxes_loads_their_script_and_style(build):
    pages, _ = build(one="Text.", two=box())
    loaded = {
        name: re.findall(r"live/live\.js|try-it\.css", unescape(str(page.head)))
        for name, page in pages.items()
    }
    assert sorted(loaded["two"]) == ["live/live.js", "try-it.css"]
    assert loaded["one"] == loaded["index"] == []


def test_with_live_code_off_a_box_says_so_and_names_its_notebook(build):
    pages, _ = build(live=False, one=box())
    notice = pages["one"].select_one(".try-notice").get_text()
    assert notice.startswith("Live code is off")
    assert "exercises/03-backward/03-backward.ipynb" in notice
    assert "live.js" not in str(pages["one"].head)


def test_a_single_page_for_print_numbers_the_boxes_by_chapter_and_loads_no_script(build):
    pages, _ = build("singlehtml", one=box("relu_backward"), two=box())
    titles = [b.get_text() for b in pages["index"].select(".try-title b")]
    assert titles == ["Try it 1.1", "Try it 2.1"]
    assert "live.js" not in str(pages["index"])


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (box("linear_bakward"), "there is no question 'linear_bakward'"),
        (box("shift_of_softmax"), "there is no question 'shift_of_softmax' that asks for func"),
        (":::{live-question} mse\n:::\n", "ask mse in one or two sentences"),
        (box() + "\n" + box(), "linear_backward already has a box on the page one"),
    ],
)
def test_a_mistake_of_the_author_is_a_warning_in_one_line_that_says_where(build, text, complaint):
    _, warnings = build(one=text)
    assert complaint in warnings
    assert re.search(r"one\.md:\d+: ", warnings)
    assert len(warnings.strip().splitlines()) == 1


def test_a_question_on_two_pages_is_a_warning(build):
    _, warnings = build(one=box(), two=box())
    assert "linear_backward already has a box on the page one" in warnings
