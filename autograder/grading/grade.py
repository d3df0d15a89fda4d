"""One submission -> one result. Fails closed: no verdict, no marks, and a reason."""

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import backprop

from ..bank import ASSIGNMENTS, MANUAL
from ..marking import wire
from ..marking.answer_key import AnswerKey, from_reference
from ..marking.driver import Outcome
from ..marking.judge import Judgement, Verdict, explain, judge, report, wrong_before
from ..marking.question import ManualQuestion, Question
from ..sandbox.bubblewrap import SandboxUnavailableError
from ..sandbox.client import (
    CellRun,
    Drive,
    Drives,
    Reply,
    Sandbox,
    SandboxLostError,
    memory,
)
from .markdown import harmless
from .notebook import (
    Notebook,
    NotebookCell,
    display,
    grade_id,
    is_answer,
    is_check,
    is_run,
    read_notebook,
    sources_by_id,
    stream,
    write_notebook,
)
from .submission import Cell, restore

REFERENCE = vars(backprop)
VERSIONS = 8  # of the inputs of an assignment; answer keys are made once for each
MOST_REMEMBERED, LONGEST_REMEMBERED = 200, 1 << 13  # replies of a version, and their bytes
MARKING_MEMORY = 512 << 20  # bytes
TOO_LARGE = Outcome("error", text="an answer too large to read")
SCORES = ("score", "max_score")


@dataclass
class Result:
    """What came of one submission. status: graded, rejected (unreadable) or failed (our fault).

    notebook: the text of the autograded notebook. unanswered: the ids of answer cells that are as they
    were handed out.
    """

    student: str
    assignment: str
    status: str
    score: float
    max_score: float
    seconds: float
    questions: list[Verdict]
    message: str = ""
    notebook: str = field(default="", repr=False)
    unanswered: list[str] = field(default_factory=list, repr=False)

    def record(self) -> dict[str, Any]:
        """The result as one line of results.jsonl."""
        hidden = ("notebook", "questions", "unanswered")
        record = {k: v for k, v in vars(self).items() if k not in hidden}
        questions = [{k: v for k, v in asdict(q).items() if k != "see"} for q in self.questions]
        return {**record, "seconds": round(self.seconds, 3), "questions": questions}


def released_notebook(root: Path, assignment: str) -> Notebook:
    """The notebook that students got."""
    return read_notebook(root / "exercises" / assignment / f"{assignment}.ipynb")


def submission_seed(secret: bytes, student: str, assignment: str) -> int:
    """The seed of one submission: of one of VERSIONS of the inputs, the same one at every rerun."""

    def number(text: str) -> int:
        digest = hmac.digest(secret, text.encode(), hashlib.sha256)
        return int.from_bytes(digest[:8], "little")

    return number(f"{assignment}#{number(f'{assignment}/{student}') % VERSIONS}")


def grade_submission(
    submitted: list[Cell],
    student: str,
    assignment: str,
    seed: int,
    released: Notebook,
    sandbox: Sandbox,
    only: str = "",
) -> Result:
    """Grade the cells of one submission; only: the one question to mark, where not all.

    Raises SandboxLostError and SandboxUnavailableError, which are no fault of the submission.
    """
    start = time.monotonic()
    cells = restore(submitted, released)
    verdicts = mark_cells(cells, released, assignment, seed, sandbox, only)
    text = write_notebook({**released, "cells": cells})
    handed_out = sources_by_id(released["cells"])
    unanswered = [
        name
        for name, source in sources_by_id(cells).items()
        if source.strip() == handed_out[name].strip()
    ]
    score, most = (float(sum(getattr(v, k) for v in verdicts)) for k in SCORES)
    seconds = time.monotonic() - start
    return Result(
        student, assignment, "graded", score, most, seconds, verdicts, "", text, unanswered
    )


def unmarked(student: str, assignment: str, status: str, verdict: str, reason: str) -> Result:
    """The result of a submission that got no marks as a whole: rejected, or failed by us."""
    questions = all_questions(assignment)
    verdicts = [Verdict(q.id, 0, q.points, verdict, None, reason) for q in questions]
    points = float(sum(q.points for q in questions))
    return Result(student, assignment, status, 0.0, points, 0.0, verdicts, reason)


def mark_cells(
    cells: list[NotebookCell],
    released: Notebook,
    assignment: str,
    seed: int,
    sandbox: Sandbox,
    only: str = "",
) -> list[Verdict]:
    """Run and mark restored cells; their outputs become what they showed and what they got."""
    stubs = {c["source"] for c in released["cells"] if is_answer(c)}
    # A stub that nobody touched must not take the name of a helper away.
    sources = ["" if c["source"] in stubs else c["source"] for c in cells if is_run(c)]
    verdicts, shown = mark_code(assignment, seed, sources, sandbox, only)
    verdicts += [_unmarked(q, cells, released) for q in manual_questions(assignment) if not only]
    for cell, run in zip(filter(is_run, cells), shown, strict=False):
        cell["outputs"] = _outputs(run)
    by_id = {verdict.id: verdict for verdict in verdicts}
    ours = {cell["source"] for cell in released["cells"]}
    for cell in cells:
        if is_check(cell) and (found := by_id.get(grade_id(cell))):
            cell["outputs"] = _verdict_outputs(found)
        elif cell["cell_type"] == "markdown" and cell["source"] not in ours:
            cell["source"] = harmless(cell["source"])
    return verdicts


def mark_code(
    assignment: str, seed: int, sources: list[str], sandbox: Sandbox, only: str = ""
) -> tuple[list[Verdict], list[CellRun]]:
    """Run the cells and mark every question; a mistake in an earlier answer costs once.

    Tries once more where the sandbox itself was lost; raises SandboxLostError at the second time.
    """
    try:
        return _mark_code(assignment, seed, sources, sandbox, only)
    except (SandboxLostError, SandboxUnavailableError):  # the latter: killed as it started
        return _mark_code(assignment, seed, sources, sandbox, only)


def _mark_code(
    assignment: str, seed: int, sources: list[str], sandbox: Sandbox, only: str
) -> tuple[list[Verdict], list[CellRun]]:
    asked = version(assignment, seed, only)
    keys, everything = asked.keys, list(range(len(asked.keys)))
    with sandbox.job(sources, asked.drives) as job:
        shown = job.cells()
        # What is less than right in the company of the others is judged by itself.
        company = {i: asked.judge(i, reply) for i, reply in enumerate(job.drive(everything))}
        wrong = [i for i in everything if company[i].lost_parts]
        apart = zip(wrong, job.drive(wrong, apart=True), strict=True)
        alone = company | {i: asked.judge(i, reply) for i, reply in apart}
        final: dict[int, tuple[Judgement, list[str]]] = {i: (alone[i], []) for i in everything}
        for i in wrong:
            if earlier := wrong_before(alone[i], list(alone.values())):
                stand_ins = {name: REFERENCE[name] for name in keys[i].uses}
                (reply,) = job.drive([i], True, stand_ins)
                again = asked.judge(i, reply)
                if again.score > alone[i].score:  # a mistake costs once
                    final[i] = again, earlier
        job.end()  # it need not wait for the mistakes to be named
        verdicts = [explained(*final[i]) for i in everything]
    return [verdict for verdict in verdicts if only in ("", verdict.id)], shown


@dataclass(frozen=True)
class Version:
    """The questions of an assignment with the inputs of one seed, and what they are answered with.

    frames: of each question, what the sandbox sends where its answers are the right ones to the bit;
    nothing where answers are measured before they are compared.
    """

    keys: list[AnswerKey]
    drives: Drives
    frames: list[bytes]
    remembered: dict[tuple[int, Reply], Judgement] = field(default_factory=dict)

    def judge(self, i: int, reply: Reply) -> Judgement:
        """Judge what question i was answered with; most answers were given by others before."""
        key = self.keys[i]
        if self.frames[i] and reply.frames == self.frames[i]:
            return Judgement(key)
        if found := self.remembered.get((i, reply)):
            return found
        judged = self._judge(key, reply)
        if len(reply.frames) <= LONGEST_REMEMBERED:
            if len(self.remembered) >= MOST_REMEMBERED:
                self.remembered.clear()
            self.remembered[i, reply] = judged
        return judged

    def _judge(self, key: AnswerKey, reply: Reply) -> Judgement:
        try:
            with memory(MARKING_MEMORY):  # small answers can unfold to large ones
                return judge(key, reply.outcomes(len(key.cases)))
        except MemoryError:
            return judge(key, [TOO_LARGE] * len(key.cases))


def explained(judged: Judgement, given: list[str]) -> Verdict:
    """The verdict, found with little memory: differences can be large where answers are not."""
    try:
        with memory(MARKING_MEMORY):
            return explain(judged, given)
    except MemoryError:
        verdict = judge(judged.key, [TOO_LARGE] * len(judged.key.cases)).explained
        return replace(verdict, score=judged.score)


@lru_cache(maxsize=VERSIONS)
def version(assignment: str, seed: int, only: str = "") -> Version:
    """One version, which many submissions share."""
    questions = list(needed(assignment, only))
    keys = [from_reference(q, REFERENCE, seed) for q in questions]
    drives = [
        Drive(key.driver_source, [case.inputs for case in key.cases], q.seconds, q.writes)
        for key, q in zip(keys, questions, strict=True)
    ]
    return Version(keys, Drives(drives), [right_frames(key) for key in keys])


def right_frames(key: AnswerKey) -> bytes:
    """The expected answers as the sandbox would send them."""
    if key.measure_source or judge(key, key.expected).lost_parts:
        return b""
    return b"".join(wire.frame(wire.encode(vars(outcome))) for outcome in key.expected)


def needed(assignment: str, only: str) -> Iterator[Question]:
    """The questions to drive: all, or one with those whose mistakes it does not pay for."""
    uses = next((q.uses for q in ASSIGNMENTS[assignment] if q.id == only), ())
    return (q for q in ASSIGNMENTS[assignment] if not only or q.id == only or q.id in uses)


def all_questions(assignment: str) -> list[Question | ManualQuestion]:
    """Everything that an assignment has points for."""
    return [*ASSIGNMENTS[assignment], *manual_questions(assignment)]


def manual_questions(assignment: str) -> list[ManualQuestion]:
    """What a person marks in an assignment."""
    return [MANUAL[assignment]] if assignment in MANUAL else []


def _unmarked(question: ManualQuestion, cells: list[NotebookCell], released: Notebook) -> Verdict:
    """No marks yet for what a person marks; "missing" where nothing was written."""
    written, given = (
        sources_by_id(c).get(question.id, "").strip() for c in (cells, released["cells"])
    )
    if written == given:
        return Verdict(question.id, 0, question.points, "missing", None, "Nothing is written here.")
    return Verdict(question.id, 0, question.points, "manual", None, "A person marks this.")


def _outputs(shown: CellRun) -> list[dict[str, Any]]:
    """What a cell showed, as plain text and pictures: nothing that a browser would run."""
    outputs = []
    if shown.text:
        outputs.append(stream("stdout", shown.text))
    for picture in shown.pictures:
        data = {"image/png": base64.b64encode(picture).decode()}
        outputs.append(display("display_data", data))
    if shown.error:
        outputs.append(stream("stderr", shown.error))
    return outputs


def _verdict_outputs(verdict: Verdict) -> list[dict[str, Any]]:
    """The diagnosis, and the points as the number that nbgrader reads."""
    return [
        display("display_data", {"text/plain": report(verdict)}),
        display("execute_result", {"text/plain": f"{verdict.score:.1f}"}),
    ]
