"""Find what a course folder has released under a name: the questions, the points, the notebook.

What students got is what we mark. So the questions and their points come from the notebook in
release/ or, if nothing has been released, from the one in source/. An assignment that the course
folder has neither of is one of the course itself, with all of its questions.
"""

import contextlib
import json
from pathlib import Path
from typing import Any

from ..bank import ASSIGNMENTS
from ..marking.question import ManualQuestion, Question
from .assignment import Assignment, UnknownAssignmentError, known_questions
from .course_folder import CourseFolder
from .notebook import Notebook, NotebookCell, grade_id, nbgrader_mark, read_notebook
from .own_questions import FOLDER, OwnFiles, OwnQuestionError, load, read_own


class UnmarkableError(ValueError):
    """An error for a released assignment that we cannot mark. The text is one line."""


def released_assignment(folder: CourseFolder, name: str) -> Assignment:
    """Return the assignment of this name in a course folder.

    Raises UnknownAssignmentError if there is none, UnmarkableError if we cannot mark it, and
    OwnQuestionError if a question of the instructor's own cannot be loaded.
    """
    for step in ("release", "source"):
        place = folder.step(step) / name
        if not place.is_dir():
            continue
        notebook = _read(_only_notebook(place, name))
        released = notebook if step == "release" else student_version(notebook)
        return assignment_of_notebook(released, place, read_own(folder.root))
    if name not in ASSIGNMENTS:
        raise UnknownAssignmentError(
            f"{folder.root}: there is no assignment {name} in release/ or source/, and the course "
            f"has only {', '.join(ASSIGNMENTS)}"
        )
    return Assignment.of_course(name)


def released_assignments(folder: CourseFolder) -> list[Assignment]:
    """Return the assignments of a course folder, and those of the course; none that has errors."""
    places = [path for step in ("release", "source") for path in folder.step(step).glob("*/")]
    found = []
    for name in sorted({path.name for path in places} | set(ASSIGNMENTS)):
        with contextlib.suppress(UnmarkableError, OwnQuestionError):
            found.append(released_assignment(folder, name))
    return found


def student_version(solved: Notebook) -> Notebook:
    """Return the notebook that nbgrader makes from a source notebook for students.

    We run nbgrader's own steps, so that both tools give the same notebook.
    """
    import nbformat
    from nbconvert.exporters.exporter import ResourcesDict
    from nbgrader.preprocessors import ClearOutput, ClearSolutions, ComputeChecksums, LockCells

    notebook, resources = nbformat.from_dict(solved), ResourcesDict()
    for step in (LockCells, ClearSolutions, ClearOutput, ComputeChecksums):
        notebook, resources = step().preprocess(notebook, resources)
    plain: Notebook = json.loads(json.dumps(notebook))
    return plain


def _only_notebook(place: Path, name: str) -> Path:
    """Return the notebook of a released folder. Raises UnmarkableError if it is not one alone."""
    found = sorted(path.name for path in place.glob("*.ipynb"))
    if found == [f"{name}.ipynb"]:
        return place / found[0]
    if not found:
        raise UnmarkableError(f"{place}: there is no notebook; put {name}.ipynb there")
    if len(found) == 1:
        raise UnmarkableError(f"{place}: rename {found[0]} to {name}.ipynb")
    raise UnmarkableError(
        f"{place}: there are {len(found)} notebooks ({', '.join(found)}), but the grader marks "
        f"assignments of one notebook, {name}.ipynb; make an assignment of each"
    )


def _read(path: Path) -> Notebook:
    try:
        notebook = read_notebook(path)
    except (OSError, ValueError, TypeError, LookupError) as error:
        words = f"{type(error).__name__}: {error}".splitlines()[0]
        raise UnmarkableError(f"{path}: this cannot be read as a notebook: {words}") from None
    return notebook


def assignment_of_notebook(released: Notebook, place: Path, own: OwnFiles) -> Assignment:
    """Return an assignment with the questions and points of a released notebook.

    place: its folder, which has the name of the assignment. own: the files of the instructor's own
    questions. Raises UnmarkableError if we cannot mark it.
    """
    known = {**known_questions(), **load(own).questions}
    points: dict[str, float] = {}
    written = []
    for cell in released["cells"]:
        mark, id = nbgrader_mark(cell), grade_id(cell)
        if mark.get("task"):
            raise UnmarkableError(
                f"{place}: the cell {id} is a task of nbgrader, which the grader cannot mark; make "
                "it a manually graded answer"
            )
        if not mark.get("grade"):
            continue
        _require_form(cell, place, known.get(id))
        if id not in known:
            written.append(id)
        if id in points:
            raise UnmarkableError(f"{place}: the question {id} is there twice; remove one of them")
        points[id] = _points(mark, place)
    if not points:
        raise UnmarkableError(f"{place}: the notebook asks no question, so there are no points")
    return Assignment(place.name, tuple(points.items()), released, own, tuple(written))


def _points(mark: dict[str, Any], place: Path) -> float:
    """Return the points of a question, as the course writes them: whole ones as an int."""
    points = mark.get("points")
    if not isinstance(points, int | float) or not 0 < points < float("inf"):
        raise UnmarkableError(
            f"{place}: the question {mark['grade_id']} has {points} points; give it more than 0"
        )
    return int(points) if points == int(points) else points


def _require_form(
    cell: NotebookCell, place: Path, question: Question | ManualQuestion | None
) -> None:
    """Raise UnmarkableError unless the cell of a question can be marked.

    question: None if it is in no file. Then a person must be able to mark it.
    """
    id, in_words = grade_id(cell), cell["cell_type"] == "markdown"
    is_answer = bool(nbgrader_mark(cell).get("solution"))
    if isinstance(question, Question) and (in_words or is_answer):
        raise UnmarkableError(
            f"{place}: the cell {id} must be a code cell with the check of that question; take it "
            "from the notebook of the course"
        )
    if not isinstance(question, Question) and not (in_words and is_answer):
        raise UnmarkableError(
            f"{place}: nothing can mark the question {id}; take its cell out, or put the question "
            f"into {FOLDER}/{id}.py"
        )
