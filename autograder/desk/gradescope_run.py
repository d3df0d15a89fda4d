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

from ..grading.assignment import Assignment
from ..grading.beside import read_beside
from ..grading.children import ChildLostError
from ..grading.files import write_whole
from ..grading.hand_in import read_hand_in
from ..grading.result import Result
from ..grading.secret import SecretError, course_secret
from ..grading.submission import RejectedError
from ..grading.version import submission_seed
from ..grading.worker import Task, grade_in_child, rejected
from ..marking.book_links import link
from ..marking.question import Question
from ..marking.verdict import Verdict
from ..sandbox.client import Sandbox, SandboxLostError
from ..sandbox.other_user import require_safe
from ..sandbox.policy import Limits, SandboxUnavailableError
from .gradescope import SECRET, read_settings

# The number of the user as whom student code runs. It and the next one belong to nobody.
STUDENT = 61_000


def main(home: Path) -> int:
    """Grade the submission in a folder laid out like /autograder. Return the exit code.

    0: results.json is written. 2: nothing was graded, and one line says why; Gradescope then shows
    that the autograder has failed, and no marks.
    """
    start = time.monotonic()
    assignment, settings = read_settings(home / "source")
    try:
        secret = course_secret(home / "source" / SECRET)
        seed = submission_seed(secret, _students(home), assignment.name)
        result = graded(home / "submission", assignment, seed, limits_here(home))
    except (SandboxUnavailableError, SandboxLostError, ChildLostError, SecretError) as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 2
    made = as_results(result, assignment, settings, time.monotonic() - start)
    write_whole(home / "results" / "results.json", [json.dumps(made, indent=1)])
    return 0


def _students(home: Path) -> str:
    """Return the name under which the inputs of a submission are chosen: of all its students."""
    try:
        metadata = json.loads((home / "submission_metadata.json").read_text(encoding="utf-8"))
        return " ".join(sorted(str(user["email"]) for user in metadata["users"]))
    except (OSError, ValueError, LookupError, TypeError):
        return ""


def limits_here(home: Path) -> Limits:
    """Return limits with which a sandbox works here. Raises SandboxUnavailableError if none do."""
    try:
        _try(Limits())
        return Limits()
    except SandboxUnavailableError as error:
        refused = str(error).partition(". ")[0]
    require_safe(STUDENT, [home / "source"], [home / "results"])
    try:
        _try(Limits(other_user=STUDENT))
    except SandboxUnavailableError as error:
        raise SandboxUnavailableError(
            f"this container gives neither namespaces ({refused}) nor another user ({error})"
        ) from None
    return Limits(other_user=STUDENT)


def _try(limits: Limits) -> None:
    with Sandbox(limits) as sandbox:
        sandbox.start()
        sandbox.wait_until_able()


def graded(folder: Path, assignment: Assignment, seed: int, limits: Limits) -> Result:
    """Return the result of what a student has handed in. The folder can hold anything."""
    task = Task("", assignment, f"{assignment.name}.ipynb", limits, seed=seed)
    try:
        files, place = read_hand_in(folder, folder.parent, assignment.name)
    except RejectedError as error:
        return rejected(task, error)
    (name, content), *others = files
    ready = replace(task, name=name, content=content, others=tuple(others))
    return grade_in_child(replace(ready, beside=read_beside(place)))


def as_results(
    result: Result, assignment: Assignment, settings: dict[str, Any], seconds: float
) -> dict[str, Any]:
    """Return a result in the form that Gradescope reads."""
    questions = {question.id: question for question in assignment.questions}
    tests = [_test(verdict, questions.get(verdict.id), settings) for verdict in result.questions]
    return {
        "output": result.message,
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "execution_time": round(seconds, 1),
        "tests": tests,
    }


def _test(verdict: Verdict, question: Question | None, settings: dict[str, Any]) -> dict[str, Any]:
    """Return one question as Gradescope shows it.

    question: None for one that a person marks; it gets no points here.
    """
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
