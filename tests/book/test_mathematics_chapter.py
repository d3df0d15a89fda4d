"""The equations of chapter 4 and its appendix: cells check each one while the pages are built."""

import ast
import re
import sys

import numpy as np
import pytest

from support.places import BOOK

sys.path.insert(0, str(BOOK))
import equations

CELL = re.compile(r"^```\{code-cell\} ipython3\n(.*?)^```$", re.DOTALL | re.MULTILINE)
HEADER = re.compile(r"\A---\n.*?^---\n|^:tags:[^\n]*$", re.DOTALL | re.MULTILINE)
EQUATION = re.compile(r"^\$\$ \((.*)\)$", re.MULTILINE)


@pytest.fixture(params=["4-mathematics", "mathematics-further"])
def page(request):
    return (BOOK / f"{request.param}.md").read_text("utf-8")


def test_every_displayed_equation_has_a_label_of_its_own(page):
    fences = re.findall(r"^\$\$(.*)$", CELL.sub("", page), re.MULTILINE)
    opening, closing = fences[::2], fences[1::2]
    assert len(closing) == len(opening) > 10
    assert set(opening) == {""}
    assert all(re.fullmatch(r" \(eq-[a-z0-9-]+\)", label) for label in closing)
    assert len(set(closing)) == len(closing)


def test_every_equation_is_checked_by_a_cell(page):
    labels = set(EQUATION.findall(CELL.sub("", page)))
    checked = set()
    for cell in CELL.findall(page):
        for call in (
            n for n in ast.walk(ast.parse(HEADER.sub("", cell))) if isinstance(n, ast.Call)
        ):
            if isinstance(call.func, ast.Name) and call.func.id == "agree":
                strings = (n.value for n in ast.walk(call.args[0]) if isinstance(n, ast.Constant))
                checked |= {s for s in strings if isinstance(s, str) and s.startswith("eq-")}
                assert len(call.args) >= 3, "agree needs at least two sides to compare"
    assert checked == labels


@pytest.fixture
def checks(monkeypatch):
    """Empty records of what `agree` has found."""
    monkeypatch.setattr(equations, "checks", {})
    monkeypatch.setattr(equations, "unreported", [])
    return equations.checks


def test_sides_that_agree_are_recorded_with_their_largest_difference(checks, capsys):
    equations.agree("eq-a", [1.0, 2.0], [1.0, 2.0], [1.0, 2.0 + 4e-13])
    equations.agree("eq-a", 1.0, 1.0)
    assert checks["eq-a"] == pytest.approx(2e-13, rel=0.1)
    equations.report()
    assert capsys.readouterr().out == "checked: 2e-13\n"


def test_the_table_shows_every_difference(checks):
    for name in ("eq-a", "eq-b", "eq-c", "eq-d", "a claim"):
        equations.agree(name, 1.0, 1.0)
    table = equations.table()
    assert all(table.count(name) == 1 for name in checks)
    assert len({line.count("|") for line in table.split("\n\n")[0].splitlines()}) == 1


@pytest.mark.parametrize(
    "sides",
    [
        ([1.0, 2.0], [1.0, 2.001]),
        ([1.0, 2.0], [1.0, 2.0], [1.0, 2.001]),
        ([1.0, 2.0], [-1.0, -2.0]),
        ([1e-3], [2e-3]),
        ([1.0, float("nan")], [1.0, float("nan")]),
        ([1.0, float("inf")], [1.0, float("inf")]),
        (np.ones((2, 1)), np.ones(2)),
        (np.ones((3, 2)), 1.0),
    ],
)
def test_a_check_can_fail(checks, sides):
    with np.errstate(invalid="ignore"), pytest.raises(ValueError, match=r"^eq: "):
        equations.agree("eq", *sides)
    assert checks == {}
