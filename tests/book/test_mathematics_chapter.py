"""The equations of chapter 4: a cell checks each one while the page is built, as it promises."""

import ast
import re

import numpy as np
import pytest

from support.places import BOOK

PAGE = (BOOK / "4-mathematics.md").read_text("utf-8")
CELL = re.compile(r"^```\{code-cell\} ipython3\n(.*?)^```$", re.DOTALL | re.MULTILINE)
CODE = [re.sub(r"\A---\n.*?^---\n", "", cell, flags=re.DOTALL | re.MULTILINE)
        for cell in CELL.findall(PAGE)]  # fmt: skip
TEXT = CELL.sub("", PAGE)


def test_every_displayed_equation_has_a_label_of_its_own():
    fences = re.findall(r"^\$\$(.*)$", TEXT, re.MULTILINE)
    opening, closing = fences[::2], fences[1::2]
    assert len(closing) == len(opening) > 50
    assert set(opening) == {""}
    assert all(re.fullmatch(r" \(eq-[a-z0-9-]+\)", label) for label in closing)
    assert len(set(closing)) == len(closing)


def test_every_equation_is_checked_by_a_cell():
    labels = set(re.findall(r"^\$\$ \((.*)\)$", TEXT, re.MULTILINE))
    checked = set()
    for cell in CODE:
        tree = ast.parse(re.sub(r"^:tags:.*$", "", cell, flags=re.MULTILINE))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Name) and call.func.id == "agree":
                strings = (n.value for n in ast.walk(call.args[0]) if isinstance(n, ast.Constant))
                checked |= {s for s in strings if isinstance(s, str) and s.startswith("eq-")}
                assert len(call.args) >= 3, "agree needs at least two sides to compare"
    assert checked == labels


@pytest.fixture
def page():
    """The names that the cell with the function `agree` defines."""
    (cell,) = (cell for cell in CODE if "def agree(" in cell)
    names = {"np": np}
    exec(cell, names)
    return names


def test_sides_that_agree_are_recorded_with_their_largest_difference(page):
    page["agree"]("eq", [1.0, 2.0], [1.0, 2.0], [1.0, 2.0 + 4e-13])
    page["agree"]("eq", 1.0, 1.0)
    assert page["checks"]["eq"] == pytest.approx(2e-13, rel=0.1)


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
def test_a_check_can_fail(page, sides):
    with np.errstate(invalid="ignore"), pytest.raises(ValueError, match=r"^eq: "):
        page["agree"]("eq", *sides)
    assert "eq" not in page["checks"]
