"""The messages between the grader, the warm process and a job.

On the control socket, one message a packet. A warm process serves one job after another.

| sender | message | when | what follows |
| --- | --- | --- | --- |
| grader | UseFilter | first of all | Able, or Trouble and the end |
| warm process | Able | a trial job could be closed off | Ready |
| warm process | Trouble | this machine cannot close a job off | nothing: the process ends |
| warm process | Ready | everything that notebooks import is imported | Learn or BeginJob |
| grader | Learn, with one file | before the first job that needs these questions | nothing |
| grader | BeginJob, with two sockets | a submission is to be run | the job talks, see below |
| grader | StopJob | everything is read, or the job no longer answers | JobEnded or JobKilled |
| warm process | JobEnded | the job and all its processes are gone | Learn or BeginJob |
| warm process | JobKilled | the same, but somebody outside had killed it | Learn or BeginJob |

On the first socket of a job, each message with its length before it. The job runs student code, so it
may send anything, and the grader believes none of it.

| sender | message | when | what follows |
| --- | --- | --- | --- |
| grader | RunCells | first of all | CellsShown, as often as needed for all cells |
| job | CellsShown | some cells have run | CellsShown, until all have run |
| grader | TakeInputs | the cells have run, so they cannot read the inputs | nothing |
| grader | Drive | any number of times | one QuestionDriven for each question, in order |
| job | QuestionDriven | a question is answered or given up | the next one |

On the second socket of a job, one message a packet, while a question is driven:

| sender | message | when | what follows |
| --- | --- | --- | --- |
| job | CallStandIn | the answer calls an earlier function that the grader stands in for | StandInReturned |
| grader | StandInReturned | the grader has called its own function | nothing |
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from autograder.marking import wire

MAX_PACKET = 1 << 16  # bytes of a message on the control socket


@dataclass(frozen=True)
class UseFilter:
    """The filter of system calls for every job, as BPF instructions; empty without isolation."""

    instructions: np.ndarray


@dataclass(frozen=True)
class Able:
    """A job can be closed off on this machine."""


@dataclass(frozen=True)
class Trouble:
    """A job cannot be closed off; words says why, in one line."""

    words: str


@dataclass(frozen=True)
class Ready:
    """The process is warm: it waits for jobs."""


@dataclass(frozen=True)
class Learn:
    """Questions that many jobs share, in the file that comes along. forget: a number to drop, or 0."""

    number: int
    forget: int


@dataclass(frozen=True)
class BeginJob:
    """Fork a job. limits: the fields of policy.Limits; questions: the number they were learnt by."""

    limits: dict[str, Any]
    questions: int


@dataclass(frozen=True)
class StopJob:
    """End the job. silent: the job no longer answers, so it may be dying already."""

    silent: bool


@dataclass(frozen=True)
class JobEnded:
    """Nothing of the job is left, and its end was the grader's doing or its own."""


@dataclass(frozen=True)
class JobKilled:
    """Nothing of the job is left, and somebody outside had killed it."""


@dataclass(frozen=True)
class RunCells:
    """The sources of the cells to run, in order."""

    sources: list[str]


@dataclass(frozen=True)
class CellsShown:
    """What some cells showed: for each a dict with text, pictures and error."""

    cells: list[dict[str, Any]]


@dataclass(frozen=True)
class TakeInputs:
    """The inputs of every case of every question."""

    inputs: list[list[dict[str, Any]]]


@dataclass(frozen=True)
class Drive:
    """Drive some questions on the state that the cells left.

    which: their numbers. apart: True for a fork of its own for each. share: the part of its time limit
    that each may use. stand_ins: names of functions that the grader answers for.
    """

    which: list[int]
    apart: bool
    share: float
    stand_ins: list[str]


@dataclass(frozen=True)
class QuestionDriven:
    """The outcomes of a question as frames, one for each case that was answered, as bytes."""

    frames: np.ndarray
    in_time: bool


@dataclass(frozen=True)
class CallStandIn:
    """Call one of the grader's functions on these arguments."""

    name: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class StandInReturned:
    """What the function returned, or the error that it raised as one line."""

    value: Any
    error: str


def encode(message: Any) -> bytes:
    """Return a message as bytes. Raises wire.WireError for values that are nested too deep."""
    return wire.encode({"message": type(message).__name__, **vars(message)})


def decode(data: bytes, *expected: type[Any]) -> Any:
    """Return the message in some bytes, which must be of one of the expected types.

    The values of its fields are plain data and otherwise unchecked. Raises wire.WireError if it is no
    such message.
    """
    value = wire.decode(data)
    kinds = {kind.__name__: kind for kind in expected}
    if not isinstance(value, dict) or value.get("message") not in kinds:
        raise wire.WireError("a message of another type than expected")
    kind = kinds[value.pop("message")]
    if set(value) != {field.name for field in fields(kind)}:
        raise wire.WireError(f"a {kind.__name__} with other fields")
    return kind(**value)
