"""Make the notebooks and kits of the course.

A notebook is made from the text of an exercise, the questions in the bank, and the reference. A kit
is for students who do not have the reference.
"""

import re
import textwrap
import zipfile
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import ClearOutput, ClearSolutions, ComputeChecksums, LockCells

import backprop

from .authoring.function_texts import texts
from .authoring.question_numbers import with_numbers
from .bank import ASSIGNMENTS, MANUAL_QUESTIONS, QUESTIONS
from .check import PUBLIC_SEED
from .marking.answer_key import freeze, from_reference
from .marking.words import listed

# A block in the text of an exercise that becomes cells: its kind, the names after it, and its body.
FENCE = re.compile(
    r"^```\{(code|try|given|answer|check|manual)\}[ ]*(.*?)\n(.*?)^```[ ]*$",
    re.MULTILINE | re.DOTALL,
)
SOLUTION_MARKS = ("### BEGIN SOLUTION", "### END SOLUTION")
PACKAGE = Path(__file__).parent
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def assemble(root: Path) -> list[Path]:
    """Write two notebooks for every assignment, one with solutions and one for students.

    Returns their paths.
    """
    written = []
    for name in ASSIGNMENTS:
        solved = solved_notebook((root / "exercises" / f"{name}.md").read_text())
        for folder, notebook in (
            (root / "solutions" / "notebooks", solved),
            (root / "exercises", student_notebook(solved)),
        ):
            path = folder / name / f"{name}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(nbformat.writes(notebook) + "\n")
            written.append(path)
    return written


def solved_notebook(text: str) -> NotebookNode:
    """Return the instructor's notebook for an exercise text, in nbgrader's source format.

    It holds the text, the answers between solution marks, and the check cells.
    """
    text = with_numbers(text)
    cells: list[NotebookNode] = []
    position = 0
    for match in FENCE.finditer(text):
        cells += _markdown(text[position : match.start()])
        cells += _cells(*match.groups())
        position = match.end()
    cells += _markdown(text[position:])
    for i, cell in enumerate(cells):
        cell.id = cell.metadata.get("nbgrader", {}).get("grade_id", f"cell-{i:02d}")
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})


def student_notebook(solved: NotebookNode) -> NotebookNode:
    """Return the notebook that nbgrader makes from the solved one for students.

    We run nbgrader's own steps, so that both tools give the same notebook.
    """
    notebook, resources = nbformat.from_dict(dict(solved)), ResourcesDict()
    for step in (LockCells, ClearSolutions, ClearOutput, ComputeChecksums):
        notebook, resources = step().preprocess(notebook, resources)
    return notebook


def write_kit(name: str, root: Path, folder: Path) -> Path:
    """Write the kit of an assignment and return its path.

    A kit is a zip with the notebook, `check` and the frozen answer keys.
    """
    path = folder / f"{name}.zip"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as kit:
        kit.write(root / "exercises" / name / f"{name}.ipynb", f"{name}/{name}.ipynb")
        for file in kit_files():
            kit.write(PACKAGE / file, f"{name}/autograder/{file}")
        asked = [QUESTIONS[id] for id in ASSIGNMENTS[name] if id in QUESTIONS]
        keys = [from_reference(q, vars(backprop), PUBLIC_SEED) for q in asked]
        kit.writestr(f"{name}/autograder/frozen/{name}.key", freeze(keys))
    return path


def kit_files() -> list[Path]:
    """Return the files of this package that a kit holds, as paths relative to the package."""
    names = ("__init__.py", "check.py", "notebook_result.py")
    files = [*(PACKAGE / name for name in names), *sorted(PACKAGE.glob("marking/*.py"))]
    return [file.relative_to(PACKAGE) for file in files]


def _cells(kind: str, names: str, body: str) -> list[NotebookNode]:
    """Return the cells that a block of an exercise text becomes."""
    if kind == "code":
        return [nbformat.v4.new_code_cell(body.rstrip("\n"))]
    if kind == "try":
        return [nbformat.v4.new_code_cell(_try_out(names.split(), body))]
    if kind == "given":
        return [nbformat.v4.new_code_cell(texts(names.split()))]
    if kind == "manual":
        question = MANUAL_QUESTIONS[names.strip()]
        cell = nbformat.v4.new_markdown_cell(body.strip())
        cell.metadata["nbgrader"] = _metadata(question.id, "manual", question.points)
        return [cell]
    graded = QUESTIONS[names.strip()]
    check = nbformat.v4.new_code_cell(f'check("{graded.id}")')
    check.metadata["nbgrader"] = _metadata(graded.id, "check", graded.points)
    if kind == "check":
        return [check]
    answer = nbformat.v4.new_code_cell(texts(graded.writes, *SOLUTION_MARKS))
    answer.metadata["nbgrader"] = _metadata(f"{graded.id}-answer", "answer")
    return [answer, check]


def _try_out(names: list[str], body: str) -> str:
    """Return code that calls functions of the student, and says so if one is not written yet."""
    words = f"not written yet: fill in {listed(names)} above and run this cell again"
    tried = textwrap.indent(body.rstrip("\n"), "    ")
    return f'try:\n{tried}\nexcept NotImplementedError:\n    print("{words}")'


def _markdown(text: str) -> list[NotebookNode]:
    """Return one text cell for each heading with the text below it."""
    parts = re.split(r"^(?=#+ )", text, flags=re.MULTILINE)
    return [nbformat.v4.new_markdown_cell(part.strip()) for part in parts if part.strip()]


def _metadata(grade_id: str, kind: str, points: float = 0) -> Any:
    """Return nbgrader's metadata for a cell.

    kind: answer (students write it), check (we mark it) or manual (a person marks it).
    """
    metadata: dict[str, Any] = {
        "schema_version": 3,
        "grade_id": grade_id,
        "grade": kind != "answer",
        "locked": kind == "check",
        "solution": kind != "check",
        "task": False,
    }
    return metadata if kind == "answer" else {**metadata, "points": points}
