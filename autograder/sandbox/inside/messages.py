"""The messages between the grader, the warm process and a job.

Control socket: one message per packet. A warm process serves one job after another.

| sender | message | when | what follows |
| --- | --- | --- | --- |
| grader | UseFilter | first of all | Able or Trouble |
| warm process | Able | the isolation of a test job worked | Ready |
| warm process | Trouble | the isolation of a test job failed | nothing: the process ends |
| warm process | Ready | everything that notebooks import is imported | Learn or BeginJob |
| grader | Learn, with a file | before the first job that needs these questions | nothing |
| grader | BeginJob, with two sockets | to run a submission | messages of the job, see below |
| grader | StopJob | the job is finished or no longer answers | JobEnded or JobKilled |
| warm process | JobEnded | all processes of the job are dead | Learn or BeginJob |
| warm process | JobKilled | the same, but something outside had killed it | Learn or BeginJob |

First socket of a job: each message comes after its length. The job runs student code, so it may
send anything, and the grader does not trust it.

| sender | message | when | what follows |
| --- | --- | --- | --- |
| grader | RunCells | first of all | CellsShown, one or more |
| job | CellsShown | some cells have run | CellsShown, until all cells have run |
| grader | TakeInputs | after the cells, before a question is driven first | nothing |
| grader | Drive | then, any number of times | one QuestionDriven for each question, in order |
| job | QuestionDriven | a question was run or given up | the next one |

Second socket of a job: one message per packet, while cells or a question run.

| sender | message | when | what follows |
| --- | --- | --- | --- |
| job | CallStandIn | a cell shows a figure: is its picture known? | StandInReturned |
| job | CallStandIn | the answer calls a function that has a stand-in | StandInReturned |
| grader | StandInReturned | the grader has called the stand-in | nothing |
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from autograder.marking import wire

KNOWN_FIGURE = b"known figure "  # stands before a fingerprint that is sent in place of a picture
MAX_PACKET = 1 << 16  # bytes of a message on the control socket
# What isolates jobs, as an argument of the warm process: these, or the number of another user.
NAMESPACES, NOTHING = "namespaces", "nothing"


@dataclass(frozen=True)
class UseFilter:
    """The filter of system calls for all jobs, as BPF instructions; empty without isolation."""

    instructions: np.ndarray


@dataclass(frozen=True)
class Able:
    """The machine can isolate a job."""


@dataclass(frozen=True)
class Trouble:
    """The machine cannot isolate a job. words: one line that says why."""

    words: str


@dataclass(frozen=True)
class Ready:
    """The warm process has imported everything and waits for jobs."""


@dataclass(frozen=True)
class Learn:
    """Remember the lesson in the file that comes with this message, for many jobs.

    It holds questions without their inputs, and cells that many notebooks share. number: the number
    for this lesson. forget: the number of a lesson to drop, or 0.
    """

    number: int
    forget: int


@dataclass(frozen=True)
class BeginJob:
    """Fork a job. limits: the fields of policy.Limits. lesson: the number from Learn."""

    limits: dict[str, Any]
    lesson: int


@dataclass(frozen=True)
class StopJob:
    """Stop the job. silent: True if the job no longer answers, so that it may be dying already."""

    silent: bool


@dataclass(frozen=True)
class JobEnded:
    """The job is dead, and its end was caused by the grader or by the job itself."""


@dataclass(frozen=True)
class JobKilled:
    """The job is dead, because something outside the sandbox has killed it."""


@dataclass(frozen=True)
class RunCells:
    """Run the cells with these sources, in order.

    before: imports to run first, unseen. given: the source of functions and classes, by name, that
    are defined after the cells unless these have. answers: the numbers of the cells with a grade
    id. files: the bytes of files to put into the working folder, by path. show: False if nobody
    will look at the figures. salt: see figures.py.
    """

    sources: list[str]
    before: list[str]
    given: dict[str, str]
    answers: list[int]
    files: dict[str, np.ndarray]
    show: bool
    salt: str


@dataclass(frozen=True)
class CellsShown:
    """The outputs of some cells: a dict with text, pictures and error for each."""

    cells: list[dict[str, Any]]


@dataclass(frozen=True)
class TakeInputs:
    """Take the inputs of every case of one question. number: that of the question."""

    number: int
    inputs: list[dict[str, Any]]


@dataclass(frozen=True)
class Drive:
    """Run some questions.

    which: the numbers of the questions. here: True to run them without a fork where no function can
    leave a trace. apart: True to fork for each of the others. share: the fraction of its time limit
    that each may use. stand_ins: the names of functions that the grader replaces.
    """

    which: list[int]
    here: bool
    apart: bool
    share: float
    stand_ins: list[str]


@dataclass(frozen=True)
class QuestionDriven:
    """The outcomes of a question, one frame for each case that was answered.

    in_time: False if the question ran out of time. final: True if no other question can have
    changed the answer, so that it need not be driven again. reads: for a final answer, the names
    that the questions ask for and that the code can have read.
    """

    frames: np.ndarray
    in_time: bool
    final: bool
    reads: list[str]


@dataclass(frozen=True)
class CallStandIn:
    """Call a stand-in with these arguments."""

    name: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class StandInReturned:
    """The value that a stand-in has returned, or its error as one line."""

    value: Any
    error: str


def encode(message: Any) -> bytes:
    """Return a message as bytes. Raises wire.WireError if a value is nested too deeply."""
    return wire.encode({"message": type(message).__name__, **vars(message)})


def framed(message: Any) -> bytes:
    """Return a message as bytes with their length before them, for the stream of a job."""
    return wire.frame(encode(message))


def decode(data: bytes, *expected: type[Any]) -> Any:
    """Return the message that some bytes hold.

    Raises wire.WireError if it is not a message of one of the expected types. The values of the
    fields are plain data, but nothing else about them is checked.
    """
    value = wire.decode(data)
    kinds = {kind.__name__: kind for kind in expected}
    if not isinstance(value, dict) or value.get("message") not in kinds:
        raise wire.WireError("a message of another type than expected")
    kind = kinds[value.pop("message")]
    if set(value) != {field.name for field in fields(kind)}:
        raise wire.WireError(f"a {kind.__name__} with other fields")
    return kind(**value)
