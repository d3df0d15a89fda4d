"""The notebooks of the course, as files and as JSON."""

import json

from support.places import EXERCISES, SOLUTIONS


def released_file(assignment):
    """The path of the notebook that students get."""
    return EXERCISES / assignment / f"{assignment}.ipynb"


def solved_file(assignment):
    """The path of the notebook with every answer of the reference."""
    return SOLUTIONS / assignment / f"{assignment}.ipynb"


def released(assignment):
    """The notebook that students get, as JSON."""
    return read(released_file(assignment))


def solved(assignment):
    """The notebook with every answer of the reference, as JSON."""
    return read(solved_file(assignment))


def solved_cells(assignment):
    """The code of the solved notebook, cell by cell, without the checks."""
    cells = [cell for cell in solved(assignment)["cells"] if cell["cell_type"] == "code"]
    return [
        "".join(c["source"]) for c in cells if not c["metadata"].get("nbgrader", {}).get("grade")
    ]


def read(path):
    """A file of JSON."""
    return json.loads(path.read_text())
