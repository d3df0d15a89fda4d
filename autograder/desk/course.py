"""Lay out a course folder of nbgrader, or add an assignment to it.

The notebook in source/ and the gradebook are the only records of what was chosen: the notebook has
the questions and points, the gradebook has the due date. `autograder grade` and nbgrader read both,
so an instructor may change either afterwards.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import nbformat

from ..assemble import solved_notebook, students_part
from ..authoring.choice import Choice, chosen_ids, chosen_text
from ..authoring.material import COURSE, Material
from ..authoring.question_numbers import counts
from ..bank import QUESTION_CELL
from ..grading.course_folder import CourseFolder
from ..grading.exposure import require_unreadable
from ..grading.own_questions import FOLDER, OwnQuestionError, OwnQuestions, load, read_own
from ..grading.register import record_due_date
from ..grading.secret import SEED_FILE, course_secret
from .dates import write_dates

CONFIG = "nbgrader_config.py"
COURSE_ID = '# c.CourseDirectory.course_id = "backpropagation"'  # a line of it


class CourseError(ValueError):
    """An error for a course folder that cannot be laid out as wanted. The text is one line."""


@dataclass(frozen=True)
class Wanted:
    """An assignment to add to a course folder.

    assignment: that of the course from which the questions come. questions: a list of ids and
    numbers, or an empty text for all. points: those of questions that should have others, by id or
    number. due: in UTC. name: that of the new assignment.
    """

    assignment: str
    questions: str = ""
    points: Mapping[str, float] = field(default_factory=dict)
    due: datetime | None = None
    name: str = ""


@dataclass
class Laid:
    """The result of laying out a course: one line for each thing that was written.

    given: the names of functions that the notebook contains as finished code. worth: the number of
    questions and their points, in words.
    """

    lines: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    worth: str = ""


def lay_out(root: Path, course: Path, wanted: Wanted) -> Laid:
    """Write a course folder, or add an assignment to it. Nothing that is there is overwritten.

    root: the folder of this project. Raises CourseError, ChoiceError, OwnQuestionError,
    SettingsError, ExposedError, SecretError or OSError if that is not possible.
    """
    course.mkdir(parents=True, exist_ok=True)
    material, ids, choice = _chosen(root, course, wanted)
    notebook = nbformat.writes(solved_notebook(choice.text, material)) + "\n"
    folder, secret = CourseFolder.open(course), course / SEED_FILE
    require_unreadable(folder.root, secret, folder.db_url, folder.exchange)
    place = folder.step("source") / wanted.name
    _require_same(place / f"{wanted.name}.ipynb", notebook, wanted.name)

    asked = [material.questions[id] for id in ids]
    laid = Laid(given=choice.given, worth=counts(asked))
    _write_new(course / CONFIG, _config(root, course), laid)
    folder = CourseFolder.open(course)  # with the settings that were just written
    is_new = not secret.exists()
    course_secret(secret)
    laid.lines.append(f"{SEED_FILE}: {'the secret of the course' if is_new else 'as it was'}")
    _write_new(place / f"{wanted.name}.ipynb", notebook, laid)
    _write_students_part(place, students_part(wanted.name, ids, material), laid)
    if wanted.due:
        record_due_date(folder.db_url, wanted.name, wanted.due, folder.course_id)
    laid.lines.append(write_dates(folder))
    return laid


def _chosen(root: Path, course: Path, wanted: Wanted) -> tuple[Material, list[str], Choice]:
    """Return the material with the wanted points, the chosen ids, and the text of them."""
    own = load(read_own(course))
    material = Material({**COURSE.questions, **own.questions}, {**COURSE.reference, **own.answers})
    text = (root / "exercises" / f"{wanted.assignment}.md").read_text(encoding="utf-8")
    everything = ",".join(QUESTION_CELL.findall(text))
    ids = chosen_ids(wanted.questions or everything, text, own.questions)
    material = material.with_points(_points(wanted.points, ids, text, own))
    whole = "\n".join([text, *(_own_text(course, id) for id in ids if id in own.questions)])
    return material, ids, chosen_text(whole, ids, material)


def _points(
    asked: Mapping[str, float], ids: list[str], text: str, own: OwnQuestions
) -> dict[str, float]:
    """Return the new points of each question whose points the instructor changes, by its id."""
    found = {}
    for words, points in asked.items():
        named = chosen_ids(words, text, own.questions)
        if len(named) != 1 or named[0] not in ids:
            raise CourseError(f"--points {words}={points:g}: name one of the chosen questions")
        found[named[0]] = points
    return found


def _own_text(course: Path, id: str) -> str:
    """Return the text of a question of the instructor's own."""
    path = course / FOLDER / f"{id}.md"
    if not path.is_file():
        raise OwnQuestionError(
            f"{path}: there is no such file; write the text of the question there, as in exercises/"
        )
    text = path.read_text(encoding="utf-8")
    if QUESTION_CELL.findall(text) != [id] or not text.startswith("## "):
        raise OwnQuestionError(
            f"{path}: it must begin with a heading (## ...), and have one block for the answer, "
            f"```{{answer}} {id}"
        )
    return text


def _config(root: Path, course: Path) -> str:
    """Return the settings of nbgrader for a course, named after its folder."""
    text = (root / CONFIG).read_text(encoding="utf-8")
    name = re.sub(r"[^\w-]+", "-", course.resolve().name).strip("-") or "backpropagation"
    return text.replace(COURSE_ID, f'c.CourseDirectory.course_id = "{name}"')


def _require_same(path: Path, text: str, name: str) -> None:
    """Raise CourseError if another notebook lies where a new one should be written."""
    if path.exists() and path.read_text(encoding="utf-8") != text:
        raise CourseError(
            f"{path}: there is another notebook already, and it is not overwritten; choose another "
            f"name (--name), or move the folder {name} away"
        )


def _write_new(path: Path, text: str, laid: Laid) -> None:
    """Write a file if it is not there, and say what happened."""
    shown = path.name if path.name == CONFIG else "/".join(path.parts[-3:])
    if path.exists():
        laid.lines.append(f"{shown}: as it was")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    laid.lines.append(f"{shown}: written")


def _write_students_part(place: Path, files: Mapping[str, bytes], laid: Laid) -> None:
    """Write the students' part of `autograder` beside a notebook, or bring it up to date."""
    shown = f"source/{place.name}/autograder"
    there = {path: (place / path).read_bytes() for path in files if (place / path).exists()}
    if there == files:
        laid.lines.append(f"{shown}: as it was")
        return
    for path, content in files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(content)
    laid.lines.append(f"{shown}: {'brought up to date' if there else 'written'}")
