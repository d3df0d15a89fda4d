"""Read what a job sends. The bytes may be anything, and nothing here raises because of them."""

from dataclasses import dataclass, field
from typing import Any

from ..marking import wire
from ..marking.driver import Outcome
from .inside.messages import CellsShown, QuestionDriven
from .policy import Limits

PNG = b"\x89PNG\r\n\x1a\n"
MAX_PICTURES = 10  # per cell
MAX_ITEMS = 100_000  # of lists and dicts in all answers to a question; arrays may be larger
LONG = Outcome("error", text=f"answers with more than {MAX_ITEMS:,} items in lists or dicts")
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
    changed the answer. If that is a lie, the job loses only its own second chance.
    """

    frames: bytes = b""
    in_time: bool = True
    final: bool = False

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


def cell_runs(message: CellsShown, count: int, limits: Limits) -> list[CellRun]:
    """Return the outputs of some cells, at most `count`.

    There is at least one, so that a job cannot keep the caller waiting with empty messages.
    """
    try:
        return [_cell_run(each, limits) for each in message.cells[:count]] or [UNREADABLE]
    except (LookupError, TypeError):
        return [UNREADABLE]


def reply(message: QuestionDriven) -> Reply:
    """Return the reply to a question, or an empty one if the message cannot be read."""
    try:
        return Reply(message.frames.tobytes(), bool(message.in_time), message.final is True)
    except (LookupError, TypeError, ValueError, AttributeError):
        return Reply()


def _cell_run(value: Any, limits: Limits) -> CellRun:
    """Return the output of a cell, cut to the sizes in limits."""
    try:
        pictures, room = [], limits.pictures
        for picture in value["pictures"][:MAX_PICTURES]:
            data = bytes(picture.tobytes())
            room -= len(data)
            if data.startswith(PNG) and room >= 0:
                pictures.append(data)
        return CellRun(_text(value["text"], limits.text), pictures, _text(value["error"], 500))
    except (LookupError, TypeError, AttributeError):
        return UNREADABLE


def _outcome(value: Any) -> Outcome:
    kind = _text(value["kind"], 20)
    if kind not in ("answer", "missing", "error"):
        raise ValueError(kind)
    return Outcome(kind, value["answer"], value["inputs"], _text(value["text"], 500))


def _text(value: Any, most: int) -> str:
    """Return the beginning of a text, or an empty text for a value of another type.

    We do not call str(), because on a huge value it could take minutes.
    """
    return value[:most] if isinstance(value, str) else ""


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
