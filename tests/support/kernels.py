"""Recognise notebooks that nbgrader itself has run, and not our plugin for nbgrader."""

import json

from autograder.grading.notebook import is_check


def not_run_by_a_kernel(course, assignment):
    """Return the students whose check cells have not been executed by a kernel.

    A kernel numbers the cells that it executes. Our plugin starts no kernel and numbers nothing,
    and nbgrader removes the numbers that a submission brings along.
    """
    paths = course.glob(f"autograded/*/{assignment}/{assignment}.ipynb")
    return sorted(path.parts[-3] for path in paths if not _has_numbers(path))


def _has_numbers(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return all(cell["execution_count"] for cell in cells if is_check(cell))
