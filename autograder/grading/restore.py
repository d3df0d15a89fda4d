"""Put a student's cells into the released notebook, and keep all that the student has written."""

import re
from dataclasses import dataclass, field

from .notebook import (
    Notebook,
    NotebookCell,
    code_cell,
    grade_id,
    markdown_cell,
    nbgrader_mark,
    plain,
)
from .pictures import PictureRoom
from .submission import SubmittedCell

CHECK = re.compile(r"\s*#*\s*check\([^()]*\)\s*;?\s*")  # a line as it stands in a check cell
KEPT = (
    "There was text of yours in the read-only cell of this check. It is now in a cell of its own "
    "in front of it, and code in it ran."
)


@dataclass
class Restored:
    """The cells of a submission after restoring all that a student must not change.

    notes: sentences about a cell, each with the number of the cell. The student reads them, and a
    person should look at the cell.
    """

    cells: list[NotebookCell] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)


def restore(submitted: list[SubmittedCell], released: Notebook) -> Restored:
    """Return the cells of a submission after restoring all that a student must not change.

    The cells keep their order. Check cells are replaced by the released ones, and what a student
    has typed into one becomes a cell in front of it. Answer cells keep the student's source. A
    missing cell comes back behind the cell that it followed. If several cells have the same id,
    the first that differs from the released one counts, and the others become ordinary cells.
    """
    made = Restored()
    known = {grade_id(cell): cell for cell in released["cells"] if grade_id(cell)}
    texts = {plain(cell["source"]) for cell in released["cells"] if not grade_id(cell)}
    counting = _cells_that_count(submitted, known)
    room = PictureRoom()
    for i, cell in enumerate(submitted):
        ours = known[cell.grade_id] if counting.get(cell.grade_id) == i else None
        if ours and not nbgrader_mark(ours).get("solution"):
            _keep_typed(made, cell, ours, f"own-{i}")
        elif ours:
            made.cells.append({**ours, "source": _answer(cell.source, ours["source"])})
        elif cell.kind == "code":
            made.cells.append(code_cell(cell.source, f"own-{i}"))
        else:
            made.cells.append(markdown_cell(cell.source, f"own-{i}"))
        if made.cells[-1]["cell_type"] == "markdown" and plain(cell.source) not in texts:
            _keep_pictures(made, cell, room)
    _bring_back(made, [cell for id, cell in known.items() if id not in counting], released)
    return made


def _cells_that_count(
    submitted: list[SubmittedCell], known: dict[str, NotebookCell]
) -> dict[str, int]:
    """Return the number of the cell that counts for each id of a submission."""
    counting: dict[str, int] = {}
    for i, cell in enumerate(submitted):
        if cell.grade_id in known:
            first = counting.setdefault(cell.grade_id, i)
            if _is_untouched(submitted[first], known) and not _is_untouched(cell, known):
                counting[cell.grade_id] = i
    return counting


def _is_untouched(cell: SubmittedCell, known: dict[str, NotebookCell]) -> bool:
    return plain(cell.source) == plain(known[cell.grade_id]["source"]) and not cell.attachments


def _answer(source: str, stub: str) -> str:
    """Return the source of an answer; an untouched stub becomes exactly the released one."""
    return stub if plain(source) == plain(stub) else source


def _keep_typed(made: Restored, cell: SubmittedCell, ours: NotebookCell, new_id: str) -> None:
    """Add a read-only cell, and in front of it what the student has typed into it."""
    lines = set(plain(ours["source"]).split("\n"))
    typed = plain(cell.source).split("\n")
    own = [line for line in typed if line not in lines and not CHECK.fullmatch(line)]
    if any(character.isalnum() for line in own for character in line):
        make = code_cell if cell.kind == "code" else markdown_cell
        made.cells.append(make("\n".join(own).strip("\n"), new_id))
        made.notes.append((len(made.cells), KEPT))
    made.cells.append(dict(ours))


def _keep_pictures(made: Restored, cell: SubmittedCell, room: PictureRoom) -> None:
    """Give the last cell the pictures of the student's cell, and note those that are left out."""
    last = made.cells[-1]
    if not cell.attachments and "](" not in last["source"] and "data:" not in last["source"]:
        return
    kept = room.keep(last["source"], cell.attachments)
    last["source"] = kept.source
    if kept.attachments:
        last["attachments"] = kept.attachments
    made.notes += [(len(made.cells) - 1, sentence) for sentence in kept.left_out]


def _bring_back(made: Restored, missing: list[NotebookCell], released: Notebook) -> None:
    """Insert the cells that a submission lacks, each behind the cell that it followed."""
    order = [_key(cell) for cell in released["cells"]]
    keys = [_key(cell) for cell in made.cells]
    for cell in missing:
        before = reversed(order[: order.index(_key(cell))])
        place = next((keys.index(key) + 1 for key in before if key in keys), 0)
        made.cells.insert(place, dict(cell))
        keys.insert(place, _key(cell))
        made.notes = [(i + (i >= place), sentence) for i, sentence in made.notes]


def _key(cell: NotebookCell) -> tuple[str, str]:
    """Return what tells a released cell from the others: its id, or its text if it has none."""
    return (grade_id(cell), "" if grade_id(cell) else plain(cell["source"]))
