"""Make the notebooks of the course, and the part of the autograder that students get.

A notebook is made from the text of an exercise, the questions in the bank, and the reference.
"""

import re
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode

from .authoring.function_texts import texts
from .authoring.material import COURSE, FENCE, Material
from .authoring.question_numbers import with_numbers
from .bank import ASSIGNMENTS
from .check import PUBLIC_SEED
from .grading.released import student_version
from .marking.answer_key import freeze, from_reference
from .marking.question import ManualQuestion, Question
from .marking.words import listed

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


def solved_notebook(text: str, material: Material = COURSE) -> NotebookNode:
    """Return the instructor's notebook for an exercise text, in nbgrader's source format.

    It holds the text, the answers between solution marks, and the check cells. material: the
    questions and right answers that the text may name.
    """
    text = with_numbers(text, material.questions)
    cells: list[NotebookNode] = []
    position = 0
    for match in FENCE.finditer(text):
        cells += _markdown(text[position : match.start()])
        cells += _cells(match, material)
        position = match.end()
    cells += _markdown(text[position:])
    for i, cell in enumerate(cells):
        cell.id = cell.metadata.get("nbgrader", {}).get("grade_id", f"cell-{i:02d}")
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})


def student_notebook(solved: NotebookNode) -> NotebookNode:
    """Return the notebook that nbgrader makes from the solved one for students."""
    return nbformat.from_dict(student_version(dict(solved)))


def students_part(name: str, asked: Iterable[str], material: Material) -> dict[str, bytes]:
    """Return the part of `autograder` that students need for `check`: its files by their paths.

    They lie beside the notebook. name: that of the assignment. asked: the ids of its questions.
    """
    files = {f"autograder/{file}": (PACKAGE / file).read_bytes() for file in kit_files()}
    questions = (material.questions[id] for id in asked)
    keys = [
        from_reference(question, material.reference, PUBLIC_SEED)
        for question in questions
        if isinstance(question, Question)
    ]
    return {**files, f"autograder/frozen/{name}.key": freeze(keys)}


def kit_files() -> list[Path]:
    """Return the files of this package that a kit holds, as paths relative to the package."""
    names = ("__init__.py", "check.py", "notebook_result.py", "written_answer.py")
    files = [*(PACKAGE / name for name in names), *sorted(PACKAGE.glob("marking/*.py"))]
    return [file.relative_to(PACKAGE) for file in files]


def _cells(block: re.Match[str], material: Material) -> list[NotebookNode]:
    """Return the cells that a block of an exercise text becomes."""
    kind, names, body = block.groups()
    if kind == "code":
        return [nbformat.v4.new_code_cell(body.rstrip("\n"))]
    if kind == "try":
        return [nbformat.v4.new_code_cell(_try_out(names.split(), body))]
    if kind == "given":
        return [nbformat.v4.new_code_cell(texts(names.split(), reference=material.reference))]
    question = material.questions[names.strip()]
    if isinstance(question, ManualQuestion):
        cell = nbformat.v4.new_markdown_cell(body.strip())
        cell.metadata["nbgrader"] = _metadata(question.id, "manual", question.points)
        return [cell]
    check = nbformat.v4.new_code_cell(f'check("{question.id}")')
    check.metadata["nbgrader"] = _metadata(question.id, "check", question.points)
    if kind == "check":
        return [check]
    answer = nbformat.v4.new_code_cell(texts(question.writes, *SOLUTION_MARKS, material.reference))
    answer.metadata["nbgrader"] = _metadata(f"{question.id}-answer", "answer")
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
