"""Keep the numbers of points in README.md and the book equal to those of the bank.

Each sentence or row with points is listed below, with `{}` for each number. `autograder assemble`
writes the numbers, and a test fails if a page says something else.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..bank import ASSIGNMENTS, MANUAL_QUESTIONS, QUESTIONS
from ..marking.question import Question


@dataclass(frozen=True)
class Told:
    """A sentence or row of a page: its words, with `{}` for each number, and the right numbers."""

    page: str
    words: str
    numbers: tuple[int, ...]

    @property
    def right(self) -> str:
        """The words with the right numbers."""
        return self.words.format(*self.numbers)

    @property
    def pattern(self) -> re.Pattern[str]:
        """Whatever numbers the page says in these words."""
        return re.compile(re.escape(self.words).replace(r"\{\}", r"\d+"))


def core(assignment: str, first: str = "", last: str = "") -> int:
    """Return the core points of the checks, of all questions or from one to another."""
    ids = ASSIGNMENTS[assignment]
    chosen = ids[ids.index(first) if first else 0 : ids.index(last) + 1 if last else None]
    return int(sum(q.points for q in _checked(chosen) if not q.bonus))


def bonus(assignment: str) -> int:
    """Return the points of the bonus questions."""
    return int(sum(q.points for q in _checked(ASSIGNMENTS[assignment]) if q.bonus))


def by_person(assignment: str) -> int:
    """Return the points of the question that a person marks."""
    return int(
        sum(MANUAL_QUESTIONS[id].points for id in ASSIGNMENTS[assignment] if id not in QUESTIONS)
    )


def _checked(ids: Iterable[str]) -> list[Question]:
    """Return those of the questions that the checks mark."""
    return [QUESTIONS[id] for id in ids if id in QUESTIONS]


def whole(assignment: str) -> int:
    """Return the points of the core, those that a person gives included."""
    return core(assignment) + by_person(assignment)


def told() -> list[Told]:
    """Return every sentence and row that tells points."""
    return [*_totals(), *_tables(), *_timetables()]


def _totals() -> Iterator[Told]:
    checks, persons, extra = (sum(map(f, ASSIGNMENTS)) for f in (core, by_person, bonus))
    every = checks + persons
    yield Told("README.md", "{} core points in all: {} by the checks", (every, checks))
    yield Told("book/index.md", "core questions are worth {} points", (every,))
    yield Told("book/teaching.md", "They are {} of the {} points", (persons, every))
    yield Told("book/teaching.md", "9 | | {} + {} | {} |", (checks, persons, extra))
    shown = whole("02-forward") + bonus("02-forward"), whole("02-forward")
    yield Told("book/teaching.md", "{} for `02-forward`, of which {} are the core", shown)


def _tables() -> Iterator[Told]:
    for name in ASSIGNMENTS:
        numbers = (core(name), by_person(name), bonus(name))
        for page in ("README.md", "book/teaching.md"):
            yield Told(page, f"| `{name}` | {{}} + {{}} | {{}} |", numbers)


def _timetables() -> Iterator[Told]:
    page = "book/teaching.md"
    neuron, forward, backward, calculus, _, _ = (whole(name) for name in ASSIGNMENTS)
    without = whole("05-network") - core("05-network", "conv2d_forward", "conv2d_backward")
    yield Told(page, "`01-neuron`, `02-forward` | {} + {} |", (neuron, forward))
    yield Told(page, "4, 5, 6 | `03-backward` | {} |", (backward,))
    yield Told(page, "7, 8 | `04-calculus` | {} |", (calculus,))
    yield Told(page, "without `conv2d_forward` and `conv2d_backward` | {} |", (without,))
    month = neuron + forward + backward + calculus + without
    yield Told(page, "\n| | | | | all | {} |", (month,))
    left_out = core("04-calculus", "batchnorm_forward", "batchnorm_backward")
    yield Told(page, "`batchnorm_forward` and `batchnorm_backward`\n({} points)", (left_out,))
    upper = core("03-backward", "numerical_gradient", "softmax_cross_entropy")
    lower = core("03-backward", "mlp_loss", "train") + by_person("03-backward")
    digits = core("05-network", "find_the_bugs", "train_digits")
    yield Told(page, "paper 1 | `01-neuron` | {} |", (neuron,))
    yield Told(page, "2, 3 and 4 | `02-forward` | {} |", (forward,))
    yield Told(page, "`numerical_gradient` to `softmax_cross_entropy` | {} |", (upper,))
    yield Told(page, "`mlp_loss` to `train`, and the written question | {} |", (lower,))
    yield Told(page, "`find_the_bugs` and `train_digits` | {} |", (digits,))
    yield Told(page, "\n| | | all | {} |", (neuron + forward + upper + lower + digits,))


def mistakes(root: Path) -> list[str]:
    """Say of every wrong number where it stands and what it must become."""
    return [said for item in told() for said in _mistakes(item, (root / item.page).read_text())]


def _mistakes(item: Told, text: str) -> Iterator[str]:
    found = list(item.pattern.finditer(text))
    if len(found) != 1:
        yield (
            f"{item.page} says {item.words!r} {len(found)} times, not once: "
            "write it there, or change autograder/authoring/page_numbers.py"
        )
    for match in found:
        if match[0] != item.right:
            line = text.count("\n", 0, match.start()) + 1
            yield f"{item.page}:{line}: change {match[0]!r} to {item.right!r}, or `make assemble`"


def correct(root: Path) -> list[Path]:
    """Write the right numbers into the pages; return those that changed."""
    changed = []
    for page in dict.fromkeys(item.page for item in told()):
        path = root / page
        text = before = path.read_text()
        for item in told():
            if item.page == page:
                text = item.pattern.sub(item.right, text)
        if text != before:
            path.write_text(text)
            changed.append(path)
    return changed
