"""The cells of the course without their drawing.

Drawing takes most of the time of a notebook with figures, and nearly all students leave the figures
of the course as they are. So a job computes what such a cell computes, but it does not draw, and we
add the figure, which we have drawn once. If other cells use Matplotlib or IPython, they can have
changed how the figures look, so then all cells draw.
"""

import ast
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from ..sandbox.client import Around, QuestionSet, Sandbox
from ..sandbox.inside.needs_ipython import wants_shell
from ..sandbox.untrusted import CellRun
from .assignment import Assignment
from .notebook import plain

MAX_SANDBOXES = 8  # whose figures are kept
Undrawn = Mapping[int, str]  # cells without their drawing, by their number


def undrawn_cells(assignment: Assignment, cells: list[str]) -> Undrawn:
    """Return the cells of a notebook that need not draw, each without its drawing."""
    ours = cells_without_drawing(assignment)
    found = {i: ours[plain(cell)] for i, cell in enumerate(cells) if plain(cell) in ours}
    others = [cell for i, cell in enumerate(cells) if i not in found]
    return found if found and not wants_shell(others) else {}


def without_figures(cells: list[str], undrawn: Undrawn) -> list[str]:
    """Return the cells of a notebook, some of them without their drawing."""
    return [undrawn.get(i, cell) for i, cell in enumerate(cells)]


def with_figures(
    shown: list[CellRun], cells: list[str], figures: Mapping[str, list[bytes]]
) -> list[CellRun]:
    """Return what the cells of a notebook showed, with the figures that they did not draw.

    figures: those of each cell that did not draw. A cell that stopped with an error shows none.
    """
    return [
        run if run.error else replace(run, pictures=figures.get(plain(cell), run.pictures))
        for run, cell in zip(shown, cells, strict=False)
    ]


@lru_cache(maxsize=MAX_SANDBOXES)
def figures_of_the_course(sandbox: Sandbox, assignment: Assignment) -> Mapping[str, list[bytes]]:
    """Return the figures of each cell that draws the same for every student.

    Such a cell reads nothing that other cells define, because it runs without an error if only
    the imports of the notebook have run before.
    """
    figures = {}
    for cell in cells_without_drawing(assignment):
        with sandbox.job([cell], QuestionSet([]), around=Around(assignment.imports)) as job:
            shown = job.cells()
        if shown and not shown[0].error:
            figures[cell] = shown[0].pictures
    return figures


@lru_cache(maxsize=100)
def cells_without_drawing(assignment: Assignment) -> Mapping[str, str]:
    """Return the cells of an assignment that only call `plt` to draw, each without its drawing."""
    given = map(plain, assignment.given_cells)
    pairs = {cell: without_drawing(cell) for cell in given}
    return {cell: undrawn for cell, undrawn in pairs.items() if undrawn}


def without_drawing(source: str) -> str:
    """Return a cell that computes the same, but does not draw.

    Each line that only calls a function of `plt` becomes one that evaluates the arguments of the
    call. Returns an empty text if the cell draws nothing, or if it draws in any other way.
    """
    try:
        statements = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):  # it is for IPython
        return ""
    calls = [s for s in statements if isinstance(s, ast.Expr) and _is_of_pyplot(s.value)]
    lines = source.encode().split(b"\n")
    for call in sorted(calls, key=lambda call: call.col_offset, reverse=True):
        if call.end_lineno != call.lineno:
            return ""
        line, i = lines[call.lineno - 1], call.lineno - 1
        lines[i] = line[: call.col_offset] + _evaluated(call.value) + line[call.end_col_offset :]
    undrawn = b"\n".join(lines).decode()
    return undrawn if calls and not wants_shell([undrawn]) else ""


def _is_of_pyplot(value: ast.expr) -> bool:
    """True for a call of a function of `plt`, and for a call of a method of its result."""
    while isinstance(value, ast.Call | ast.Attribute):
        value = value.func if isinstance(value, ast.Call) else value.value
    return isinstance(value, ast.Name) and value.id == "plt"


def _evaluated(value: ast.expr) -> bytes:
    """Return an expression that evaluates the arguments of calls, and whose value is None."""
    arguments: list[ast.expr] = []
    while isinstance(value, ast.Call | ast.Attribute):
        if isinstance(value, ast.Call):
            arguments[:0] = [*value.args, *(keyword.value for keyword in value.keywords)]
        value = value.func if isinstance(value, ast.Call) else value.value
    return f"[{''.join(f'{ast.unparse(each)}, ' for each in arguments)}None][-1]".encode()
