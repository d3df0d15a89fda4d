"""The notebooks of the course, as files and as JSON."""

import json

from support.places import EXERCISES, SOLUTIONS


def released_file(assignment):
    """Return the path of the notebook that students get."""
    return EXERCISES / assignment / f"{assignment}.ipynb"


def solved_file(assignment):
    """Return the path of the notebook that contains every answer of the reference."""
    return SOLUTIONS / assignment / f"{assignment}.ipynb"


def released(assignment):
    """Return the notebook that students get, as JSON."""
    return read(released_file(assignment))


def solved(assignment):
    """Return the notebook that contains every answer of the reference, as JSON."""
    return read(solved_file(assignment))


def solved_cells(assignment):
    """Return the source of each code cell of the solved notebook, without the checks."""
    cells = [cell for cell in solved(assignment)["cells"] if cell["cell_type"] == "code"]
    return [
        "".join(c["source"]) for c in cells if not c["metadata"].get("nbgrader", {}).get("grade")
    ]


def read(path):
    """Return the contents of a JSON file."""
    return json.loads(path.read_text())
