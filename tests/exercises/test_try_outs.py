"""Cells that try out answers run as they are, before and after the answers are written."""

import contextlib
import io
import re

import matplotlib.pyplot as plt
import pytest

from autograder.bank import ASSIGNMENTS
from autograder.grading.assignment import course_assignments
from autograder.grading.grade import Grader
from autograder.grading.notebook import is_try_out
from support.notebooks import released, solved_cells

ONE_LINE = re.compile(r"not written yet: fill in [\w, ]+ above and run this cell again\n")


@pytest.fixture(autouse=True)
def no_windows(monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))


def printed(sources):
    """Run cells from top to bottom, and return what each of those that try out has printed."""
    names, texts = {"__name__": "__main__"}, []
    for source in sources:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(source, names)
        if is_try_out(source):
            texts.append(out.getvalue())
    return texts


def code(notebook):
    return ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_who_has_written_nothing_is_told_so_in_one_line_by_every_cell(assignment):
    texts = printed(code(released(assignment)))
    assert len(texts) >= 4
    assert all(ONE_LINE.fullmatch(text) for text in texts)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_with_right_answers_the_cells_run_without_that_line(assignment):
    cells = [s for s in solved_cells(assignment) if not (is_try_out(s) and "train_digits(" in s)]
    texts = printed(cells)
    assert len(texts) >= 4
    assert not any("not written yet" in text for text in texts)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_no_code_of_the_course_waits_to_be_uncommented(assignment):
    for source in code(released(assignment)):
        assert any(line and not line.startswith("#") for line in source.splitlines())


class RanError(Exception):
    """Raised in place of running cells, with their sources."""


def test_the_grader_runs_them_only_if_a_student_has_changed_them(monkeypatch):
    def mark_code(self, sources, ids, gone):
        raise RanError(sources)

    monkeypatch.setattr(Grader, "mark_code", mark_code)
    assignment = course_assignments()["02-forward"]
    cells = [{**cell} for cell in assignment.released["cells"]]
    first, *others = (cell for cell in cells if is_try_out(cell["source"]))
    first["source"] += "\nmine = 1"
    with pytest.raises(RanError) as ran:
        Grader(assignment, 0, None).mark_cells(cells, frozenset(), [], None)
    (sources,) = ran.value.args
    assert first["source"] in sources
    assert not {cell["source"] for cell in others} & set(sources)
