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
from .bank import ASSIGNMENTS
from .check import report
from .marking import Verdict, mark
from .sandbox.client import CellRun, Drive, Sandbox
from .submission import RejectedError, read_submission, restore


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
    questions = ASSIGNMENTS[assignment]
    max_score = float(sum(q.points for q in questions))
    try:
        submitted = read_submission(path)
    except RejectedError as error:
        verdicts = [Verdict(q.id, 0, q.points, "missing", None, str(error)) for q in questions]
        seconds = time.monotonic() - start
        return Result(
            student, assignment, "rejected", 0.0, max_score, seconds, verdicts, str(error)
        )
    cells = restore(submitted, released)
    keys = [from_reference(q, vars(backprop), seed) for q in questions]
    run = [c for c in cells if c.cell_type == "code" and not is_check(c)]
    drives = [Drive(key.driver_source, [case.inputs for case in key.cases]) for key in keys]
    job = sandbox.run([c.source for c in run], drives)
    verdicts = [mark(key, outcomes) for key, outcomes in zip(keys, job.outcomes, strict=True)]
    for cell, shown in zip(run, job.cells, strict=False):
        cell.outputs = _outputs(shown)
    for cell in filter(is_check, cells):
        cell.outputs = _verdict_outputs(
            next(v for v in verdicts if v.id == cell.metadata.nbgrader.grade_id)
        )
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=dict(released.metadata))
    score = float(sum(v.score for v in verdicts))
    seconds = time.monotonic() - start
    return Result(
        student, assignment, "graded", score, max_score, seconds, verdicts, notebook=notebook
    )


def is_check(cell: NotebookNode) -> bool:
    """Whether a cell is one that marks, which is never run as it stands."""
    return bool(cell.metadata.get("nbgrader", {}).get("grade"))


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
