"""What a job sends back, read with suspicion: nothing here raises, whatever the bytes are."""

from dataclasses import dataclass, field
from typing import Any

from ..marking import wire
from ..marking.driver import Outcome
from .inside.messages import CellsShown, QuestionDriven
from .policy import Limits

PNG = b"\x89PNG\r\n\x1a\n"
MAX_PICTURES = 10  # of one cell
LOST = Outcome("lost", text="the process ended or ran out of time before it answered")
LATE = Outcome("timeout", text="it took too long")


@dataclass
class CellRun:
    """What running one cell showed. error is one line, empty if there was none."""

    text: str = ""
    pictures: list[bytes] = field(default_factory=list)
    error: str = ""


UNREADABLE = CellRun(error="what this cell showed could not be read")


@dataclass(frozen=True)
class Reply:
    """The outcomes of one question, as the job sent them. in_time: False if time ran out."""

    frames: bytes = b""
    in_time: bool = True

    def outcomes(self, count: int) -> list[Outcome]:
        """Return one outcome for each of `count` cases; cases that cannot be read are lost."""
        outcomes: list[Outcome] = []
        try:
            for frame in _split(self.frames)[:count]:
                outcomes.append(_outcome(wire.decode(frame)))
            if not self.in_time and len(outcomes) < count:
                outcomes.append(LATE)
        except (wire.WireError, LookupError, TypeError, ValueError):
            pass
        return outcomes + [LOST] * (count - len(outcomes))


def cell_runs(message: CellsShown, count: int, limits: Limits) -> list[CellRun]:
    """Return what a job says of at most `count` cells, and at least of one."""
    try:
        return [_cell_run(each, limits) for each in message.cells[:count]] or [UNREADABLE]
    except (LookupError, TypeError):
        return [UNREADABLE]


def reply(message: QuestionDriven) -> Reply:
    """Return what a job says of a question, or an empty reply if it cannot be read."""
    try:
        return Reply(message.frames.tobytes(), bool(message.in_time))
    except (LookupError, TypeError, ValueError, AttributeError):
        return Reply()


def _cell_run(value: Any, limits: Limits) -> CellRun:
    """Return what a job says of a cell, cut to what we keep of it."""
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
    """Return a text, cut; an empty one for anything else, because str() of it might take minutes."""
    return value[:most] if isinstance(value, str) else ""


def _split(data: bytes) -> list[bytes]:
    """Return the frames in some bytes, up to the first that is not whole."""
    frames, start = [], 0
    while start + 8 <= len(data):
        end = start + 8 + int.from_bytes(data[start : start + 8], "little")
        if end > len(data):
            break
        frames.append(data[start + 8 : end])
        start = end
    return frames
