"""Many submissions through an executor; one writer for gradebook, notebooks and results."""

import json
from collections.abc import Iterator
from concurrent.futures import Executor, as_completed
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook

from . import gradebook
from .bank import ASSIGNMENTS
from .grade import Result, grade_submission, released_notebook, submission_seed
from .marking import Verdict
from .sandbox.client import Sandbox

_sandbox: Sandbox | None = None  # one warm sandbox for each worker process


def find_submissions(course: Path, assignment: str) -> list[tuple[str, Path]]:
    """(student, notebook file) of everybody who handed in a folder, sorted by name."""
    folders = sorted((course / "submitted").glob(f"*/{assignment}"))
    return [(folder.parent.name, folder / f"{assignment}.ipynb") for folder in folders]


def grade_batch(
    course: Path, assignment: str, secret: bytes, executor: Executor, db_url: str, root: Path
) -> Iterator[Result]:
    """Grade every submission and record it; yields each result once it is recorded."""
    released = released_notebook(root, assignment)
    gradebook.register(db_url, assignment, released)
    futures = {}
    for student, path in find_submissions(course, assignment):
        seed = submission_seed(secret, student, assignment)
        future = executor.submit(_grade, path.resolve(), student, assignment, seed, released)
        futures[future] = student
    with Gradebook(db_url) as book:
        for future in as_completed(futures):
            student = futures.pop(future)
            error = future.exception()
            result = failed(student, assignment, error) if error else future.result()
            if result.status != "failed":  # a fault of ours must not become a zero
                gradebook.record(book, result)
                _write_notebook(course, result, released)
            yield result


def failed(student: str, assignment: str, error: BaseException) -> Result:
    """The result of a submission that we failed to grade."""
    words = f"{type(error).__name__}: {error}"[:300]
    questions = ASSIGNMENTS[assignment]
    verdicts = [Verdict(q.id, 0, q.points, "error", None, words) for q in questions]
    points = float(sum(q.points for q in questions))
    return Result(student, assignment, "failed", 0.0, points, 0.0, verdicts, words)


def _grade(path: Path, student: str, assignment: str, seed: int, released: NotebookNode) -> Result:
    global _sandbox
    if _sandbox is None:
        _sandbox = Sandbox()
    return grade_submission(path, student, assignment, seed, released, _sandbox)


def _write_notebook(course: Path, result: Result, released: NotebookNode) -> None:
    folder = course / "autograded" / result.student / result.assignment
    folder.mkdir(parents=True, exist_ok=True)
    notebook = result.notebook or released
    nbformat.write(notebook, folder / f"{result.assignment}.ipynb")


def write_results(path: Path, results: list[Result]) -> None:
    """One JSON object a line, sorted by student."""
    lines = [json.dumps(r.record()) for r in sorted(results, key=lambda r: r.student)]
    path.write_text("\n".join(lines) + "\n")
