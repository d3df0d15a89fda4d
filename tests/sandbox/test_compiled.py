"""Cells that many notebooks share are compiled once, and run as if each notebook compiled them."""

from types import CodeType

import pytest

from autograder.sandbox.client import QuestionSet
from autograder.sandbox.inside.compiled import compiled_cells

SHARED = "def f():\n    return [1 / zero for zero in (0,)]\nf()"


def names_of_files(code):
    inner = (c for c in code.co_consts if isinstance(c, CodeType))
    return {code.co_filename}.union(*map(names_of_files, inner))


def test_shared_code_gets_the_name_of_the_cell_in_which_it_runs():
    parts = compiled_cells([SHARED])[SHARED].named("<cell 7>").parts
    assert [names_of_files(part) for part in parts] == [{"<cell 7>"}] * 2


@pytest.mark.parametrize("cell", ["%time x = 1", "from __future__ import annotations", "x ="])
def test_a_cell_that_only_a_notebook_can_compile_is_not_shared(cell):
    assert compiled_cells([cell]) == {}


@pytest.mark.sandbox
def test_a_shared_cell_shows_what_it_would_show_otherwise(sandbox):
    def shown(shared):
        with sandbox.job(["x = 1", SHARED, "x + 1"], QuestionSet([], shared)) as job:
            return job.cells()

    assert shown([SHARED, "x + 1"]) == shown([])
    assert "ZeroDivisionError" in shown([SHARED])[1].error
