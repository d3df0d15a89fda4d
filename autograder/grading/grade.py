"""Grade one submission.

A question without a verdict never gets marks: an outcome that is missing counts as an error.
"""

import base64
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from ..bank import QUESTIONS
from ..marking.explain import unexplained
from ..marking.judge import Judgement, wrong_before
from ..marking.missing import NOTHING_WRITTEN
from ..marking.question import ManualQuestion
from ..marking.render import STYLE, html
from ..marking.verdict import Verdict, report
from ..sandbox.client import Around, Job, Sandbox, SandboxLostError
from ..sandbox.policy import SandboxUnavailableError
from ..sandbox.untrusted import CellRun, Reply
from .assignment import Assignment
from .beside import Beside
from .drawing import figures_of_the_course, undrawn_cells, with_figures, without_figures
from .figures import course_figures
from .markdown import harmless
from .misplaced import Notes
from .notebook import (
    NotebookCell,
    display,
    grade_id,
    is_answer,
    is_check,
    is_student_code,
    is_try_out,
    markdown_cell,
    plain,
    sources_by_id,
    stream,
    write_notebook,
)
from .page import fit_page
from .restore import restore
from .result import Result, total
from .stopped_cells import StoppedCells, StudentCode
from .submission import SubmittedCell
from .version import Version, version
from .wrong_notebook import wrong_notebook

# CPU seconds for the explanations of one submission. The marks are known before; an honest
# submission needs a hundredth of this.
EXPLAIN_SECONDS = 5.0
REJECTED = "**This submission could not be marked.** A person looks at it. The reason: "
EMPTIED = "# This cell is empty.\n"  # an empty source would mean an untouched stub


def sources_to_run(cells: list[NotebookCell], released: list[NotebookCell]) -> list[str]:
    """Return the sources of a student's code cells; an empty text for a cell that is not run.

    We skip untouched stubs, because running one would overwrite a helper of the same name from an
    earlier cell. We skip the course's trials, too, because no mark depends on them and some take
    long.
    """
    idle = {plain(c["source"]) for c in released if is_answer(c) or is_try_out(c["source"])}
    return ["" if plain(c["source"]) in idle else c["source"] or EMPTIED for c in cells]


@dataclass(frozen=True)
class Grader:
    """A grader of submissions for one version of an assignment.

    seed: that of the version. only: the only question to mark, or an empty text for all. show:
    False if nobody will look at the figures. tell: a function that gets each verdict as soon as it
    is known. beside: the files that were handed in beside the notebook.
    """

    assignment: Assignment
    seed: int
    sandbox: Sandbox
    only: str = ""
    show: bool = True
    tell: Callable[[Verdict], None] = lambda verdict: None
    beside: Beside = field(default_factory=Beside)

    def grade(self, submitted: list[SubmittedCell], student: str) -> Result:
        """Grade the cells of one submission.

        Raises SandboxLostError or SandboxUnavailableError if the sandbox fails; the submission does
        not cause these.
        """
        start = time.monotonic()
        released = self.assignment.released
        restored = restore(submitted, released)
        notes = Notes(restored, self.assignment, wrong_notebook(submitted, self.assignment))
        grader = replace(self, tell=lambda verdict: self.tell(notes.on(verdict)))
        gone = {grade_id(cell) for cell in released["cells"]} - {c.grade_id for c in submitted}
        unanswered = _unanswered(restored.cells, released["cells"], notes)
        verdicts = grader.mark_cells(restored.cells, frozenset(gone), unanswered, notes)
        return Result(
            student,
            self.assignment.name,
            "graded",
            *total(verdicts),
            time.monotonic() - start,
            verdicts,
            message=" ".join(filter(None, [notes.message, self.beside.message])),
            notebook=write_notebook({**released, "cells": restored.cells}),
            unanswered=unanswered,
            flagged=notes.flagged(verdicts),
        )

    def mark_cells(
        self, cells: list[NotebookCell], gone: frozenset[str], unanswered: list[str], notes: Notes
    ) -> list[Verdict]:
        """Run and mark restored cells, and write their outputs and marks into them.

        gone: the grade ids that were not handed in. unanswered: the ids of the answer cells that
        nobody has changed.
        """
        released = self.assignment.released["cells"]
        student_cells = [cell for cell in cells if is_student_code(cell)]
        sources = sources_to_run(student_cells, released)
        ids = [grade_id(cell) if is_answer(cell) else "" for cell in student_cells]
        verdicts, shown = self.mark_code(sources, ids, gone)
        if not self.only:
            by_hand = [_unmarked(q, unanswered) for q in self.assignment.manual]
            for verdict in by_hand:
                self.tell(verdict)
            verdicts += by_hand
        verdicts = [notes.on(verdict) for verdict in verdicts]
        for cell, run in zip(student_cells, shown, strict=False):
            cell["outputs"] = _outputs(run)
        _write_verdicts(cells, verdicts)
        fit_page(cells, released)
        return verdicts

    def mark_code(
        self, sources: list[str], ids: Sequence[str] = (), gone: frozenset[str] = frozenset()
    ) -> tuple[list[Verdict], list[CellRun]]:
        """Run the cells and mark every question. The arguments are explained in StudentCode.

        A question that calls a wrong earlier answer is marked again with the right one, so that a
        mistake costs points only once. If the sandbox itself is lost, this tries once more, and
        then raises SandboxLostError.
        """
        code = StudentCode(sources, ids, gone)
        try:
            return self._mark_code(code)
        except (SandboxLostError, SandboxUnavailableError):
            # SandboxUnavailableError, too, because the sandbox can be killed while it starts.
            return self._mark_code(code)

    def _mark_code(self, code: StudentCode) -> tuple[list[Verdict], list[CellRun]]:
        asked = version(self.assignment, self.seed, self.only)
        here = self._mark_once(code, asked, True)
        first = here or self._mark_once(code, asked, False)
        assert first is not None
        if first.earlier:
            again = self._judged_again(code, asked, first, True) if here else {}
            again = again or self._judged_again(code, asked, first, False)
            first.verdicts.update(self._better(code, asked, again, first))
        verdicts = [first.verdicts[i] for i in sorted(first.verdicts)]
        return [verdict for verdict in verdicts if self.only in ("", verdict.id)], first.shown

    def _mark_once(self, code: StudentCode, asked: Version, here: bool) -> "_Marked | None":
        """Run the cells and all questions in one job.

        here: True to run questions that leave no trace in the process of the job, which is fast.
        Returns None if such a question has ended the job, so that here must be False.
        """
        with self._job(code, asked, self.show) as (job, pictures):
            shown = with_figures(job.cells(), code.sources, pictures)
            able = job.alive
            replies = job.drive(list(range(len(asked.keys))), here=here)
            if here and able and not job.alive:
                return None
            alone = _judge_all(job, asked, replies)
            earlier = {
                i: names
                for i in alone
                if (names := wrong_before(alone[i], alone.values()))
                and replies[i].may_depend_on(asked.keys[i].uses)
            }
            job.end()  # now, because naming the mistakes takes time and does not need the job
            done = [i for i in alone if i not in earlier]
            explained = self._explained([(alone[i], []) for i in done], asked, code, shown)
        return _Marked(shown, alone, earlier, dict(zip(done, explained, strict=True)))

    def _judged_again(
        self, code: StudentCode, asked: Version, first: "_Marked", here: bool
    ) -> dict[int, Judgement]:
        """Judge questions again with the reference in place of the earlier answers that they call.

        The answers can ask the reference for whatever they like. So they run in a new job, which
        does not have the inputs of the questions that the reference answers. Otherwise an answer
        could ask for the right answers to these questions and tell them in its feedback.

        here: as in _mark_once, but the result is empty if the job has ended.
        """
        with self._job(code, asked, show=False) as (job, _):
            job.cells()
            able = job.alive
            again = _judge_with_stand_ins(job, self.assignment, asked, list(first.earlier), here)
            return {} if here and able and not job.alive else again

    def _better(
        self, code: StudentCode, asked: Version, again: dict[int, Judgement], first: "_Marked"
    ) -> dict[int, Verdict]:
        """Return the verdicts on questions that were judged twice. The better judgement counts."""
        better = {
            i: (again[i], names) if again[i].score > first.alone[i].score else (first.alone[i], [])
            for i, names in first.earlier.items()
        }
        explained = self._explained(list(better.values()), asked, code, first.shown)
        return dict(zip(better, explained, strict=True))

    @contextmanager
    def _job(
        self, code: StudentCode, asked: Version, show: bool
    ) -> Iterator[tuple[Job, Mapping[str, list[bytes]]]]:
        """Start a job for the cells and the files beside the notebook.

        show: True if somebody will look at the figures. Yields the job, and the figures of the
        cells that do not draw in it.
        """
        around = Around(
            self.assignment.imports, self.assignment.given, code.answers, self.beside.files
        )
        undrawn = undrawn_cells(self.assignment, code.sources)
        pictures: Mapping[str, list[bytes]] = {}
        if show and undrawn:
            pictures = figures_of_the_course(self.sandbox, self.assignment)
            undrawn = {i: c for i, c in undrawn.items() if plain(code.sources[i]) in pictures}
        sources = without_figures(code.sources, undrawn)
        figures = course_figures(self.sandbox, self.assignment.name, sources) if show else None
        with self.sandbox.job(sources, asked.question_set, figures, around) as job:
            yield job, pictures if undrawn else {}

    def _explained(
        self,
        judged: list[tuple[Judgement, list[str]]],
        asked: Version,
        code: StudentCode,
        shown: list[CellRun],
    ) -> list[Verdict]:
        """Return the verdicts with explanations, until the time for explaining is used up."""
        stopped = StoppedCells(code, shown, self.assignment.questions)
        end = time.process_time() + EXPLAIN_SECONDS
        verdicts = []
        for one, given in judged:
            in_time = time.process_time() < end
            verdict = asked.explain(one, given) if in_time else unexplained(one)
            verdict = stopped.explained(verdict)
            verdicts.append(verdict)
            if self.only in ("", verdict.id):
                self.tell(verdict)
        return verdicts


@dataclass(frozen=True)
class _Marked:
    """The result of marking a submission in one job.

    shown: the outputs of the cells. alone: the judgements by the number of the question. earlier:
    for each question that loses marks, the earlier questions that it may call and that are wrong.
    verdicts: those on the other questions.
    """

    shown: list[CellRun]
    alone: dict[int, Judgement]
    earlier: dict[int, list[str]]
    verdicts: dict[int, Verdict]


def _judge_all(job: Job, asked: Version, replies: list[Reply]) -> dict[int, Judgement]:
    """Return the judgement of every question, by its number.

    replies: those to all questions, which ran in one process. Where another question can have
    changed an answer that loses marks, it runs again in a process for itself, and that result
    counts, so no answer can cost another one marks.
    """
    together = {i: asked.judge(i, reply) for i, reply in enumerate(replies)}
    again = [i for i in together if together[i].lost_parts and not replies[i].final]
    apart = zip(again, job.drive(again, apart=True) if again else [], strict=True)
    return together | {i: asked.judge(i, reply) for i, reply in apart}


def _judge_with_stand_ins(
    job: Job, assignment: Assignment, asked: Version, which: list[int], here: bool
) -> dict[int, Judgement]:
    """Return the judgements of questions with the reference in place of the functions they use.

    here: True to run questions that leave no trace in the process of the job.
    The last question of the course is driven first, because the job keeps the inputs of questions
    that were driven, and the reference answers only questions that come earlier in the course. The
    instructor's own questions come after those of the course.
    """
    order = [*QUESTIONS, *(q.id for q in assignment.questions if q.id not in QUESTIONS)]
    judged: dict[int, Judgement] = {}
    for i in sorted(which, key=lambda i: order.index(asked.keys[i].id), reverse=True):
        stand_ins = {name: assignment.reference[name] for name in asked.keys[i].uses}
        (reply,) = job.drive([i], apart=True, stand_ins=stand_ins, here=here)
        judged[i] = asked.judge(i, reply)
    return judged


def rejected_notebook(result: Result, assignment: Assignment) -> str:
    """Return the released notebook with the reason for a rejection where the marks would be."""
    cells = [dict(cell) for cell in assignment.released["cells"]]
    _write_verdicts(cells, result.questions)
    words = markdown_cell(REJECTED + harmless(result.message), "rejected")
    return write_notebook({**assignment.released, "cells": [words, *cells]})


def _unanswered(cells: list[NotebookCell], released: list[NotebookCell], notes: Notes) -> list[str]:
    """Return the ids of the answer cells that are untouched and have no words beside them."""
    answers, stubs = sources_by_id(cells), sources_by_id(released)
    untouched = [id for id, source in answers.items() if plain(source) == plain(stubs[id])]
    return [id for id in untouched if not notes.has_words_beside(id)]


def _unmarked(question: ManualQuestion, unanswered: list[str]) -> Verdict:
    """Return the verdict on a question for a person to mark: manual, or missing if it is empty."""
    if question.id in unanswered:
        return Verdict(question.id, 0, question.points, "missing", NOTHING_WRITTEN)
    return Verdict(question.id, 0, question.points, "manual", "A person marks this.")


def _outputs(shown: CellRun) -> list[dict[str, Any]]:
    """Return the outputs of a cell as text and pictures, so that a browser runs no code of it."""
    outputs = []
    if shown.text:
        outputs.append(stream("stdout", shown.text))
    for picture in shown.pictures:
        data = {"image/png": base64.b64encode(picture).decode()}
        outputs.append(display("display_data", data))
    if shown.error:
        outputs.append(stream("stderr", shown.error))
    return outputs


def _write_verdicts(cells: list[NotebookCell], verdicts: Iterable[Verdict]) -> None:
    """Write a report into each check cell, and the points in the form that nbgrader reads."""
    by_id = {verdict.id: verdict for verdict in verdicts}
    for cell in cells:
        if is_check(cell) and (found := by_id.get(grade_id(cell))):
            shown = STYLE + html(found)
            cell["outputs"] = [
                display("display_data", {"text/plain": report(found), "text/html": shown}),
                # The empty HTML hides the number, which only nbgrader reads.
                display("execute_result", {"text/plain": str(float(found.score)), "text/html": ""}),
            ]
