"""The verdict on one question, as data for every output: notebook, page, grader and report."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from .book_links import link
from .words import listed

Shown = tuple[tuple[str, str], ...]  # names, each with its value as text


@dataclass(frozen=True)
class Example:
    """One case in which an answer is wrong.

    note: what is special about the case, or empty. inputs: the arguments. right, yours: the right
    value and the student's value of each part that is wrong; yours is empty without an answer.
    """

    note: str
    inputs: Shown
    right: Shown
    yours: Shown = ()

    def __str__(self) -> str:
        lines = ["Example" + (f" ({self.note})" if self.note else "") + ":"]
        lines += [_entry(name, text) for name, text in self.inputs]
        yours = dict(self.yours)
        for part, text in self.right:
            lines.append(_entry(f"right {part}", text))
            if part in yours:
                lines.append(_entry(f"your {part}", yours[part]))
        return "\n".join(lines)


@dataclass(frozen=True)
class Verdict:
    """The points of one question, with the explanation for the student.

    verdict: correct, wrong, error, timeout, missing or manual. headline: what is right and what is
    not. misconception: the id of the mistake, or None if no known mistake was recognised. why: the
    sentences about that mistake. hints: sentences that narrow down a mistake without a name. see: a
    label in the book, empty if everything is right. given: the earlier questions that the reference
    answered in place of the student. remarks: advice that costs no points.
    """

    id: str
    score: float
    max_score: float
    verdict: str
    headline: str
    misconception: str | None = None
    why: str = ""
    hints: tuple[str, ...] = ()
    example: Example | None = None
    see: str = ""
    given: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def points(self) -> str:
        """The first line of every report: the question and its points."""
        return f"{self.id}: {self.score:g} of {self.max_score:g} points"

    @property
    def message(self) -> str:
        """The whole explanation as text, without the points, the remarks and the link."""
        return "\n".join(self._lines())

    @property
    def given_in_words(self) -> str:
        """A sentence about the earlier questions that the reference answered, if there are any."""
        return (
            f"Marked as if {listed(self.given)} were right, because that mistake is counted there."
        )

    def _lines(self) -> Iterator[str]:
        if self.given:
            yield self.given_in_words
        yield self.headline
        if self.why:
            yield self.why
        else:
            yield from self.hints
        if self.example:
            yield str(self.example)

    def step(self, hint: int | None) -> "Verdict":
        """Return the verdict with as much of the explanation as a student has asked for.

        hint: 1 tells what is right and what is not, 2 narrows it down, and 3 names the mistake and
        shows an example; None tells all that is known.
        """
        if hint not in (1, 2) or self.verdict in ("correct", "missing"):
            return self
        hints = self.hints or ("There is no narrower hint. hint=3 reveals more.",)
        shown = replace(self, misconception=None, why="", example=None, see="")
        return replace(shown, hints=hints if hint == 2 else ())

    def record(self) -> dict[str, Any]:
        """Return the verdict as JSON data, with the message as text."""
        return {**asdict(self), "message": self.message}


def from_record(record: dict[str, Any]) -> Verdict:
    """Return the verdict that `Verdict.record` turned into JSON data."""
    known = {field.name for field in fields(Verdict)}
    values = {name: value for name, value in record.items() if name in known}
    values.setdefault("headline", record["message"])  # earlier versions recorded only the text
    for name in ("hints", "given", "remarks"):
        values[name] = tuple(values.get(name, ()))
    if example := values.get("example"):
        pairs = {n: tuple(map(tuple, example[n])) for n in ("inputs", "right", "yours")}
        values["example"] = Example(example["note"], **pairs)
    return Verdict(**values)


def report(verdict: Verdict) -> str:
    """Return a verdict as text, with the place in the book where it is explained."""
    name = f" [{verdict.misconception}]" if verdict.misconception else ""
    lines = [f"{verdict.points}{name}", verdict.message]
    lines += [f"Remark: {remark}" for remark in verdict.remarks]
    if verdict.see:
        lines.append(f"Read {link(verdict.see)}.")
    return "\n".join(lines)


def _entry(name: str, text: str) -> str:
    start = f"  {name} = "
    return start + text.replace("\n", "\n" + " " * len(start))
