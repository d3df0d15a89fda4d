"""One submission -> one result. Fails closed: no verdict, no marks, and a reason."""

import base64
import hashlib
import hmac
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode

import backprop

from .answer_key import from_reference
from .bank import ASSIGNMENTS, MANUAL
from .check import report
from .marking import Verdict, given_earlier, mark, wrong_before
from .question import ManualQuestion, Question
from .sandbox.client import CellRun, Drive, Sandbox
from .submission import RejectedError, read_submission, restore

REFERENCE = vars(backprop)
SCORES = ("score", "max_score")


@dataclass
class Result:
    """What came of one submission. status: graded, rejected (unreadable) or failed (our fault)."""

    student: str
    assignment: str
    status: str
    score: float
    max_score: float
    seconds: float
    questions: list[Verdict]
    message: str = ""
    notebook: NotebookNode | None = field(default=None, repr=False)

    def record(self) -> dict[str, Any]:
        """The result as one line of results.jsonl."""
        record = {k: v for k, v in vars(self).items() if k not in ("notebook", "questions")}
        questions = [{k: v for k, v in asdict(q).items() if k != "see"} for q in self.questions]
        return {**record, "seconds": round(self.seconds, 3), "questions": questions}


def released_notebook(root: Path, assignment: str) -> NotebookNode:
    """The notebook that students got."""
    return nbformat.read(root / "exercises" / assignment / f"{assignment}.ipynb", 4)


def submission_seed(secret: bytes, student: str, assignment: str) -> int:
    """The seed of one submission: other inputs for everybody, the same ones at every rerun."""
    digest = hmac.digest(secret, f"{assignment}/{student}".encode(), hashlib.sha256)
    return int.from_bytes(digest[:8], "little")


def grade_submission(
    path: Path, student: str, assignment: str, seed: int, released: NotebookNode, sandbox: Sandbox
) -> Result:
    """Grade one notebook file. What cannot be read or run gets no marks and says why."""
    start = time.monotonic()

    def result(status: str, verdicts: list[Verdict], **more: Any) -> Result:
        score, max_score = (float(sum(getattr(v, k) for v in verdicts)) for k in SCORES)
        seconds = time.monotonic() - start
        return Result(student, assignment, status, score, max_score, seconds, verdicts, **more)

    try:
        submitted = read_submission(path)
    except RejectedError as error:
        verdicts = [
            Verdict(q.id, 0, q.points, "missing", None, str(error))
            for q in all_questions(assignment)
        ]
        return result("rejected", verdicts, message=str(error))
    cells = restore(submitted, released)
    stubs = {c.source for c in released.cells if is_answer(c)}
    # A stub that nobody touched must not take the name of a helper away.
    sources = ["" if c.source in stubs else c.source for c in cells if is_run(c)]
    verdicts, shown = mark_code(assignment, seed, sources, sandbox)
    verdicts += [_unmarked(q, cells, released) for q in manual_questions(assignment)]
    for cell, run in zip(filter(is_run, cells), shown, strict=False):
        cell.outputs = _outputs(run)
    by_id = {verdict.id: verdict for verdict in verdicts}
    for cell in filter(is_check, cells):
        cell.outputs = _verdict_outputs(by_id[cell.metadata.nbgrader.grade_id])
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=dict(released.metadata))
    return result("graded", verdicts, notebook=notebook)


def mark_code(
    assignment: str, seed: int, sources: list[str], sandbox: Sandbox
) -> tuple[list[Verdict], list[CellRun]]:
    """Run the cells and mark every question; a mistake in an earlier answer costs once."""
    questions = ASSIGNMENTS[assignment]
    keys = [from_reference(q, REFERENCE, seed) for q in questions]
    drives = [
        Drive(key.driver_source, [case.inputs for case in key.cases], question.seconds)
        for key, question in zip(keys, questions, strict=True)
    ]
    job = sandbox.run(sources, drives)
    alone = [mark(key, outcomes) for key, outcomes in zip(keys, job.outcomes, strict=True)]
    verdicts = list(alone)
    for i, (key, drive) in enumerate(zip(keys, drives, strict=True)):
        if earlier := wrong_before(key, alone):
            again = sandbox.run(sources, [drive], {name: REFERENCE[name] for name in key.uses})
            verdicts[i] = given_earlier(alone[i], mark(key, again.outcomes[0]), earlier)
    return verdicts, job.cells


def is_check(cell: NotebookNode) -> bool:
    """Whether a cell is one that marks, which is never run as it stands."""
    return cell.cell_type == "code" and bool(cell.metadata.get("nbgrader", {}).get("grade"))


def is_answer(cell: NotebookNode) -> bool:
    """Whether a cell is one for an answer in code."""
    return cell.cell_type == "code" and bool(cell.metadata.get("nbgrader", {}).get("solution"))


def is_run(cell: NotebookNode) -> bool:
    """Whether a cell is the student's to run."""
    return cell.cell_type == "code" and not is_check(cell)


def all_questions(assignment: str) -> list[Question | ManualQuestion]:
    """Everything that an assignment has points for."""
    return [*ASSIGNMENTS[assignment], *manual_questions(assignment)]


def manual_questions(assignment: str) -> list[ManualQuestion]:
    """What a person marks in an assignment."""
    return [MANUAL[assignment]] if assignment in MANUAL else []


def _unmarked(question: ManualQuestion, cells: list[NotebookNode], released: Any) -> Verdict:
    """No marks yet for what a person marks; "missing" where nothing was written."""

    def text(cells: list[NotebookNode]) -> str:
        found = (c for c in cells if c.metadata.get("nbgrader", {}).get("grade_id") == question.id)
        return next((c.source.strip() for c in found), "")

    if text(cells) == text(released.cells):
        return Verdict(question.id, 0, question.points, "missing", None, "Nothing is written here.")
    return Verdict(question.id, 0, question.points, "manual", None, "A person marks this.")


def _outputs(shown: CellRun) -> list[NotebookNode]:
    """What a cell showed, as plain text and pictures: nothing that a browser would run."""
    outputs = []
    if shown.text:
        outputs.append(nbformat.v4.new_output("stream", name="stdout", text=shown.text))
    for picture in shown.pictures:
        data = {"image/png": base64.b64encode(picture).decode()}
        outputs.append(nbformat.v4.new_output("display_data", data=data))
    if shown.error:
        outputs.append(nbformat.v4.new_output("stream", name="stderr", text=shown.error))
    return outputs


def _verdict_outputs(verdict: Verdict) -> list[NotebookNode]:
    """The diagnosis, and the points as the number that nbgrader reads."""
    return [
        nbformat.v4.new_output("display_data", data={"text/plain": report(verdict)}),
        nbformat.v4.new_output("execute_result", data={"text/plain": f"{verdict.score:.1f}"}),
    ]
