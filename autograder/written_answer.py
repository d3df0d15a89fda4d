"""Show the model answer to a question that a person marks, to a reader who has written one.

Somebody who studies alone marks such an answer with the list of points and the model answer. Both
are in this repository and in a kit. The notebooks of a class come without them.
"""

import json
import unicodedata
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FROZEN = Path(__file__).parent / "frozen"
ENDING = ".written"  # of a file with frozen model answers
ENOUGH = 120  # letters and digits that an answer needs, which is about two sentences
STUB = "YOUR ANSWER HERE"
NOT_YET = (
    "{id}: you mark this answer yourself. The points to look for and a model answer appear here "
    "when your own answer has a few sentences or a picture. Write it into its cell, save the "
    "notebook, and run this cell again."
)
NO_NOTEBOOK = (
    "{id}: you mark this answer yourself, with a model answer. It appears when you have written "
    "your own, but the notebook with your answer is not in the folder {folder}. Save it there, and "
    "run this cell again."
)
FOR_A_PERSON = (
    "{id}: a person marks this answer, so there is nothing to check. Save the notebook, and hand "
    "it in."
)


@dataclass(frozen=True)
class ModelAnswer:
    """A model answer in Markdown. rubric: pairs of points and what an answer needs for them."""

    text: str
    rubric: tuple[tuple[float, str], ...]

    def __str__(self) -> str:
        points = [f"- {p:g} point{'' if p == 1 else 's'}: {words}" for p, words in self.rubric]
        listed = "\n".join(points)
        return (
            f"Give yourself the points for what your answer says:\n\n{listed}\n\n"
            f"A model answer, which need not have the words of yours:\n\n{self.text}"
        )


class Unmarked(float):
    """No points yet. A notebook shows nothing in place of this number."""

    def _repr_html_(self) -> str:
        return ""


def tell_model_answer(id: str) -> Unmarked | None:
    """Show the model answer to a question, or say what has to be done before.

    Returns None if this is no question that a person marks.
    """
    own, model = own_answer(id), model_answer(id)
    if model is None and own is None:
        return None
    if model is None:
        print(FOR_A_PERSON.format(id=id))
    elif own is None:
        print(NO_NOTEBOOK.format(id=id, folder=Path.cwd()))
    elif not is_enough(own):
        print(NOT_YET.format(id=id))
    else:
        _show(f"**{id}**: you mark this answer yourself. {model}")
    return Unmarked(0.0)


def own_answer(id: str) -> dict[str, Any] | None:
    """Return the cell of a question in the newest notebook here that has it, or None."""
    files = [file for file in Path().glob("*.ipynb") if file.is_file()]
    newest_first = sorted(files, key=lambda file: -file.stat().st_mtime)
    return next((cell for file in newest_first if (cell := _cell(file, id))), None)


def is_enough(cell: dict[str, Any]) -> bool:
    """True if a cell holds a few sentences or a picture. A sign of Chinese counts as three."""
    text = "".join(cell["source"]).replace(STUB, "")
    wide = sum(unicodedata.east_asian_width(c) == "W" for c in text if c.isalnum())
    return bool(cell.get("attachments")) or sum(map(str.isalnum, text)) + 2 * wide >= ENOUGH


def model_answer(id: str) -> ModelAnswer | None:
    """Return the model answer to a question: of the kit, or else of this repository."""
    if FROZEN.is_dir():
        for file in sorted(FROZEN.glob(f"*{ENDING}")):
            found = json.loads(zlib.decompress(file.read_bytes())).get(id)
            if found:
                return ModelAnswer(found["text"], tuple((p, words) for p, words in found["rubric"]))
        return None
    from .bank import ASSIGNMENTS, MANUAL_QUESTIONS, SOLVED

    if id not in MANUAL_QUESTIONS:
        return None
    home = next(name for name, ids in ASSIGNMENTS.items() if id in ids)
    cell = _cell(SOLVED / home / f"{home}.ipynb", id)
    return ModelAnswer("".join(cell["source"]), MANUAL_QUESTIONS[id].rubric) if cell else None


def frozen_model_answers(ids: Iterable[str]) -> bytes:
    """Return the model answers to those of some questions that a person marks, for a kit.

    They are compressed, so that nobody reads one by chance before writing an answer.
    """
    found = {id: asdict(model) for id in ids if (model := model_answer(id))}
    return zlib.compress(json.dumps(found).encode())


def _cell(file: Path, id: str) -> dict[str, Any] | None:
    """Return the cell of a written question in a notebook; None if it cannot be read or found."""
    try:
        cells: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["cells"]
        texts = [cell for cell in cells if cell["cell_type"] == "markdown"]
        return next((cell for cell in texts if _has_id(cell, id)), None)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _has_id(cell: dict[str, Any], id: str) -> bool:
    """True for the cell of a question. Some programs keep only one of the two places of the id."""
    return id in (cell.get("id"), cell.get("metadata", {}).get("nbgrader", {}).get("grade_id"))


def _show(text: str) -> None:
    """Show Markdown in a notebook, and print it elsewhere."""
    from .notebook_result import notebook_shell

    if notebook_shell() is None:
        print(text)
    else:
        from IPython.display import Markdown, display

        display(Markdown(text))
