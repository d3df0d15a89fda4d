"""Grade one submission in the container of Gradescope, and write `results/results.json`.

Student code runs in namespaces if the container allows them, and otherwise as another user, from
whom everything secret is kept. If neither can be had, nothing is graded.
"""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..bank import QUESTIONS
from ..grading.assignment import Assignment
from ..grading.beside import read_beside
from ..grading.grade import Grader
from ..grading.result import Result
from ..grading.secret import SecretError, course_secret
from ..grading.submission import RejectedError, read_submission
from ..grading.version import submission_seed
from ..grading.worker import Task, rejected
from ..marking.book_links import link
from ..marking.verdict import Verdict
from ..sandbox.client import Sandbox, SandboxLostError
from ..sandbox.other_user import require_safe
from ..sandbox.policy import Limits, SandboxUnavailableError
from .collect import chosen_notebook
from .gradescope import SECRET, read_settings

# The number of the user as whom student code runs. It and the next one belong to nobody.
STUDENT = 61_000
MAX_NOTEBOOKS = 1000  # names that are looked at


def main(home: Path) -> int:
    """Grade the submission in a folder laid out like /autograder. Return the exit code.

    0: results.json is written. 2: nothing was graded, and one line says why; Gradescope then shows
    that the autograder has failed, and no marks.
    """
    start = time.monotonic()
    assignment, settings = read_settings(home / "source")
    results = home / "results" / "results.json"
    try:
        seed = submission_seed(
            course_secret(home / "source" / SECRET), _students(home), assignment.name
        )
        with _sandbox(home) as sandbox:
            result = _graded(home / "submission", assignment, seed, sandbox)
    except (SandboxUnavailableError, SandboxLostError, SecretError) as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 2
    made = as_results(result, settings, time.monotonic() - start)
    results.write_text(json.dumps(made, indent=1), encoding="utf-8")
    return 0


def _students(home: Path) -> str:
    """Return the name under which the inputs of a submission are chosen: of all its students."""
    try:
        metadata = json.loads((home / "submission_metadata.json").read_text(encoding="utf-8"))
        return " ".join(sorted(str(user["email"]) for user in metadata["users"]))
    except (OSError, ValueError, LookupError, TypeError):
        return ""


def _sandbox(home: Path) -> Sandbox:
    """Return a sandbox that works here. Raises SandboxUnavailableError if there is none."""
    first = Sandbox(Limits())
    try:
        first.start()
        first.wait_until_able()
        return first
    except SandboxUnavailableError as error:
        first.close()
        refused = error
    require_safe(STUDENT, [home / "source"], [home / "results"])
    second = Sandbox(Limits(other_user=STUDENT))
    try:
        second.start()
        second.wait_until_able()
    except SandboxUnavailableError as error:
        second.close()
        raise SandboxUnavailableError(
            f"this container gives neither namespaces ({refused}) nor a safe user ({error})"
        ) from None
    return second


def _graded(folder: Path, assignment: Assignment, seed: int, sandbox: Sandbox) -> Result:
    """Return the result of the notebook in a folder, or one without marks that says what is wrong.

    The folder holds what a student has handed in. Links are not followed.
    """
    task = Task("", assignment, f"{assignment.name}.ipynb", sandbox.limits)
    found = sorted(p for p in folder.rglob("*.ipynb") if p.is_file() and not p.is_symlink())
    names = {p.relative_to(folder).as_posix(): p for p in found[:MAX_NOTEBOOKS]}
    own = [name for name in names if not any(part.startswith(".") for part in name.split("/"))]
    chosen = chosen_notebook(own, assignment.name)
    try:
        if chosen is None:
            which = (
                f"these notebooks are there: {', '.join(own)}" if own else "there is no notebook"
            )
            raise RejectedError(f"hand in one notebook, {assignment.name}.ipynb; {which}"[:500])
        path = names[chosen]
        submitted = read_submission(path)
    except RejectedError as error:
        return rejected(task, error)
    grader = Grader(assignment, seed, sandbox, show=False, beside=read_beside(path.parent))
    return grader.grade(submitted, "")


def as_results(result: Result, settings: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Return a result in the form that Gradescope reads."""
    tests = [_test(verdict, settings) for verdict in result.questions]
    return {
        "output": result.message,
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "execution_time": round(seconds, 1),
        "tests": tests,
    }


def _test(verdict: Verdict, settings: dict[str, Any]) -> dict[str, Any]:
    """Return one question as Gradescope shows it. A person gives the points of a written answer."""
    question = QUESTIONS.get(verdict.id)
    bonus = " (bonus)" if question and question.bonus else ""
    shown = {
        "name": f"{verdict.id}{bonus}",
        "output": told(verdict, settings["tell"]),
        "output_format": "text",
        "visibility": settings["visibility"],
    }
    if question is None:
        return shown
    status = "passed" if verdict.score >= verdict.max_score else "failed"
    return {**shown, "score": verdict.score, "max_score": verdict.max_score, "status": status}


def told(verdict: Verdict, tell: str) -> str:
    """Return what a student is told: as little as the setting `tell` says (see gradescope.py).

    An example shows inputs of the student's version. Students who hand in again and again could
    collect these, so it is shown only if the instructor wants that.
    """
    if tell == "marks":
        return ""
    if tell == "hint":
        verdict = verdict.step(2)
    elif tell == "mistake":
        verdict = replace(verdict, example=None)
    lines = [verdict.message, *(f"Remark: {remark}" for remark in verdict.remarks)]
    if verdict.see:
        lines.append(f"Read {link(verdict.see)}.")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
