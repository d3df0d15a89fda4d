"""Recognise a notebook that was handed in for another assignment than its own."""

import re

from .assignment import Assignment, course_assignments
from .notebook import grade_id
from .submission import SubmittedCell

DEFINITION = re.compile(r"^[ \t]*(?:(?:def|class)[ \t]+(\w+)|(\w+)[ \t]*=(?!=))", re.MULTILINE)


def wrong_notebook(submitted: list[SubmittedCell], assignment: Assignment) -> str:
    """Return a sentence that says so if this is not a notebook of the assignment, or "".

    It is one if it has the id of one of its cells. Ids can get lost, so a notebook without ids of
    the course is also accepted if it defines a function of the assignment.
    """
    name = assignment.name
    if common_ids(submitted, assignment):
        return ""
    common = {other: common_ids(submitted, one) for other, one in course_assignments().items()}
    other = max(common, key=lambda each: common[each])
    if common[other]:
        return (
            f"This looks like the notebook of {other}, because none of the cells of {name} is in "
            f"it. Was it handed in by mistake? Hand in {name}.ipynb."
        )
    names = {name for question in assignment.questions for name in question.writes}
    if any(defines(cell.source, names) for cell in submitted):
        return ""
    return (
        f"This looks like another notebook, because none of the cells and functions of {name} is "
        f"in it. Was it handed in by mistake? Hand in {name}.ipynb."
    )


def defines(source: str, names: set[str]) -> list[str]:
    """Return those of some names that a source seems to define, sorted."""
    return sorted(names & set(map("".join, DEFINITION.findall(source))))


def common_ids(submitted: list[SubmittedCell], assignment: Assignment) -> int:
    """Return how many ids of cells of an assignment are in a notebook."""
    ids = {grade_id(cell) for cell in assignment.released["cells"]} - {""}
    return len(ids & {cell.grade_id for cell in submitted})
