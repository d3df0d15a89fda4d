"""Read the marked notebooks of a class, which the grading writes into `autograded/`."""

from ..grading.course_folder import CourseFolder
from ..grading.files import in_place
from ..grading.notebook import NotebookCell, read_notebook


def marked_cells(course: CourseFolder, student: str, assignment: str) -> list[NotebookCell]:
    """Return the cells of a student's marked notebook, or none if there is no such notebook.

    A link to another folder is not followed, because it could lead to the work of another student.
    """
    folder = course.step("autograded") / student / assignment
    path = folder / f"{assignment}.ipynb"
    if not in_place(folder, course.step("autograded")) or not path.is_file():
        return []
    return list(read_notebook(path)["cells"])
