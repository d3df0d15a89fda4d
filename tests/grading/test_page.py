"""A student's cells are cut to what nbgrader's pages can show soon; honest ones stay whole.

No test measures time. They count what is left for nbconvert to render.
"""

import re

import pytest
from bs4 import BeautifulSoup
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import markdown2html_mistune

from autograder.bank import ASSIGNMENTS
from autograder.grading.assignment import course_assignments
from autograder.grading.markdown import BREAK, harmless
from autograder.grading.notebook import code_cell, markdown_cell, read_notebook
from autograder.grading.page import (
    MAX_CELL,
    MAX_LINE,
    MAX_SPACE,
    TOKEN,
    TOO_MUCH,
    UNCOLOURED,
    Room,
    fit_page,
    work,
)
from support.here import grade_here, hand_in, new_gradebook
from support.limited import at_most
from support.notebooks import released, released_file, solved_file
from support.stock import nbgrader

# Pieces that, repeated, take nbconvert time that grows with the square of the length, or much time
# for each character.
PIECES = (
    *("\\begin{a}", "\\begin{a", "$", "$$ ", "\\\\(", "\\\\[", "[", "[a](", "![", "[a]: b\n"),
    *("<", "<a ", "<!--", "`", "``a", "*", "**a ", "*a_", "_a*", "~~", "|", "a|b\n-|-\n"),
    *("> ", ">", "- ", "- > ", "1. ", ": a\n", "# a\n", "=\n", "a\n=\n", "```a\n"),
    *("http://", "&", "\\", "a ", "a", "\n", " ", " \n", "\t", "\u2003", "\x0b", "é\u0301"),
    *("a" + " " * 5000, "a" + "\n" * 5000),
)
CODE = (
    *("*", "a.", "a?", "(", "'", '"""', "!a ", "a", " \n", "\n", "\t", "\\\n"),
    *("%%perl\n", "%%latex\n"),
)


def shown(sources, make=markdown_cell):
    """Return the sources of some cells of a student as a page shows them."""
    cells = [make(source, f"own-{i}") for i, source in enumerate(sources)]
    fit_page(cells, [])
    return [cell["source"] for cell in cells]


def repeated(piece, size):
    return (piece * (size // len(piece) + 1))[:size]


def longest_space(texts):
    return max((len(run) for text in texts for run in re.findall(r"\s+", text)), default=0)


def test_of_very_many_cells_the_first_are_shown_and_a_line_tells_of_the_rest():
    sources = shown([f"x = {i}" for i in range(1000)], make=code_cell)
    assert sources[:300] == [f"x = {i}" for i in range(300)]
    (line,) = sources[300:]
    assert line.startswith("*700 more cells are not shown")


def is_typed(source):
    """True if a text is shown as it was typed, and not rendered."""
    return "~~~" in source


@pytest.mark.parametrize("piece", PIECES)
def test_the_markdown_of_a_notebook_is_bounded_whatever_it_consists_of(piece):
    texts = shown([repeated(piece, 1_000_000)] + [repeated(piece, 20_000)] * 50)
    rendered = [text for text in texts if not is_typed(text)]
    assert sum(map(len, rendered)) < 40_000  # with the notes, and with BREAK after each sign
    assert sum(map(work, rendered)) < 2 * Room().work
    assert sum(map(len, texts)) < 400_000
    assert longest_space(texts) <= MAX_SPACE + 2  # with the line ends after a note
    for text in filter(is_typed, texts):
        assert max(map(len, text.split("\n"))) <= 2 * MAX_LINE


@pytest.mark.parametrize("piece", CODE)
def test_the_code_of_a_notebook_is_bounded_whatever_it_consists_of(piece):
    cells = [repeated(piece, 1_000_000)] + [repeated(piece, 20_000)] * 50
    sources = shown(cells, code_cell)
    assert sum(map(len, sources)) < 220_000
    assert max(len(line) for source in sources for line in source.split("\n")) <= MAX_LINE + 2
    assert longest_space(sources) <= MAX_SPACE + 1
    coloured = [source for source in sources if not source.startswith(UNCOLOURED)]
    assert sum(len(TOKEN.findall(source)) for source in coloured) < 12_000
    assert sum(work(source) for source in coloured if "%%" in source) <= Room().work


def test_code_without_colours_is_still_shown_whole():
    code = "x = a[0]\n" * 1200
    first, second = shown([code, code], code_cell)
    assert first == code
    assert second == f"{UNCOLOURED}\n{code}"
    html = Highlight2HTML(pygments_lexer="ipython3")(second)
    page = BeautifulSoup(html, "html.parser")
    assert page.text.split() == second.split()
    assert len(page.find_all("span")) < 10


def test_a_thousand_small_cells_are_bounded_together():
    assert sum(map(len, shown(["$[`*a* "[:7] * 100] * 1000))) < 400_000
    assert sum(map(len, shown(["a = b[0]\n" * 100] * 1000, code_cell))) < 320_000


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_every_cell_of_an_honest_notebook_is_shown_whole(name):
    cells = read_notebook(solved_file(name))["cells"]
    ours = course_assignments()[name].released["cells"]
    before = [cell["source"] for cell in cells]
    known = {cell["source"] for cell in ours}
    assert set(before) - known
    fit_page(cells, ours)
    assert [cell["source"] for cell in cells] == [
        harmless(source) if cell["cell_type"] == "markdown" and source not in known else source
        for cell, source in zip(cells, before, strict=True)
    ]


def test_a_long_honest_essay_with_formulas_is_rendered_whole():
    why = "Why? " * 20
    essay = "\n\n".join(
        f"{i}. The gradient $\\partial L / \\partial x_{{{i}}}$ is *small*: `dx[{i}]`. {why}"
        for i in range(100)
    )
    assert 15_000 < len(essay) < MAX_CELL
    assert shown([essay]) == [essay]


def test_cells_as_we_released_them_stay_but_copies_of_them_count():
    ours = read_notebook(released_file("05-network"))["cells"]
    longest = max((c["source"] for c in ours if c["cell_type"] == "markdown"), key=len)
    cells = [dict(cell) for cell in ours]
    cells += [markdown_cell(longest, f"copy-{i}") for i in range(900)]
    fit_page(cells, ours)
    assert [c["source"] for c in cells[: len(ours)]] == [c["source"] for c in ours]
    assert sum(len(c["source"]) for c in cells[len(ours) :]) < 400_000


def test_a_cut_cell_says_so_first():
    long = "\n".join(f"line {i}" for i in range(10_000))
    (text,) = shown([long])
    note = f"Only the first 20,000 of {len(long):,} characters are shown here."
    assert text.startswith(f"*{note}*\n\nline 0\n")
    (code,) = shown([long], code_cell)
    assert code.startswith(f"# {note} All of the code ran.\nline 0\n")
    assert shown(["x" * 20_000] * 30)[-1] == f"*{TOO_MUCH}*"
    assert shown(["x = 1\n" * 3000] * 30, code_cell)[-1] == f"# {TOO_MUCH} All of its code ran."


@pytest.mark.parametrize(
    "piece", ["$$ ", "~~~\n", "```\n", "\\begin{a}\n", "<script>", "[a](b) ", "\r"]
)
def test_a_text_that_is_shown_as_it_was_typed_is_one_block_of_text(piece):
    typed = (f"first {piece}~~~~~~\nlast\n" * 2000)[:19_000]
    (text,) = shown([typed])
    assert is_typed(text)
    page = BeautifulSoup(markdown2html_mistune(text), "html.parser")
    (block,) = page.find_all("pre")
    assert [tag.name for tag in page.find_all()] == ["p", "em", "pre", "code"]
    expected = "".join(typed.replace("\r", "\n").split())
    assert "".join(block.text.replace(BREAK, "").split()) == expected


@pytest.mark.parametrize("fence", ["```", "~~~~", "- ```", "> 1. ~~~ `", "\r```"])
@pytest.mark.parametrize("language", ["mermaid", "perl", "no-such-language", "mermaid <b>"])
def test_a_block_of_code_is_shown_without_the_rules_of_its_language(fence, language):
    html = markdown2html_mistune(harmless(f"{fence}{language}\n  <script>pwned()</script>\n"))
    assert "mermaid" not in html
    assert "<script>" not in html
    assert not re.search("class=.[^l]", html)  # neither a lexer's spans nor a diagram


def test_code_in_a_line_of_text_stays():
    text = "Write ```x = 1``` or `y`.\n\n```\nx\n```\n"
    assert harmless(text) == text
    assert harmless("```python\nx = 1\n```\n") == "```\nx = 1\n```\n"


@pytest.mark.sandbox
def test_nbgrader_makes_the_feedback_of_a_notebook_of_megabytes(tmp_path):
    """Without the cuts this would take hours, so the test gives up after some minutes."""
    notebook = released("01-neuron")
    pieces = ("a" + " " * 499_998 + "b", "\\begin{a}", "\\\\[", "[", "# a\n")
    texts = [repeated(piece, 500_000) for piece in pieces]
    notebook["cells"] += [markdown_cell(text, f"text-{i}") for i, text in enumerate(texts)]
    notebook["cells"].append(code_cell(repeated("x = 1\n", 499_998), "code"))
    (tmp_path / "gradebook.db").write_bytes(new_gradebook("01-neuron"))
    hand_in(tmp_path, "mallory", "01-neuron", notebook)
    assert grade_here(tmp_path, "01-neuron")["mallory"].status == "graded"
    with at_most(300), nbgrader(tmp_path) as api:
        done = api.generate_feedback("01-neuron")
    assert done["success"], done["log"]
    page = (tmp_path / "feedback" / "mallory" / "01-neuron" / "01-neuron.html").read_text()
    assert page.count("Only the first 20,000 of 500,000 characters are shown here.") == len(pieces)
    assert "Only the first 20,000 of 499,998 characters are shown here." in page
    assert len(page) < 2_000_000
