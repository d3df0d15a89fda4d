"""Read a submission as untrusted data: the cells of a notebook file."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..sandbox.printable import printable
from .kind_of_file import kind_of_file
from .notebook_bytes import as_text, as_utf8, cut

MAX_FILE = 100_000_000  # bytes of a file, outputs included
MAX_BYTES = 20_000_000  # bytes without outputs and attachments
MAX_CELLS = 1000
MAX_BRACKETS = 1_000_000  # without outputs; a pair of two bytes can become 200 bytes in memory
MAX_MARKS = 20_000_000  # brackets and quotation marks, outputs included, because each takes time
MAX_ATTACHED = 500_000  # texts and brackets in the attachments of a cell, for the same reason
MAX_NAME = 80  # characters of the name of a file; we shorten longer ones
MAX_WORDS = 300  # characters of the reason for a rejection, which may quote the student
CLEAR = "clear the outputs, save, hand in again"
# The keys under which the formats 4, 3 and 1 keep the text of a cell.
SOURCES = ("source", "input", "code", "text")


class RejectedError(ValueError):
    """An error for a submission that cannot be read. The text is one line that says why."""


@dataclass(frozen=True)
class SubmittedCell:
    """One cell of a submission.

    kind: code or markdown. grade_id: an empty text if it has none. attachments: the files attached
    to the cell, in Base64, by name.
    """

    kind: str
    source: str
    grade_id: str
    attachments: dict[str, str] = field(default_factory=dict, compare=False, repr=False)


def read_submission(path: Path) -> list[SubmittedCell]:
    """Return the cells of a notebook file. Raises the errors of read_file and parse."""
    return parse(read_file(path), path.name)


def read_file(path: Path) -> bytes:
    """Return the bytes of a submitted file.

    Raises RejectedError if it is not a file or is too large. Raises OSError if this machine cannot
    read it; that is not the student's fault, so the caller must treat it as a failure of ours.
    """
    if path.is_symlink() or not path.is_file():
        raise rejected_file(path.name, "there is no such file")
    if path.stat().st_size > MAX_FILE:
        words = f"it is larger than {MAX_FILE // 1_000_000} MB; {CLEAR}"
        raise rejected_file(path.name, f"{words}, with smaller pictures if that is not enough")
    return path.read_bytes()


def parse(content: bytes, name: str) -> list[SubmittedCell]:
    """Return the cells in the bytes of a notebook, without tags, outputs and other metadata.

    Raises RejectedError if the bytes are not a notebook that can be read.
    """
    try:
        whole = as_utf8(content)
        if _count(whole, b'[{"') > MAX_MARKS:
            raise ValueError(f"it has more than {MAX_MARKS:,} brackets and quotes; {CLEAR}")
        plain, attachments = cut(whole)
        if len(plain) > MAX_BYTES:
            words = f"without its outputs it is larger than {MAX_BYTES // 1_000_000} MB"
            raise ValueError(f"{words}; make its texts and pictures smaller, save, hand in again")
        if _count(plain, b"[{") > MAX_BRACKETS:
            raise ValueError(f"it has more than {MAX_BRACKETS:,} brackets; {CLEAR}")
        return cells_of(json.loads(as_text(plain)), name, attachments)
    except RejectedError as error:
        kind = kind_of_file(content)
        raise (rejected_file(name, kind) if kind else error) from None
    except (ValueError, RecursionError) as error:
        raise rejected_file(name, kind_of_file(content) or _words(error)) from None


def _words(error: Exception) -> str:
    """Return the reason of an error; for damaged JSON the place, and what to do."""
    if isinstance(error, json.JSONDecodeError):
        where = f"line {error.lineno}, column {error.colno}"
        words = f"it is damaged at {where} ({error.msg}); open it in Jupyter, save it"
        return f"{words}, hand it in again"
    return str(error)


def cells_of(notebook: Any, name: str, attachments: list[bytes]) -> list[SubmittedCell]:
    """Return the cells of a notebook given as parsed JSON.

    attachments: those that `cut` has replaced by numbers. Raises RejectedError as `parse` does.
    """
    cells = _cells_of_any_format(notebook)
    if cells is None:
        raise rejected_file(name, "it has no list of cells, as a notebook of format 4 or 3 has")
    if len(cells) > MAX_CELLS:
        raise rejected_file(name, f"it has more than {MAX_CELLS} cells")
    return [_cell(cell, attachments) for cell in cells if isinstance(cell, dict)]


def _cells_of_any_format(notebook: Any) -> list[Any] | None:
    """Return the cells of a notebook, in format 3 those of all its worksheets; None if none."""
    if not isinstance(notebook, dict):
        return None
    if isinstance(cells := notebook.get("cells"), list):
        return cells
    sheets = notebook.get("worksheets")
    if not isinstance(sheets, list):
        return None
    found = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
    return [cell for cells in found if isinstance(cells, list) for cell in cells]


def rejected_file(name: str, reason: str) -> RejectedError:
    """Return the error for a file that is no notebook. reason: a clause that says why."""
    if len(name) > MAX_NAME:  # the reason matters more than the whole name
        name = f"{name[: MAX_NAME // 2]}...{name[-MAX_NAME // 4 :]}"
    words = f"{name} cannot be read as a notebook: {reason}"
    return RejectedError(printable(words)[:MAX_WORDS])


def _cell(cell: dict[str, Any], attachments: list[bytes]) -> SubmittedCell:
    source = _text(next((cell[key] for key in SOURCES if key in cell), ""))
    if cell.get("cell_type") == "heading":  # a kind of format 3
        level = cell.get("level")
        marks = "#" * (level if isinstance(level, int) and 0 < level < 7 else 1)
        source = f"{marks} {' '.join(source.splitlines())}"
    metadata = cell.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = mark.get("grade_id") if isinstance(mark, dict) else None
    number = cell.get("attachments")  # as `cut` has left it
    return SubmittedCell(
        "code" if cell.get("cell_type") == "code" else "markdown",
        source.encode("utf-8", "replace").decode(),
        grade_id if isinstance(grade_id, str) else "",
        _attached(attachments, number),
    )


def _attached(all_attachments: list[bytes], number: Any) -> dict[str, str]:
    """Return the files attached to a cell, in Base64, by name; of several forms of one the first.

    number: that of the cell's attachments, or anything else if it has none. Raises ValueError if
    they are not JSON or are too many.
    """
    if not isinstance(number, int) or not 0 <= number < len(all_attachments):
        return {}
    attachments = all_attachments[number]
    if _count(attachments, b'[{"') > MAX_ATTACHED:
        raise ValueError("a cell has too many attachments; remove them, save, hand in again")
    # Latin-1 keeps each byte in one byte of memory. Base64 is the same in it, and so is JSON.
    bundles = json.loads(attachments.decode("latin-1"))
    if not isinstance(bundles, dict):
        return {}
    return {
        _from_latin_1(name): _text(data)
        for name, bundle in bundles.items()
        if isinstance(bundle, dict)
        for data in list(bundle.values())[:1]
    }


def _count(data: bytes, marks: bytes) -> int:
    """Return how often some ASCII characters occur, all of them together."""
    return sum(map(data.count, marks))


def _from_latin_1(name: str) -> str:
    """Return a text whose bytes were read as Latin-1, if they are UTF-8."""
    try:
        return name.encode("latin-1").decode()
    except UnicodeError:  # it is written with escapes, or in another encoding
        return name


def _text(value: Any) -> str:
    """Return a text that may be given in pieces; an empty one for a value of another type."""
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""
