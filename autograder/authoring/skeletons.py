"""The texts of a new question, with gaps to fill in. new_question.py writes them into files."""

LONGEST_LINE = 100  # as the linter has it

REPORT = """\
The skeleton of {name} stands in
{files}

Write what says "UNWRITTEN {name}" in these files. CONTRIBUTING.md, "Adding a question", says how.
Then

  make question NAME={name}

writes the notebooks again and tests this one question, in about ten seconds."""

MODULE = '''\
"""UNWRITTEN {name}: what the functions of this module have in common."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["{name}"]

Array = NDArray[np.float64]
'''

REFERENCE = '''\
def {name}({arguments}){returns}:
    """UNWRITTEN {name}: {does}

    {shapes}
    Book: chapter UNWRITTEN, "UNWRITTEN".
    """
    raise NotImplementedError("UNWRITTEN {name}: write the reference")
'''

# For each kind: the arguments and the result with their types, and the shapes for the docstring.
SIGNATURES = {
    "_forward": (
        "x: ArrayLike",
        " -> tuple[Array, Array]",
        "say what it computes.",
        "x: any shape. Returns (out, cache), out float64 of x's shape; cache: for the gradient.",
    ),
    "_backward": (
        "dout: ArrayLike, cache: Array",
        " -> Array",
        "compute the gradient of the loss with respect to the input.",
        "dout: upstream gradient, the shape of out. Returns dx, float64 of the same shape.",
    ),
    "": (
        "x: ArrayLike",
        " -> Array",
        "say what it computes.",
        "x: (N, D). Returns a float.",
    ),
}

BANK = '''\
"""UNWRITTEN {name}: what is asked, in a few words."""

from typing import Any

from autograder.bank.inputs import {inputs}
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Sizes that all differ, smallest first."""
    raise NotImplementedError("UNWRITTEN {name}: choose cases, remove this line")
    return [
        {cases},
    ]


@question(cases, parts={parts}, see="UNWRITTEN {name}"{bonus})
def {name}(code: Any, {arguments}) -> Any:
    {drive}


slip = {name}.slip

# UNWRITTEN {name}: every mistake that learners make, as edits of the reference, such as
# slip("argument-changed-in-place", None, ("text of the reference", "text in its place"))
# slip("a-new-name", "What went wrong and why it matters.", ("text", "text in its place"))
'''

CASES = {
    "_forward": (
        'Case({"x": normal(rng, 2, 3)})',
        'Case({"x": normal(rng, 9, 2)}, "nine examples")',
        'Case({"x": normal(rng, 3, 3)}, "all sizes equal")',
        'Case({"x": whole(rng, 2, 3)}, advice=WHOLE_NUMBERS)',
    ),
    "_backward": (
        'Case({"x": normal(rng, 2, 3), "dout": normal(rng, 2, 3)})',
        'Case({"x": normal(rng, 9, 2), "dout": normal(rng, 9, 2)}, "nine examples")',
        'Case({"x": normal(rng, 3, 3), "dout": normal(rng, 3, 3)}, "all sizes equal")',
        'Case({"x": 1e30 * normal(rng, 3, 2), "dout": normal(rng, 3, 2)}, DIGITS_LOST)',
        'Case({"x": whole(rng, 4, 2), "dout": normal(rng, 4, 2)}, advice=WHOLE_NUMBERS)',
    ),
}

TEXT = """\
## UNWRITTEN {name}: a title

*Read: Chapter UNWRITTEN, "UNWRITTEN".*

UNWRITTEN {name}: what it is for, an example in numbers, what the function takes and returns.

{given}```{{answer}} {name}
```
"""

RIGHT_ANSWER = """\
def {name}({arguments}):
    raise NotImplementedError("UNWRITTEN {name}: a right answer in its own style")
"""


def kind_of(name: str) -> str:
    """Return `_forward`, `_backward`, or an empty text."""
    return next((kind for kind in SIGNATURES if kind and name.endswith(kind)), "")


def reference(name: str, typed: bool) -> str:
    """A function of the reference. typed: whether its module has `ArrayLike` and `Array`."""
    arguments, returns, does, shapes = SIGNATURES[kind_of(name)]
    if not typed:
        arguments, returns = _untyped(arguments), ""
    return REFERENCE.format(
        name=name, arguments=arguments, returns=returns, does=does, shapes=shapes
    )


def bank(name: str, stem: str, kind: str, bonus: bool) -> str:
    """The file of the question: cases, driver, misconceptions."""
    if kind == "_backward":
        drive = (
            f'out, cache = code.{stem}_forward(x)\n    return {{"dx": code.{name}(dout, cache)}}'
        )
    elif kind == "_forward":
        drive = f'out, cache = code.{name}(x)\n    return {{"out": out}}'
    else:
        drive = f'return {{"out": code.{name}(x)}}'
    return BANK.format(
        name=name,
        inputs="DIGITS_LOST, " * (kind == "_backward") + "WHOLE_NUMBERS, Rng, normal, whole",
        cases=",\n        ".join(CASES[kind or "_forward"]),
        parts='{"dx": 2}' if kind == "_backward" else '{"out": 2}',
        bonus=", bonus=True" if bonus else "",
        arguments="x: Any, dout: Any" if kind == "_backward" else "x: Any",
        drive=drive,
    )


def text(name: str, given: list[str]) -> str:
    """Return the section of the exercise text. given: functions that students get ready-made."""
    fence = f"```{{given}} {' '.join(given)}\n```\n\n" if given else ""
    return TEXT.format(name=name, given=fence)


def torch_row(name: str, stem: str, kind: str) -> str:
    """A row of the table of parts that are compared with PyTorch."""
    backward = f"bp.{name}" if kind == "_backward" else "None"
    again = f'lambda torch: pytest.fail("UNWRITTEN {name}")'
    entries = (f"bp.{stem}_forward", backward, again, "[(N, H)]")
    row = f"    ({', '.join(entries)}),"
    if len(row) <= LONGEST_LINE:
        return f"\n{row}"
    return "\n".join(["", "    (", *(f"        {entry}," for entry in entries), "    ),"])


def right_answer(name: str, kind: str, alone: bool) -> str:
    """An answer in the words of somebody else. alone: in a file of its own, which says so."""
    heading = f'"""A right answer to {name}, in a style of its own."""\n\n\n' if alone else ""
    return heading + RIGHT_ANSWER.format(name=name, arguments=_untyped(SIGNATURES[kind][0]))


def _untyped(arguments: str) -> str:
    """Arguments without their types."""
    return ", ".join(argument.split(":")[0] for argument in arguments.split(", "))
