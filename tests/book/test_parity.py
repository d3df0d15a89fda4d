"""The page marks every answer as Python elsewhere does: the same points, name and text.

All right and wrong answers of the project go through the engine of the page, which runs in Node,
and through `check` as a kit has it. `make test` takes a sample, and `make test-all` takes all. If
this module is run as a program, with `tests` and `book/live` on the path, it writes docs/parity.md.
"""

import math
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tqdm import tqdm

from autograder.bank import ASSIGNMENTS, QUESTIONS
from support.answers import RIGHT_ANSWERS, WRONG_ANSWERS, wrong_answers
from support.kit import Told, frozen, told_by_kit
from support.page_engine import PageEngine
from support.places import EXERCISES, ROOT

pytestmark = pytest.mark.slow

# The answers about which the page tells something else, each with the reason.
NO_LONG_NUMBERS = (
    "computes with `np.longdouble`. In WebAssembly, NumPy takes the exponential of such a number "
    "with 64 bits, so the answer overflows in an earlier case"
)
DIFFERENT: dict[str, str] = {
    "softmax: no shift, but in numbers of 80 bits, which overflow later": NO_LONG_NUMBERS,
}
# In the texts about these, only the last digit that is shown of some number differs, because sums
# are added up in another order. On other processors, these may be other answers.
LAST_DIGITS = (
    "conv2d_backward: full convolution with the turned filter: right for stride 1 only, the stride "
    "is forgotten",
    "find_the_bugs: momentum with arrays changed in place",
    "find_the_bugs: x and y are shuffled in place",
    "hessian_vector_product: walks in place and stops at x - hv",
    "layer_deltas: the list of params is turned round and stays so",
    "linear_backward: divides the caller's dout by N in place",
    "linear_backward_input: hands back all three gradients",
    "linear_backward_input: uses the weights of the most recent forward pass",
    "mlp_forward: takes the layers out of the caller's list",
    "residual_backward: adds the branch into dout itself",
    "rnn_backward: the carried gradient is added into the argument dh",
    "tanh_backward: subtracts the cut from the caller's dout",
    "train_step: the old arrays are updated in place",
)

LEFT_OUT = {"train_digits"}  # it takes minutes in WebAssembly, and no page asks it
NUMBER = re.compile(r"-?\d+\.\d*(?:e[-+]\d+)?")
SAMPLE = 12  # one answer of so many is in the sample
TABLE = ROOT / "docs" / "parity.md"

# A file of wrong answers registers them in this way. The last one that counts is picked out by its
# number, and all other names are those of the reference.
REGISTER = """\
_found = []
def wrong(question, says, **others):
    return lambda answer: _found.append({answer.__name__: answer, **others}) or answer
"""
PICK = "\nimport backprop\nglobals().update({{**vars(backprop), **_found[{number}]}})\n"
WHOLE_REFERENCE = "from backprop import *"


@dataclass(frozen=True)
class Answer:
    """An answer as text. earlier: the code that runs before it."""

    question: str
    name: str
    earlier: str
    source: str

    @property
    def id(self) -> str:
        return f"{self.question}: {self.name}"


def all_answers() -> Iterator[Answer]:
    """Yield the reference's answer to each question, and all answers in the files."""
    for assignment, questions in ASSIGNMENTS.items():
        asked = [id for id in questions if id in QUESTIONS and id not in LEFT_OUT]
        for id in asked:
            yield Answer(id, "reference", WHOLE_REFERENCE, "")
        for path in sorted((RIGHT_ANSWERS / assignment).glob("*.py")):
            source = path.read_text()
            for id in asked:
                names = QUESTIONS[id].writes or QUESTIONS[id].uses
                if all(
                    re.search(rf"^(def|class) {name}\b|^{name} =", source, re.M) for name in names
                ):
                    yield Answer(id, f"right, {path.stem}", given(assignment), source)
        path = WRONG_ANSWERS / f"{assignment[:2]}_{assignment[3:]}.py"
        for number, wrong in enumerate(wrong_answers(assignment)):
            if wrong.question not in LEFT_OUT:
                source = REGISTER + path.read_text() + PICK.format(number=number)
                yield Answer(wrong.question, wrong.says, WHOLE_REFERENCE, source)


def given(assignment: str) -> str:
    """Return code that defines what the notebook of an assignment gives."""
    text = (EXERCISES / f"{assignment}.md").read_text()
    names = " ".join(re.findall(r"^```\{given\} (.*)$", text, re.MULTILINE)).split()
    return f"from backprop import {', '.join(names)}" if names else ""


class Page:
    """The engine of the page, with the keys that it has been given."""

    def __init__(self, engine: PageEngine) -> None:
        self._engine, self._held = engine, set()

    def __call__(self, answer: Answer) -> Told:
        """Return what the page tells about an answer."""
        for id in {answer.question, *QUESTIONS[answer.question].uses} & QUESTIONS.keys():
            if id not in self._held:
                self._engine.add_key(frozen(id))
                self._held.add(id)
        told = self._engine.mark(answer.question, answer.source, answer.earlier)
        stopped = f"{told['error']}\n" if told["error"] else ""
        return Told(told["score"], told["misconception"], stopped + told["message"])


def differing(answers: list[Answer]) -> dict[str, tuple[Told, Told]]:
    """Return what a kit and the page tell about each answer for which it is not the same."""
    with tempfile.TemporaryDirectory() as folder, PageEngine(Path(folder)) as engine:
        page = Page(engine)
        found = {}
        for answer in tqdm(answers, disable=None):
            kit = told_by_kit(answer.question, answer.source, answer.earlier)
            if (other := page(answer)) != kit:
                found[answer.id] = kit, other
    return found


def is_about_last_digits(kit: Told, page: Told) -> bool:
    """True if two verdicts differ in nothing but the last digits of numbers that they show."""
    if (kit.score, kit.name) != (page.score, page.name):
        return False
    words, others = (NUMBER.sub("#", told.text).replace(" ", "") for told in (kit, page))
    numbers = zip(NUMBER.findall(kit.text), NUMBER.findall(page.text), strict=False)
    return words == others and all(
        math.isclose(float(a), float(b), rel_tol=1e-4, abs_tol=1.01e-4) for a, b in numbers
    )


def test_the_page_tells_the_same_as_python_elsewhere(request):
    """The full run has all differences in the list; a sample has none that is not in it."""
    whole = request.config.getoption("--seeds") > 1
    answers = list(all_answers())
    found = differing(answers if whole else answers[::SAMPLE])
    other = {id: told for id, told in found.items() if not is_about_last_digits(*told)}
    assert {id: told for id, told in other.items() if id not in DIFFERENT} == {}
    assert not whole or other.keys() == DIFFERENT.keys()


def test_the_published_counts_are_those_of_these_answers():
    assert TABLE.read_text() == table(), (
        "docs/parity.md is out of date; write it again: "
        "PYTHONPATH=tests:book/live python tests/book/test_parity.py"
    )


def table() -> str:
    """Return the page with the counts, and with the answers about which something else is told."""
    answers = list(all_answers())
    rows = [
        "| assignment | answers | the same text | other last digits | another verdict |",
        "|---|---|---|---|---|",
    ]

    def row(name: str, ids: set[str]) -> str:
        digits, other = len(ids & set(LAST_DIGITS)), len(ids & DIFFERENT.keys())
        return f"| {name} | {len(ids)} | {len(ids) - digits - other} | {digits} | {other} |"

    for assignment, questions in ASSIGNMENTS.items():
        rows.append(row(assignment, {a.id for a in answers if a.question in questions}))
    rows.append(row("all", {answer.id for answer in answers}))
    reasons = [f"- `{id}` {why}." for id, why in DIFFERENT.items()]
    digits = [f"- `{id}`" for id in LAST_DIGITS]
    parts = ["Another verdict:", "", *reasons, "", "Other last digits:", "", *digits]
    return "\n".join([HEADING, *rows, "", *parts]) + "\n"


HEADING = """\
# The page and Python give the same verdicts

`PYTHONPATH=tests:book/live python tests/book/test_parity.py` writes this page. The answers of the
reference and all right and wrong answers in `tests/bank/` are marked twice: by `check` in Python,
as in a kit, and by the engine of the book's pages, in WebAssembly. We compare the points, the name
of the mistake and the whole text. `train_digits` is left out, because no page asks it.
"""


if __name__ == "__main__":
    for id, (kit, page) in differing(list(all_answers())).items():
        if not is_about_last_digits(kit, page):
            print(f"{id}\n--- Python: {kit.score:g}, {kit.name}\n{kit.text}")
            print(f"--- page: {page.score:g}, {page.name}\n{page.text}\n", flush=True)
        elif id not in LAST_DIGITS:
            print(f"LAST_DIGITS lacks {id!r}")
    TABLE.write_text(table())
