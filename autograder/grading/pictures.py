"""Keep the pictures in a student's text cells for the person who marks them.

A photo of a derivation on paper may be the whole answer. Pictures come as attachments of a cell or
inside its text. We keep those that are PNG or JPEG, written again, as attachments with plain names.
Everything else is left out, and a sentence in its cell says so.
"""

import base64
import binascii
import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from ..sandbox.png import SIGNATURE, NoPictureError, read_picture
from ..sandbox.printable import printable
from .jpeg import START, read_jpeg
from .markdown import with_pictures

MAX_SIDE = 9000  # points
MAX_BYTES = 8_000_000  # of all pictures of a notebook
MAX_POINTS = 500_000_000  # bytes of all pictures when they are unpacked
MAX_PICTURES = 50
MAX_NAMED = 5  # pictures of a cell that are left out and named

OTHER_KIND = "it is neither a PNG nor a JPEG picture"
AGAIN = "save it again as PNG or JPEG, with sides of at most 9,000 points"

PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}\.[A-Za-z0-9]{1,5}")
IN_TEXT = re.compile(r"data:image/[\w.+-]*+(;base64,)?([^\s)\"'<>]*+)", re.IGNORECASE)
# A link to a picture: what stands for it in words, and its address without a title.
LINK = re.compile(r"!\[([^\[\]\n]*+)\]\(\s*+<?([^\s()<>]++)[^()\n]*+\)")


@dataclass
class TextCell:
    """The text of a cell with the pictures that were kept, and sentences about the others.

    attachments: the pictures in Base64 by MIME type, by name, as nbformat has them.
    """

    source: str
    attachments: dict[str, dict[str, str]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


@dataclass
class PictureRoom:
    """The sizes that the pictures of one notebook may still have.

    data: bytes of the files. points: bytes of the unpacked pictures. count: how many we look at.
    """

    data: int = MAX_BYTES
    points: int = MAX_POINTS
    count: int = MAX_PICTURES

    def keep(self, source: str, attachments: dict[str, str]) -> TextCell:
        """Return a text cell with the pictures that there is room for.

        attachments: files in Base64 by name. Every picture that is kept has a link in the text.
        """
        cell = TextCell(source)
        names = {name: self._name(cell, name, text) for name, text in attachments.items()}
        self._move_out_of_the_text(cell)

        def link(found: re.Match[str]) -> str:
            kind, _, name = found[2].partition("attachment:")
            name = name if name in cell.attachments else names.get(unquote(name), "")
            if name and not kind:
                return f"![{found[1]}](attachment:{name})"
            if kind:
                _leave_out(cell, found[2], "it is not in the notebook; paste it into the cell")
            return found[0]

        cell.source = with_pictures(LINK.sub(link, cell.source), cell.attachments)
        cell.source = "\n\n".join(filter(None, [*cell.left_out, cell.source]))
        return cell

    def _move_out_of_the_text(self, cell: TextCell) -> None:
        """Turn the pictures that are written into the text into attachments."""

        def moved(found: re.Match[str]) -> str:
            number = len(cell.attachments) + len(cell.left_out) + 1
            name = self._name(cell, f"number {number} of the cell", found[2], bool(found[1]))
            return f"attachment:{name}" if name else ""

        cell.source = IN_TEXT.sub(moved, cell.source)

    def _name(self, cell: TextCell, name: str, text: str, is_base64: bool = True) -> str:
        """Add a picture to a cell and return its new name, or an empty text if it is left out."""
        try:
            if not is_base64:
                raise NoPictureError(OTHER_KIND)
            kind, data = self._picture(text)
        except NoPictureError as error:
            _leave_out(cell, name, str(error))
            return ""
        if not PLAIN_NAME.fullmatch(name) or name in cell.attachments:
            name = f"picture-{MAX_PICTURES - self.count}.{kind}"
        cell.attachments[name] = {f"image/{kind}": base64.b64encode(data).decode()}
        return name

    def _picture(self, text: str) -> tuple[str, bytes]:
        """Return the kind and the bytes of a picture, and take its sizes off the room.

        Raises NoPictureError with the reason for the student.
        """
        if self.count <= 0:
            raise NoPictureError(f"a notebook may have {MAX_PICTURES} pictures; use fewer")
        if len(text) * 3 // 4 > self.data + 2:
            whole = MAX_BYTES // 1_000_000
            words = f"the pictures of a notebook may have {whole} MB together"
            raise NoPictureError(f"{words}; make it smaller")
        try:
            data = base64.b64decode("".join(unquote(text).split()), validate=True)
        except (binascii.Error, ValueError):
            raise NoPictureError(f"it is damaged; {AGAIN}") from None
        self.count -= 1
        checked = self._checked(data)
        self.data -= len(data)
        return checked

    def _checked(self, data: bytes) -> tuple[str, bytes]:
        """Return the kind and the bytes of a picture, written again."""
        try:
            if data.startswith(SIGNATURE):
                picture = read_picture(data, MAX_SIDE)
                kind, written, points = "png", picture.data, picture.unpacked
                whole = points > self.points or picture.is_whole()
            elif data.startswith(START):
                written, points = read_jpeg(data, MAX_SIDE)
                kind, whole = "jpeg", True
            else:
                raise NoPictureError(OTHER_KIND)
        except NoPictureError as error:
            raise NoPictureError(f"{error}; {AGAIN}") from None
        self.points -= points
        if self.points < 0:
            raise NoPictureError("the pictures have too many points together; make it smaller")
        if not whole:
            raise NoPictureError(f"its points are damaged; {AGAIN}")
        return kind, written


def _leave_out(cell: TextCell, name: str, reason: str) -> None:
    if len(cell.left_out) < MAX_NAMED:
        known = printable(name).replace("`", "'")[:60]
        cell.left_out.append(f"The picture `{known}` is not shown, because {reason}.")
    elif len(cell.left_out) == MAX_NAMED:
        cell.left_out.append("More pictures of this cell are not shown.")
