"""Grade one submission.

A question without a verdict never gets marks: an outcome that is missing counts as an error.
"""

import base64
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from ..marking.judge import Judgement, Verdict, final_verdict, report, wrong_before
from ..marking.question import ManualQuestion
from ..sandbox.bubblewrap import SandboxUnavailableError
from ..sandbox.client import Job, Sandbox, SandboxLostError
from ..sandbox.memory_limit import memory_limit
from ..sandbox.untrusted import CellRun
from .assignment import Assignment
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
from .page import fit_page
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
        fit_page(cells, released)
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
            final = {i: _with_stand_ins(job, asked, i, alone) for i in alone}
            job.end()  # now, because naming the mistakes takes time and does not need the job
            verdicts = [final_verdict_in_little_memory(*final[i]) for i in sorted(final)]
        return [verdict for verdict in verdicts if self.only in ("", verdict.id)], shown


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


def _with_stand_ins(
    job: Job, asked: Version, i: int, alone: dict[int, Judgement]
) -> tuple[Judgement, list[str]]:
    """Judge a question again with the reference instead of earlier answers that are wrong.

    Returns the better judgement, and the earlier questions that the reference answered for it.
    """
    earlier = wrong_before(alone[i], alone.values()) if alone[i].lost_parts else []
    if not earlier:
        return alone[i], []
    stand_ins = {name: REFERENCE[name] for name in asked.keys[i].uses}
    (reply,) = job.drive([i], True, stand_ins)
    again = asked.judge(i, reply)
    return (again, earlier) if again.score > alone[i].score else (alone[i], [])


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
