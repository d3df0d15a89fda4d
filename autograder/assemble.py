"""Exercise text + bank + reference -> notebooks, and the kits of students without the reference."""

import ast
import inspect
import re
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import ClearOutput, ClearSolutions, ComputeChecksums, LockCells

import backprop

from .answer_key import freeze
from .bank import ASSIGNMENTS, QUESTIONS
from .check import answer_keys
from .sandbox.policy import VISIBLE

FENCE = re.compile(
    r"^```\{(code|given|answer)\}[ ]*(.*?)\n(.*?)^```[ ]*$", re.MULTILINE | re.DOTALL
)
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def assemble(root: Path) -> list[Path]:
    """Write the solved and the student notebook of every assignment; return their paths."""
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
    """The notebook for nbgrader's source step: text, answers between solution marks, checks."""
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
    """What nbgrader's own steps make of the solved notebook for students."""
    notebook, resources = nbformat.from_dict(dict(solved)), ResourcesDict()
    for step in (LockCells, ClearSolutions, ClearOutput, ComputeChecksums):
        notebook, resources = step().preprocess(notebook, resources)
    return notebook


def write_kit(name: str, root: Path, folder: Path) -> Path:
    """A zip for students without the reference: notebook, check, frozen answer keys."""
    keys = answer_keys()
    path = folder / f"{name}.zip"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as kit:
        kit.write(root / "exercises" / name / f"{name}.ipynb", f"{name}/{name}.ipynb")
        for file in VISIBLE:
            kit.write(Path(__file__).parent / file, f"{name}/autograder/{file}")
        frozen = freeze([keys[q.id] for q in ASSIGNMENTS[name]])
        kit.writestr(f"{name}/autograder/frozen/{name}.key", frozen)
    return path


def _cells(kind: str, names: str, body: str) -> list[NotebookNode]:
    if kind == "code":
        return [nbformat.v4.new_code_cell(body.rstrip("\n"))]
    if kind == "given":
        functions = [getattr(backprop, name) for name in names.split()]
        return [nbformat.v4.new_code_cell("\n\n\n".join(_source(f, "", "") for f in functions))]
    question = QUESTIONS[names.strip()]
    begin, end = "    ### BEGIN SOLUTION\n", "\n    ### END SOLUTION"
    functions = [getattr(backprop, name) for name in question.writes]
    answer = nbformat.v4.new_code_cell("\n\n\n".join(_source(f, begin, end) for f in functions))
    answer.metadata["nbgrader"] = _metadata(f"{question.id}-answer", solution=True)
    check = nbformat.v4.new_code_cell(f'check("{question.id}")')
    check.metadata["nbgrader"] = _metadata(question.id, grade=True, points=question.points)
    return [answer, check]


def _source(function: Callable[..., Any], begin: str, end: str) -> str:
    """A function of the reference without its types: signature, docstring, body as written."""
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    (node,) = ast.parse("\n".join(lines)).body
    assert isinstance(node, ast.FunctionDef)
    for argument in node.args.args:
        argument.annotation = None
    docstring = node.body[0]
    words = "\n".join(lines[docstring.lineno - 1 : docstring.end_lineno])
    body = "\n".join(lines[docstring.end_lineno or 0 :])
    return f"def {node.name}({ast.unparse(node.args)}):\n{words}\n{begin}{body}{end}"


def _markdown(text: str) -> list[NotebookNode]:
    """One cell for each part that starts with a heading."""
    parts = re.split(r"^(?=#+ )", text, flags=re.MULTILINE)
    return [nbformat.v4.new_markdown_cell(part.strip()) for part in parts if part.strip()]


def _metadata(grade_id: str, points: int = 0, grade: bool = False, solution: bool = False) -> Any:
    metadata: dict[str, Any] = {
        "schema_version": 3,
        "grade_id": grade_id,
        "grade": grade,
        "locked": grade,
        "solution": solution,
        "task": False,
    }
    return {**metadata, "points": points} if grade else metadata
