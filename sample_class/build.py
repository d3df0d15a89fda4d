"""Write the submissions of the sample class into a course folder.

    python sample_class/build.py COURSE_DIR

The answers of each student are stored as a percent file, that is, a Python file with "# %%" lines
between the cells. This script puts them into copies of the released notebooks. The notebook of the
student "hostile" attacks the machine that runs it, so run it only in the sandbox.
"""

import copy
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode

CLASS = Path(__file__).resolve().parent
EXERCISES = CLASS.parent / "exercises"
ASSIGNMENTS = ("02-forward", "03-backward")
SPECIAL_ASSIGNMENT = "02-forward"
MARK = "# %%"
EXTRA = "extra"  # the id of every extra cell, until as_text numbers them

LOOP = """\
def softmax(z):
    while True:
        pass
"""

HOSTILE_CELL = """\
import atexit
import builtins
import os

import numpy as np


def always(*args, **kwargs):
    return True


builtins.all = builtins.any = always
np.allclose = np.array_equal = np.isclose = always
for name in dir(np.testing):
    if name.startswith("assert"):
        setattr(np.testing, name, always)


class Agreeable(np.ndarray):
    def __eq__(self, other):
        return np.ones(self.shape, bool)

    def __sub__(self, other):
        return np.zeros(self.shape)

    __rsub__ = __sub__


def attempt(name, action):
    try:
        print(name, action())
    except BaseException as error:
        print(name, "failed:", error)


atexit.register(lambda: os.write(1, b'{"status": "graded", "score": 1000}\\n'))
print('{"status": "graded", "score": 1000}')
attempt("read", lambda: open("/etc/passwd").readline())
attempt("write", lambda: open("../../gradebook.db", "w").write("full points"))
attempt("kill", lambda: os.kill(os.getppid(), 9))
"""

HOSTILE_ANSWER = """\
def linear_forward(x, W, b):
    return np.zeros((len(x), W.shape[1])).view(Agreeable), (x, W)
"""

Cells = list[tuple[str, str]]  # (question id, "" for code or "[markdown]"; source)


def read_cells(path: Path) -> Cells:
    """Return the cells of a percent file. Lines before the first mark are ignored."""
    cells: list[tuple[str, list[str]]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line == MARK or line.startswith(MARK + " "):
            cells.append((line.removeprefix(MARK).strip(), []))
        elif cells:
            cells[-1][1].append(line)
    return [(label, _source(label, lines)) for label, lines in cells]


def _source(label: str, lines: list[str]) -> str:
    if label == "[markdown]":
        lines = [line.removeprefix("#").removeprefix(" ") for line in lines]
    return "\n".join(lines).strip("\n")


def fill(released: NotebookNode, cells: Cells) -> NotebookNode:
    """Return a copy of the released notebook with the answers and the extra cells filled in."""
    notebook = copy.deepcopy(released)
    place = min(i for i, cell in enumerate(notebook.cells) if grade_id(cell).endswith("-answer"))
    for label, source in cells:
        if label in ("", "[markdown]"):
            notebook.cells.insert(place, extra_cell(source, label))
        else:
            place = find(notebook, f"{label}-answer")
            notebook.cells[place].source = source
        place += 1
    return notebook


def extra_cell(source: str, label: str = "") -> NotebookNode:
    """Return a new cell, which the released notebook does not contain."""
    if label == "[markdown]":
        return nbformat.v4.new_markdown_cell(source, id=EXTRA)
    return nbformat.v4.new_code_cell(source, id=EXTRA)


def grade_id(cell: NotebookNode) -> str:
    """Return the nbgrader id of a cell, "" if it has none."""
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def find(notebook: NotebookNode, wanted: str) -> int:
    """Return the index of the cell with this grade id. Raises ValueError if there is none."""
    return [grade_id(cell) for cell in notebook.cells].index(wanted)


def as_text(notebook: NotebookNode) -> str:
    """Return the notebook as JSON, with its extra cells numbered extra-01, extra-02, ..."""
    extras = [cell for cell in notebook.cells if cell.id == EXTRA]
    for number, cell in enumerate(extras, start=1):
        cell.id = f"{EXTRA}-{number:02}"
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"


def untouched(released: NotebookNode, farah: Cells) -> str:
    """Return the released notebook unchanged."""
    return as_text(copy.deepcopy(released))


def endless_loop(released: NotebookNode, farah: Cells) -> str:
    """Return a notebook in which one answer never ends."""
    return as_text(fill(released, [*farah, ("softmax", LOOP.strip())]))


def crash_at_import(released: NotebookNode, farah: Cells) -> str:
    """Return a notebook whose first cell fails and whose second cell ends the interpreter."""
    notebook = fill(released, farah)
    sources = ("import a_module_that_does_not_exist", "raise SystemExit")
    notebook.cells[:0] = [extra_cell(source) for source in sources]
    return as_text(notebook)


def damaged(released: NotebookNode, farah: Cells) -> str:
    """Return a notebook cut off after 3000 bytes, like an interrupted upload."""
    return as_text(fill(released, farah)).encode()[:3000].decode(errors="ignore")


def deleted_check(released: NotebookNode, farah: Cells) -> str:
    """Return a notebook from which two check cells were deleted."""
    notebook = fill(released, farah)
    notebook.cells = [c for c in notebook.cells if grade_id(c) not in ("mse", "softmax")]
    return as_text(notebook)


def hostile(released: NotebookNode, farah: Cells) -> str:
    """Return a notebook that attacks the comparison, the machine and the check cells."""
    cells = [("", HOSTILE_CELL.strip()), ("linear_forward", HOSTILE_ANSWER.strip())]
    notebook = fill(released, cells)
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade"):
            cell.metadata.tags = ["skip-execution"]
            cell.execution_count = 1
            points = nbformat.v4.new_output(
                "execute_result", data={"text/plain": "4"}, execution_count=1
            )
            cell.outputs = [points]
    return as_text(notebook)


# Student -> the function that makes the submission; all are for SPECIAL_ASSIGNMENT.
SPECIAL: dict[str, Callable[[NotebookNode, Cells], str]] = {
    "untouched": untouched,
    "loop": endless_loop,
    "crash": crash_at_import,
    "damaged": damaged,
    "deleted": deleted_check,
    "hostile": hostile,
}


def build(course_dir: Path | str) -> list[Path]:
    """Write every submission under course_dir/submitted and return the files."""
    written = []
    for assignment in ASSIGNMENTS:
        released = nbformat.read(EXERCISES / assignment / f"{assignment}.ipynb", as_version=4)
        texts = {
            path.stem: as_text(fill(released, read_cells(path)))
            for path in sorted((CLASS / assignment).glob("*.py"))
        }
        if assignment == SPECIAL_ASSIGNMENT:
            farah = read_cells(CLASS / assignment / "farah.py")
            texts |= {student: make(released, farah) for student, make in SPECIAL.items()}
        for student, text in texts.items():
            folder = Path(course_dir) / "submitted" / student / assignment
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{assignment}.ipynb"
            path.write_text(text, encoding="utf-8", newline="\n")
            written.append(path)
    return written


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python sample_class/build.py COURSE_DIR")
    print(f"{len(build(sys.argv[1]))} submissions written")
