"""Read the answers of a class to a question that a person marks."""

from collections.abc import Iterator
from dataclasses import dataclass

from ...grading.assignment import Assignment
from ...grading.course_folder import CourseFolder
from ...grading.misplaced import around
from ...grading.notebook import NotebookCell, grade_id, plain
from ...marking.question import ManualQuestion
from ..class_records import ClassRecords, Mark, Work
from ..marked_notebooks import marked_cells


@dataclass(frozen=True)
class Answer:
    """The answer of one student. cells: that of the answer, then the student's own beside it."""

    student: str
    name: str
    mark: Mark
    cells: list[NotebookCell]


def manual_question(assignment: Assignment, id: str) -> ManualQuestion:
    """Return a question that a person marks. An empty id means the only one.

    Raises ValueError if there is no such question, or several and no id.
    """
    found = [question for question in assignment.manual if id in (question.id, "")]
    if len(found) == 1:
        return found[0]
    if not assignment.manual:
        raise ValueError(f"{assignment.name} has no question that a person marks")
    known = ", ".join(question.id for question in assignment.manual)
    which = f"no question {id}" if id else f"{len(found)} questions"
    raise ValueError(f"{assignment.name} has {which} for a person to mark; name one of: {known}")


def answers(records: ClassRecords, course: CourseFolder, question: str) -> Iterator[Answer]:
    """Yield the answers of all students who have written one, sorted by student."""
    for work in records.works:
        mark = next((mark for mark in work.marks if mark.id == question), None)
        if mark and work.status == "graded" and not mark.is_untouched:
            yield Answer(work.student, work.name, mark, cells_of(records, course, work, question))


def cells_of(
    records: ClassRecords, course: CourseFolder, work: Work, question: str
) -> list[NotebookCell]:
    """Return the cell of a student's answer, and the student's own cells around it."""
    cells = marked_cells(course, work.student, records.assignment.name)
    own = [cell for cell in cells if grade_id(cell) == question]
    if not own:
        return []
    released = [plain(cell["source"]) for cell in records.assignment.released["cells"]]
    return own + [cells[i] for i in sorted(around(cells, released, question))]
