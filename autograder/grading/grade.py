"""Grade one submission.

A question without a verdict never gets marks: an outcome that is missing counts as an error.
"""

import base64
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from ..bank import QUESTIONS
from ..marking.judge import Judgement, Verdict, final_verdict, report, wrong_before
from ..marking.question import ManualQuestion
from ..sandbox.bubblewrap import SandboxUnavailableError
from ..sandbox.client import Job, Sandbox, SandboxLostError
from ..sandbox.memory_limit import memory_limit
from ..sandbox.untrusted import CellRun
from .assignment import Assignment
from .markdown import harmless
from .notebook import (
    NotebookCell,
    display,
    grade_id,
    is_answer,
    is_check,
    is_student_code,
    sources_by_id,
    stream,
    write_notebook,
)
from .result import Result, total
from .submission import SubmittedCell, restore
from .version import MARKING_MEMORY, REFERENCE, Version, too_large, version


@dataclass(frozen=True)
class Grader:
    """A grader of submissions for one version of an assignment.

    seed: that of the version. only: the only question to mark, or an empty text for all.
    """

    assignment: Assignment
    seed: int
    sandbox: Sandbox
    only: str = ""

    def grade(self, submitted: list[SubmittedCell], student: str) -> Result:
        """Grade the cells of one submission.

        Raises SandboxLostError or SandboxUnavailableError if the sandbox fails; the submission does
        not cause these.
        """
        start = time.monotonic()
        released = self.assignment.released
        cells = restore(submitted, released)
        verdicts = self.mark_cells(cells)
        handed_out = sources_by_id(released["cells"])
        unanswered = [
            name
            for name, source in sources_by_id(cells).items()
            if source.strip() == handed_out[name].strip()
        ]
        return Result(
            student,
            self.assignment.name,
            "graded",
            *total(verdicts),
            time.monotonic() - start,
            verdicts,
            notebook=write_notebook({**released, "cells": cells}),
            unanswered=unanswered,
        )

    def mark_cells(self, cells: list[NotebookCell]) -> list[Verdict]:
        """Run and mark restored cells, and write their outputs and marks into them."""
        released = self.assignment.released["cells"]
        stubs = {cell["source"] for cell in released if is_answer(cell)}
        student_cells = [cell for cell in cells if is_student_code(cell)]
        # Skip untouched stubs: running one would overwrite a helper of the same name from an
        # earlier cell.
        sources = ["" if cell["source"] in stubs else cell["source"] for cell in student_cells]
        verdicts, shown = self.mark_code(sources)
        if not self.only:
            verdicts += [_unmarked(q, cells, released) for q in self.assignment.manual]
        for cell, run in zip(student_cells, shown, strict=False):
            cell["outputs"] = _outputs(run)
        _write_verdicts(cells, verdicts)
        _defuse_markdown(cells, {cell["source"] for cell in released})
        return verdicts

    def mark_code(self, sources: list[str]) -> tuple[list[Verdict], list[CellRun]]:
        """Run the cells and mark every question.

        A question that calls a wrong earlier answer is marked again with the right one, so that a
        mistake costs points only once. If the sandbox itself is lost, this tries once more, and
        then raises SandboxLostError.
        """
        try:
            return self._mark_code(sources)
        except (SandboxLostError, SandboxUnavailableError):
            # SandboxUnavailableError, too, because the sandbox can be killed while it starts.
            return self._mark_code(sources)

    def _mark_code(self, sources: list[str]) -> tuple[list[Verdict], list[CellRun]]:
        asked = version(self.assignment, self.seed, self.only)
        with self.sandbox.job(sources, asked.question_set) as job:
            shown = job.cells()
            alone = _judge_all(job, asked)
            earlier = {i: names for i in alone if (names := wrong_before(alone[i], alone.values()))}
            job.end()  # now, because naming the mistakes takes time and does not need the job
            verdicts = {
                i: final_verdict_in_little_memory(judged, [])
                for i, judged in alone.items()
                if i not in earlier
            }
        if earlier:
            verdicts |= self._mark_again(sources, asked, alone, earlier)
        in_order = [verdicts[i] for i in sorted(verdicts)]
        return [verdict for verdict in in_order if self.only in ("", verdict.id)], shown

    def _mark_again(
        self,
        sources: list[str],
        asked: Version,
        alone: dict[int, Judgement],
        earlier: dict[int, list[str]],
    ) -> dict[int, Verdict]:
        """Mark questions again with the reference in place of the earlier answers that they call.

        alone: the judgements so far; the better one counts. earlier: for each question to mark
        again, the earlier questions that are wrong.

        The answers can ask the reference for whatever they like. So they run in a new job, which
        does not have the inputs of the questions that the reference answers. Otherwise an answer
        could ask for the right answers to these questions and tell them in its feedback.
        """
        with self.sandbox.job(sources, asked.question_set) as job:
            job.cells()
            again = _judge_with_stand_ins(job, asked, list(earlier))
            job.end()
            return {
                i: final_verdict_in_little_memory(again[i], names)
                if again[i].score > alone[i].score
                else final_verdict_in_little_memory(alone[i], [])
                for i, names in earlier.items()
            }


def _judge_all(job: Job, asked: Version) -> dict[int, Judgement]:
    """Return the judgement of every question, by its number.

    First, all questions run in one process. Those that lose marks there run again, each in a
    process for itself, and that result counts, so no answer can cost another one marks.
    """
    everything = list(range(len(asked.keys)))
    together = {i: asked.judge(i, reply) for i, reply in enumerate(job.drive(everything))}
    wrong = [i for i in everything if together[i].lost_parts]
    apart = zip(wrong, job.drive(wrong, apart=True), strict=True)
    return together | {i: asked.judge(i, reply) for i, reply in apart}


def _judge_with_stand_ins(job: Job, asked: Version, which: list[int]) -> dict[int, Judgement]:
    """Return the judgements of questions with the reference in place of the functions they use.

    The last question of the course is driven first, because the job keeps the inputs of questions
    that were driven, and the reference answers only questions that come earlier in the course.
    """
    order = list(QUESTIONS)
    judged: dict[int, Judgement] = {}
    for i in sorted(which, key=lambda i: order.index(asked.keys[i].id), reverse=True):
        stand_ins = {name: REFERENCE[name] for name in asked.keys[i].uses}
        (reply,) = job.drive([i], True, stand_ins)
        judged[i] = asked.judge(i, reply)
    return judged


def final_verdict_in_little_memory(judged: Judgement, given: list[str]) -> Verdict:
    """Return the verdict with its explanation, built under a memory limit.

    The limit is needed because a small answer can unfold to a huge array while it is compared.
    """
    try:
        with memory_limit(MARKING_MEMORY):
            return final_verdict(judged, given)
    except MemoryError:
        return replace(too_large(judged.key).full_verdict, score=judged.score)


def _unmarked(
    question: ManualQuestion, cells: list[NotebookCell], released: list[NotebookCell]
) -> Verdict:
    """Return the verdict on a question for a person to mark: manual, or missing if it is empty."""
    written, given = (sources_by_id(c).get(question.id, "").strip() for c in (cells, released))
    if written == given:
        return Verdict(question.id, 0, question.points, "missing", None, "Nothing is written here.")
    return Verdict(question.id, 0, question.points, "manual", None, "A person marks this.")


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
            cell["outputs"] = [
                display("display_data", {"text/plain": report(found)}),
                display("execute_result", {"text/plain": f"{found.score:.1f}"}),
            ]


def _defuse_markdown(cells: list[NotebookCell], ours: set[str]) -> None:
    """Make the texts of the student harmless. ours: the texts that were handed out."""
    for cell in cells:
        if cell["cell_type"] == "markdown" and cell["source"] not in ours:
            cell["source"] = harmless(cell["source"])
