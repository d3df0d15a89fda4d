"""The summary that `autograder grade` prints at the end of a run."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MAX_LISTED = 20  # lines of each kind about single submissions
MAX_NAMED = 8  # the most names in one list in the last line


class Tally:
    """The results of a run, counted.

    It stores the failed results and a few lines to print, but not the other results, because a
    batch can be large. Lines about submissions without marks come first.
    """

    def __init__(self, results: Iterator[Any]) -> None:
        self.graded = 0
        self.failed: list[dict[str, Any]] = []
        self.without_penalty: list[str] = []  # students for whom the late-penalty plugin failed
        self._without_marks: list[str] = []
        self._notes: list[str] = []
        self._left_out = 0
        for result in results:
            self.graded += result.status == "graded"
            if result.status == "failed":
                self.failed.append(result.record())
            if result.message and result.status != "rejected":
                line = f"{result.student}: {result.status}: {result.message}"
                self._add(line, self._without_marks if result.status == "failed" else self._notes)

    @property
    def lines(self) -> list[str]:
        """The lines about single submissions."""
        more = [f"and {self._left_out} more"] if self._left_out else []
        return [*self._without_marks, *self._notes, *more]

    def tell(self, line: str) -> None:
        """Add a line about a submission without marks, unless there are too many."""
        self._add(line, self._without_marks)

    def _add(self, line: str, lines: list[str]) -> None:
        if len(lines) < MAX_LISTED:
            lines.append(line)
        else:
            self._left_out += 1


@dataclass(frozen=True)
class Class:
    """The state of a class after a run.

    found: how many submissions there are. rejected: the records of all that cannot be marked, also
    of those from an earlier run. late: the number of those who handed in late.
    """

    found: int
    rejected: list[dict[str, Any]]
    late: int


def summary(name: str, tally: Tally, state: Class) -> str:
    """Return the last line of a run. Its numbers, without those who are late, add up."""
    rejected = len(state.rejected)
    as_before = state.found - tally.graded - rejected - len(tally.failed)
    found = f"{state.found} submission{'s' * (state.found != 1)}"
    return (
        f"{name}: {found}: {tally.graded} graded, {as_before} as before, "
        f"{rejected} rejected{_names(state.rejected)}, {state.late} late, "
        f"{len(tally.failed)} failed{_names(tally.failed)}"
    )


def _names(records: list[dict[str, Any]]) -> str:
    """Return the students of some records in brackets; an empty text if there are none."""
    names = [record["student"] for record in records]
    if not names:
        return ""
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return f" ({', '.join(names[:MAX_NAMED])}{more})"
