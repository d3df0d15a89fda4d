"""Stand-ins: functions of the grader that replace a student's functions.

A job calls them over a socket. It may send anything, so there are limits for each call: the size of
the message, the numbers and axes in it, and the memory that the function may use. A job may ask for
the value of a function at any place, so it must not have the inputs of the question that marks that
function (see grading/grade.py).
"""

import contextlib
import socket
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..marking import wire
from .inside.messages import CallStandIn, StandInReturned, decode, encode
from .memory_limit import memory_limit

MAX_CALL = 16_384  # bytes of a call, and the largest number or axis in it
MAX_CALL_MEMORY = 512 << 20  # bytes
StandIns = Mapping[str, Callable[..., Any]]


def answer_call(asked: socket.socket, stand_ins: StandIns) -> bool:
    """Read one message of a job, and answer it if it is a call of a stand-in.

    Returns False if the socket is closed. Other messages are dropped.
    """
    data = asked.recv(MAX_CALL, socket.MSG_DONTWAIT)
    if not data:
        return False
    try:
        call = decode(data, CallStandIn)
        function, arguments = stand_ins[call.name], list(call.arguments)
    except (wire.WireError, LookupError, TypeError):
        return True
    with contextlib.suppress(OSError):  # if the job does not read, only its own answer is lost
        asked.send(_returned(call.name, function, arguments), socket.MSG_DONTWAIT)
    return True


def _returned(name: str, function: Callable[..., Any], arguments: list[Any]) -> bytes:
    """Call the function, and return the message with its value or with its error in one line."""
    try:
        if not _is_bounded(arguments):
            raise ValueError("a larger number or axis than the course uses")
        with np.errstate(all="ignore"), memory_limit(MAX_CALL_MEMORY):
            return encode(StandInReturned(function(*arguments), ""))
    except Exception as error:
        return encode(StandInReturned(None, f"{name}: {type(error).__name__}: {error}"[:200]))


def _is_bounded(value: Any) -> bool:
    """True if every axis and every integer is small enough for the reference to finish soon.

    We look at the axes, and not at the size, because an empty array can still have a huge axis.
    """
    if isinstance(value, np.ndarray):
        return max(value.shape, default=0) <= MAX_CALL
    if isinstance(value, int):
        return abs(value) <= MAX_CALL
    if isinstance(value, dict):
        return all(map(_is_bounded, value.values()))
    return all(map(_is_bounded, value)) if isinstance(value, list | tuple) else True
