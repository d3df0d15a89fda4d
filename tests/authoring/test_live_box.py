"""The texts in a box of the book come from the course and fit into the box."""

import ast
import re

import pytest

from autograder.assemble import solved_notebook
from autograder.authoring.function_texts import STUB_LINE, WIDTH
from autograder.authoring.live_box import live_box
from autograder.bank import EXERCISES, QUESTIONS
from support.answers import given, marked
from support.places import BOOK

PAGES = {page.stem: page.read_text(encoding="utf-8") for page in sorted(BOOK.glob("[1-6]-*.md"))}
IN_PAGE = re.compile(r"^:::\{live-question\} (\w+)$", re.MULTILINE)
ASKED = [id for text in PAGES.values() for id in IN_PAGE.findall(text)]
SEED = 3


def test_the_chapters_ask_at_least_twenty_four_questions_and_each_of_them_two():
    assert len(ASKED) == len(set(ASKED)) >= 24
    assert all(len(IN_PAGE.findall(text)) >= 2 for text in PAGES.values())


@pytest.mark.parametrize("id", ASKED)
def test_a_stub_has_three_to_six_lines_that_fit_into_the_box(id):
    lines = live_box(id).stub.splitlines()
    assert 3 <= len(lines) <= 6
    assert max(map(len, lines)) <= WIDTH
    (function,) = ast.parse(live_box(id).stub).body
    assert function.name in QUESTIONS[id].writes
    assert ast.get_docstring(function)
    assert lines[-1].strip() == STUB_LINE


@pytest.mark.parametrize("id", ASKED)
def test_the_stub_is_marked_as_not_written_and_the_solution_as_right(id):
    box = live_box(id)

    def verdict(text):
        code = given(box.assignment)
        for part in (*box.earlier.values(), text):
            exec(part, code)
        return marked(id, SEED, code)

    assert verdict(box.stub).verdict == "missing"
    assert verdict(box.solution).verdict == "correct"


def test_title_and_solution_are_those_of_the_notebook():
    box = live_box("linear_backward")
    notebook = solved_notebook((EXERCISES / "03-backward.md").read_text(encoding="utf-8"))
    sources = {cell.id: cell.source for cell in notebook.cells}
    bare = re.sub(r" *### (?:BEGIN|END) SOLUTION\n?", "", sources["linear_backward-answer"])
    assert box.solution.strip() == bare.strip()
    assert any(re.search(rf"^## \d+\. {box.title} \(6 points\)", text) for text in sources.values())


def test_a_box_gives_what_makes_the_cache_and_knows_what_its_check_tries():
    box = live_box("linear_backward")
    assert re.findall(r"^def (\w+)", box.given, re.MULTILINE) == ["linear_forward"]
    assert "all sizes equal" in box.tried
    assert box.inputs == {"calls": "how many times your function is called with the same cache"}


def test_a_box_knows_the_earlier_answers_that_it_may_call():
    assert list(live_box("layer").earlier) == ["sigmoid", "neuron"]
    assert "def sigmoid(z):" in live_box("layer").earlier["sigmoid"]


def test_a_shape_is_not_broken_between_two_lines():
    for id in ASKED:
        assert not re.search(r"\([^()\n]{0,20}\n[^()]{0,20}\)", live_box(id).stub.split(":", 1)[1])


@pytest.mark.parametrize("id", ["no_such_question", "shift_of_softmax", "backward"])
def test_a_question_that_asks_for_no_function_has_no_box(id):
    with pytest.raises(ValueError, match=id):
        live_box(id)
