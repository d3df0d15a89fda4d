"""A preprocessor for nbgrader that marks notebooks of this course in the sandbox.

nbgrader_config.py installs `MarkInSandbox` instead of nbgrader's own `Execute`. `nbgrader
autograde` and the button of formgrader then use it.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from traitlets import List, Unicode

from .bank import ASSIGNMENTS
from .grading.assignment import Assignment
from .grading.beside import read_beside
from .grading.exposure import ExposedError, require_unreadable
from .grading.files import in_place, keep_beside
from .grading.nbgrader_settings import exchange_folder
from .grading.secret import SEED_FILE, course_secret
from .grading.version import submission_seed
from .grading.worker import Task, grade_in_child
from .sandbox.policy import Limits
from .sandbox.printable import printable


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
        ours = require_ours(assignment, notebook, db_url)
        seed = submission_seed(course_secret(Path(self.seed_file)), student, assignment)
        content = json.dumps(nb).encode()
        beside = read_beside(submitted)
        task = Task(student, ours, f"{notebook}.ipynb", Limits(), content, seed=seed, beside=beside)
        result = grade_in_child(task)
        if result.status != "graded":
            raise NbGraderException(printable(result.message))
        if result.message:
            self.log.warning("%s: %s", printable(student), printable(result.message))
        self.log.info("%s: %g points by the checks", printable(student), result.score)
        return nbformat.from_dict(json.loads(result.notebook)), resources

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


def require_no_link(paths: Iterable[Path]) -> None:
    """Raise NbGraderException if one of the files is a link.

    nbgrader would copy what it leads to, such as the work of another student.
    """
    for path in paths:
        if path.is_symlink():
            words = f"{path} is a link, and links are not read: put the file itself there"
            raise NbGraderException(printable(words))


def require_ours(assignment: str, notebook: str, db_url: str) -> Assignment:
    """Return the assignment if the gradebook has the same questions and points for it as we do.

    Raises NbGraderException otherwise.
    """
    if assignment not in ASSIGNMENTS or notebook != assignment:
        raise NbGraderException(
            f"{assignment}/{notebook} is not a notebook of this course, and is not run outside the "
            "sandbox unless you allow it in nbgrader_config.py: "
            f"c.MarkInSandbox.stock_assignments = ['{assignment}']"
        )
    with Gradebook(db_url) as gradebook:
        cells = gradebook.find_notebook(notebook, assignment).grade_cells
        known = {cell.name: float(cell.max_score) for cell in cells}
    # Without this check, a question that the instructor has added would silently get no marks.
    ours = Assignment.of_course(assignment)
    if known != {id: float(points) for id, points in ours.points}:
        raise NbGraderException(
            f"{assignment}: the gradebook has other questions or points than this course. Run "
            f"`nbgrader generate_assignment {assignment} --force` on "
            f"solutions/notebooks/{assignment}, or, if you have changed the assignment, give it "
            "another name"
        )
    return ours
