"""Read what a job sends. The bytes may be anything, and nothing here raises because of them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..marking import wire
from ..marking.driver import Outcome
from .inside.messages import CellsShown, QuestionDriven
from .png import NoPictureError, read_picture
from .policy import Limits
from .printable import printable

MAX_PICTURES = 10  # per cell
MAX_ITEMS = 100_000  # of lists and dicts in all answers to a question; arrays may be larger
LONG = Outcome("error", text=f"answers with more than {MAX_ITEMS:,} items in lists or dicts")
MAX_READ = 1000  # names
MAX_ERROR = 500  # characters of one line
# An order to a terminal. nbconvert would put the text after each into a tag of its own.
TERMINAL_ORDER = re.compile("\x1b\\[[^@-~\n]*[@-~]|\x1b")
LOST = Outcome("lost", text="the process ended or ran out of time before it answered")
LATE = Outcome("timeout", text="it took too long")


@dataclass
class CellRun:
    """The output of one cell. error: one line, or an empty text if there was no error."""

    text: str = ""
    pictures: list[bytes] = field(default_factory=list)
    error: str = ""


UNREADABLE = CellRun(error="what this cell showed could not be read")


@dataclass(frozen=True)
class Reply:
    """The outcomes of one question, as the job sent them.

    in_time: False if time ran out. final: True if the job says that no other question can have
    changed the answer. reads: for a final answer, the names that the questions ask for and that the
    code can have read, as the job says. If it lies, it loses only its own second chance.
    """

    frames: bytes = b""
    in_time: bool = True
    final: bool = False
    reads: frozenset[str] = field(default=frozenset(), compare=False)

    def may_depend_on(self, names: Iterable[str]) -> bool:
        """True if the answer may change if the functions of these names are replaced."""
        return not self.final or not self.reads.isdisjoint(names)

    def outcomes(self, count: int) -> list[Outcome]:
        """Return `count` outcomes, one for each case; a case that cannot be read is lost."""
        outcomes: list[Outcome] = []
        items = 0
        try:
            for frame in _split(self.frames)[:count]:
                items += wire.count_items(frame)
                outcomes.append(_outcome(wire.decode(frame)) if items <= MAX_ITEMS else LONG)
            if not self.in_time and len(outcomes) < count:
                outcomes.append(LATE)
        except (wire.WireError, LookupError, TypeError, ValueError):
            pass
        return outcomes + [LOST] * (count - len(outcomes))


@dataclass
class Room:
    """The sizes that may still be kept of what the cells of one notebook show, in bytes.

    text: characters of the texts. pictures: PNG files. points: the points of the pictures. known:
    pictures that we have drawn before, by what a job sends in place of them.
    """

    text: int
    pictures: int
    points: int
    known: Mapping[bytes, bytes]

    @classmethod
    def of(cls, limits: Limits, known: Mapping[bytes, bytes] | None = None) -> "Room":
        """Return the room of a notebook of which nothing has been kept yet."""
        return cls(limits.texts, limits.pictures, limits.points, known or {})

    def keep_text(self, value: Any, most: int) -> str:
        """Return the beginning of a text: at most `most` characters, and what the room allows."""
        text = _text(value, min(most, self.text))
        self.text -= len(text)
        return text

    def keep_picture(self, sent: Any) -> list[bytes]:
        """Return a list with the picture, written again, or an empty one if it is not kept.

        sent: an array with the bytes of the file. A damaged picture takes room, too, because
        reading it takes time.
        """
        if sent.nbytes > self.pictures:
            return []
        data = sent.tobytes()
        data = self.known.get(data, data)
        self.pictures -= len(data)
        try:
            picture = read_picture(data)
        except NoPictureError:
            return []
        self.points -= picture.unpacked
        return [picture.data] if self.points >= 0 and picture.is_whole() else []


def cell_runs(message: CellsShown, count: int, limits: Limits, room: Room) -> list[CellRun]:
    """Return the outputs of some cells, at most `count`, and take their sizes off the room.

    There is at least one, so that a job cannot keep the caller waiting with empty messages.
    """
    try:
        return [_cell_run(each, limits, room) for each in message.cells[:count]] or [UNREADABLE]
    except (LookupError, TypeError):
        return [UNREADABLE]


def reply(message: QuestionDriven) -> Reply:
    """Return the reply to a question, or an empty one if the message cannot be read."""
    try:
        final, reads = message.final is True, frozenset(message.reads[:MAX_READ])
        return Reply(message.frames.tobytes(), bool(message.in_time), final, reads)
    except (LookupError, TypeError, ValueError, AttributeError):
        return Reply()


def _cell_run(value: Any, limits: Limits, room: Room) -> CellRun:
    """Return the output of a cell, cut to the sizes in limits and to the room that is left."""
    try:
        pictures: list[bytes] = []
        for picture in value["pictures"][:MAX_PICTURES]:
            pictures += room.keep_picture(picture)
        text = TERMINAL_ORDER.sub("", room.keep_text(value["text"], limits.text))
        return CellRun(text, pictures, _one_line(room.keep_text(value["error"], MAX_ERROR)))
    except (LookupError, TypeError, AttributeError):
        return UNREADABLE


def _outcome(value: Any) -> Outcome:
    kind = _text(value["kind"], 20)
    if kind not in ("answer", "missing", "error"):
        raise ValueError(kind)
    words = (_one_line(value[name]) for name in ("text", "place", "says"))
    return Outcome(kind, value["answer"], value["inputs"], *words)


def _text(value: Any, most: int) -> str:
    """Return the beginning of a text, or an empty text for a value of another type.

    We do not call str(), because on a huge value it could take minutes.
    """
    return value[:most] if isinstance(value, str) else ""


def _one_line(value: Any) -> str:
    """Return the beginning of a text as one line that can be printed on a terminal."""
    return printable(_text(value, MAX_ERROR))[:MAX_ERROR]


def _split(data: bytes) -> list[bytes]:
    """Return the frames in some bytes, up to the first that is incomplete."""
    frames, start = [], 0
    while start + 8 <= len(data):
        end = start + 8 + int.from_bytes(data[start : start + 8], "little")
        if end > len(data):
            break
        frames.append(data[start + 8 : end])
        start = end
    return frames
