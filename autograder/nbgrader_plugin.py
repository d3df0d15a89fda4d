"""The parts of nbgrader that we replace, so that it marks notebooks of this course in the sandbox.

nbgrader_config.py installs them. `nbgrader autograde` and the button of formgrader then use them.
"""

import contextlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import Execute, NbGraderPreprocessor, SaveAutoGrades
from traitlets import List, Unicode

from .grading.assignment import Assignment, UnknownAssignmentError
from .grading.beside import read_beside
from .grading.course_folder import CourseFolder
from .grading.exposure import ExposedError, require_unreadable
from .grading.files import in_place, keep_beside
from .grading.nbgrader_settings import exchange_folder
from .grading.own_questions import OwnQuestionError
from .grading.quirks import take_unreadable_times_as_unknown
from .grading.released import UnmarkableError, released_assignment
from .grading.result import Result
from .grading.secret import SEED_FILE, course_secret
from .grading.submission import RejectedError, read_file
from .grading.version import submission_seed
from .grading.worker import Task, grade_in_child
from .sandbox.policy import Limits
from .sandbox.printable import printable

# The errors for an assignment that we cannot mark.
NOT_OURS = (UnknownAssignmentError, UnmarkableError, OwnQuestionError)
RESULT = "autograder"  # the name of the result among the resources of nbgrader's steps

take_unreadable_times_as_unknown()


class ReadNothing(NotebookExporter):
    """An exporter that takes the released notebook in place of the file that was handed in.

    nbgrader prepares a notebook for marking in several steps, and many a notebook that students
    hand in stops one of them, sometimes for the whole class. `MarkInSandbox` does not need these
    steps, because it reads the file itself, as `autograder grade` does.
    """

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **more: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the notebook after nbgrader's steps, and their resources."""
        name = (resources or {}).get("nbgrader", {}).get("assignment")
        ours = None
        if name not in MarkInSandbox(parent=self).stock_assignments:
            # If we cannot mark it, MarkInSandbox reports the reason later.
            with contextlib.suppress(*NOT_OURS):
                ours = released_assignment(_course(self.config), name)
        if ours is None:
            read: tuple[NotebookNode, dict[str, Any]] = super().from_filename(
                filename, resources, **more
            )
            return read
        released = nbformat.from_dict(ours.released)
        done: tuple[NotebookNode, dict[str, Any]] = self.from_notebook_node(
            released, resources, **more
        )
        return done


class MarkInSandbox(NbGraderPreprocessor):
    """A preprocessor that marks a notebook of this course in the sandbox.

    No code of the notebook runs in the process of nbgrader. The result is the notebook that
    `autograder grade` would write, with the same points for the same secret. If a notebook cannot
    be marked, this raises an error. nbgrader then names the student, removes what it has written
    for the submission, records no marks and goes on with the next one.
    """

    stock_assignments = List(
        Unicode(),
        help="Assignments that nbgrader's own Execute handles; it runs students' code unprotected.",
    ).tag(config=True)
    seed_file = Unicode(
        SEED_FILE,
        help="File with the secret of the course, relative to the course folder; made if missing.",
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the notebook with outputs, and with points in the form that nbgrader records."""
        student, assignment, notebook, db_url = (
            resources["nbgrader"][key] for key in ("student", "assignment", "notebook", "db_url")
        )
        protected = assignment not in self.stock_assignments
        if protected:
            self._require_unreadable(db_url)
        submitted, autograded = self._folders(student, assignment)
        require_no_link([submitted / f"{notebook}.ipynb"])
        if not protected:
            require_no_link(submitted.rglob("*"))
            marked: tuple[NotebookNode, dict[str, Any]] = Execute(parent=self)(nb, resources)
            return marked
        # nbgrader has copied all that the student handed in, and what links there lead to.
        keep_beside(autograded / f"{notebook}.ipynb", submitted)
        ours = require_ours(_course(self.config), assignment, notebook, db_url)
        result = self._marked(student, ours, submitted / f"{notebook}.ipynb")
        self.log.info("%s: %g points by the checks", printable(student), result.score)
        if result.message:
            self.log.warning("%s: %s", printable(student), printable(result.message))
        resources[RESULT] = result
        return nbformat.from_dict(json.loads(result.notebook)), resources

    def _marked(self, student: str, assignment: Assignment, file: Path) -> Result:
        """Return the result of a file that was handed in.

        Raises NbGraderException if it cannot be read.
        """
        seed = submission_seed(course_secret(Path(self.seed_file)), student, assignment.name)
        try:
            content = read_file(file)
        except RejectedError as error:
            raise NbGraderException(str(error)) from None
        beside = read_beside(file.parent)
        task = Task(student, assignment, file.name, Limits(), content, seed=seed, beside=beside)
        result = grade_in_child(task)
        if result.status != "graded":
            raise NbGraderException(printable(result.message))
        return result

    def _require_unreadable(self, db_url: str) -> None:
        """Raise NbGraderException if students' code could read the files of the course."""
        # nbgrader makes the course folder the working directory before it converts anything.
        secret, exchange = Path(self.seed_file), exchange_folder(self.config)
        try:
            require_unreadable(Path.cwd(), secret, db_url, exchange)
        except ExposedError as error:
            raise NbGraderException(str(error)) from None

    def _folders(self, student: str, assignment: str) -> tuple[Path, Path]:
        """Return the folders in which this submission was handed in and in which it is marked.

        Raises NbGraderException if one of them leads to another place by a link.
        """
        course = self.parent.parent.coursedir
        found = []
        for step in (course.submitted_directory, course.autograded_directory):
            found.append(Path(course.format_path(step, student, assignment)))
            if not in_place(found[-1], Path(course.format_path(step, ".", "."))):
                raise NbGraderException(f"{found[-1]} leads to another folder: remove the link")
        return found[0], found[1]


class SaveMarks(SaveAutoGrades):
    """A preprocessor that records the marks as nbgrader does, and what a person should look at."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Record the marks of a notebook, and return it unchanged."""
        saved: tuple[NotebookNode, dict[str, Any]] = super().preprocess(nb, resources)
        if result := resources.get(RESULT):
            with Gradebook(self.db_url) as gradebook:
                self._flag(gradebook, result)
        return saved

    def _flag(self, gradebook: Gradebook, result: Result) -> None:
        """Let a person look at each flagged question, as `autograder grade` does."""
        where = self.notebook_id, self.assignment_id, self.student_id
        for verdict in result.questions:
            if verdict.id in result.flagged:
                grade = gradebook.find_grade(verdict.id, *where)
                grade.needs_manual_grade = True
                if verdict.verdict == "manual":
                    grade.auto_score = None
                    gradebook.find_comment(verdict.id, *where).auto_comment = None
        gradebook.db.commit()


def require_no_link(paths: Iterable[Path]) -> None:
    """Raise NbGraderException if one of the files is a link.

    nbgrader would copy what it leads to, such as the work of another student.
    """
    for path in paths:
        if path.is_symlink():
            words = f"{path} is a link, and links are not read: put the file itself there"
            raise NbGraderException(printable(words))


def require_ours(course: CourseFolder, assignment: str, notebook: str, db_url: str) -> Assignment:
    """Return the assignment if the gradebook has the questions and points that were released.

    Raises NbGraderException otherwise.
    """
    try:
        ours = released_assignment(course, assignment)
        if notebook != assignment:
            raise UnmarkableError(f"{assignment}: rename {notebook}.ipynb to {assignment}.ipynb")
    except NOT_OURS as error:
        raise NbGraderException(
            f"{error}. Nothing is run outside the sandbox, unless you allow it in "
            f"nbgrader_config.py: c.MarkInSandbox.stock_assignments = ['{assignment}']"
        ) from None
    with Gradebook(db_url) as gradebook:
        cells = gradebook.find_notebook(notebook, assignment).grade_cells
        known = {cell.name: float(cell.max_score) for cell in cells}
    # Without this check, a question that the instructor has added would silently get no marks.
    if known != {id: float(points) for id, points in ours.points}:
        raise NbGraderException(
            f"{assignment}: the gradebook has other questions or points than the notebook that "
            f"was released. Run `nbgrader generate_assignment {assignment} --force`"
        )
    return ours


def _course(settings: Any) -> CourseFolder:
    """Return the course folder, in which nbgrader works while it converts notebooks."""
    return CourseFolder(Path.cwd(), settings)
