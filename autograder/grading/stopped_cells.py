"""Find out why a name is missing that an answer should define: the facts for marking/missing.py."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..marking import missing
from ..marking.question import Question
from ..marking.verdict import Verdict
from ..sandbox.inside.cells import CODE, NOT_RUN, STOPPED
from ..sandbox.untrusted import CellRun

MISSING = re.compile(r"`(\w+)`")  # the name in the words of the driver
UNKNOWN = re.compile(r"NameError: name '(\w+)' is not defined")
DEFINED = re.compile(
    r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|^(\w+)[ \t]*=(?!=)", re.MULTILINE
)


@dataclass(frozen=True)
class StudentCode:
    """The code cells of a submission.

    sources: those of the cells; empty for a stub that is as it was handed out. ids: the grade id of
    each cell, or an empty text. gone: the ids of answer cells that were not handed in.
    """

    sources: list[str]
    ids: Sequence[str] = ()
    gone: frozenset[str] = frozenset()

    @property
    def answers(self) -> frozenset[int]:
        """The numbers of the cells with a grade id."""
        return frozenset(i for i, name in enumerate(self.ids) if name)


@dataclass(frozen=True)
class StoppedCells:
    """The code of a submission, with what each cell showed when it ran."""

    code: StudentCode
    shown: list[CellRun]
    questions: Iterable[Question]

    def explained(self, verdict: Verdict) -> Verdict:
        """Return a verdict that says why something is not defined, if that is its fault."""
        if verdict.verdict == "missing" and "NotImplementedError" not in verdict.headline:
            found = MISSING.search(verdict.headline)
            return replace(verdict, headline=self._why(found[1] if found else "", verdict.id))
        found = UNKNOWN.search(verdict.message) if verdict.verdict == "error" else None
        words = self._why_unknown(found[1]) if found else ""
        return replace(verdict, hints=(*verdict.hints, words)) if words else verdict

    def _why(self, name: str, question: str) -> str:
        """Return why the name that a question needs is not defined."""
        owners = {each: q.id for q in self.questions for each in q.writes}
        if name not in owners:
            name = next((each for each, owner in owners.items() if owner == question), question)
        own = f"{owners.get(name, question)}-answer"
        i = self.code.ids.index(own) if own in self.code.ids else -1
        # The answer may stand in another cell, which counts if its own cell is a stub or gone.
        if not self._source(i) and (others := self._cells_that_define(name)):
            i = others[-1]
        if reason := self._stopped(i, name):
            return reason
        if close := missing.close_name(name, self._defined() - owners.keys()):
            return missing.undefined(name, [close])
        if own in self.code.gone:
            return missing.cell_gone(name)
        if not (source := self._source(i)):
            return missing.not_attempted(name)
        if not CODE.search(source):
            return missing.only_comments(name)
        functions = [a for a, _ in DEFINED.findall(source) if a]
        other = functions[-1] if functions and name not in names_defined(source) else ""
        return missing.not_in_its_cell(name, other)

    def _why_unknown(self, name: str) -> str:
        """Return why a name that an answer uses is not defined, if a cell that stopped tells it."""
        for i in self._cells_that_define(name):
            if i < len(self.shown) and (error := self.shown[i].error):
                return missing.helper_stopped(name, error)
        return ""

    def _stopped(self, i: int, name: str) -> str:
        """Return the message about cell i if it stopped, or an empty text."""
        if not 0 <= i < len(self.shown) or not (error := self.shown[i].error):
            return ""
        if error.startswith(NOT_RUN):
            return missing.not_run(name, error)
        if error.startswith(STOPPED):
            return missing.out_of_time(name, error)
        return missing.stopped(name, error, self._source(i))

    def _source(self, i: int) -> str:
        return self.code.sources[i] if i >= 0 else ""

    def _cells_that_define(self, name: str) -> list[int]:
        sources = enumerate(self.code.sources)
        return [i for i, source in sources if name in source and name in names_defined(source)]

    def _defined(self) -> set[str]:
        """Return the names that the cells define."""
        return {name for source in self.code.sources for name in names_defined(source)}


def names_defined(source: str) -> Mapping[str, None]:
    """Return the names that a cell seems to define, in their order."""
    return dict.fromkeys(a or b for a, b in DEFINED.findall(source))
