"""Messages and frames over sockets and pipes, as the processes inside the sandbox read them."""

import os
import select
import socket
from typing import Any

from autograder.sandbox.inside import messages
from autograder.sandbox.inside.clocks import Stopwatch


def send(stream: socket.socket, message: Any) -> None:
    """Send a message to the grader, after its length."""
    stream.sendall(messages.framed(message))


def receive(stream: socket.socket, *kinds: type[Any]) -> Any:
    """Return the next message of the grader, or None if it has closed the stream."""
    header = read_exactly(stream, 8)
    data = read_exactly(stream, int.from_bytes(header, "little"))
    return messages.decode(data, *kinds) if data else None


def read_exactly(stream: socket.socket, count: int) -> bytes:
    """Return exactly `count` bytes, or no bytes if the stream ends before."""
    chunks: list[bytes] = []
    while count > 0:
        chunk = stream.recv(min(count, 1 << 20))
        if not chunk:
            return b""
        chunks.append(chunk)
        count -= len(chunk)
    return b"".join(chunks)


def write_all(pipe: int, data: bytes) -> None:
    """Write all of the data, with as many calls as are needed."""
    view = memoryview(data)
    while view:
        view = view[os.write(pipe, view) :]


class FramePipe:
    """A reader for the pipe of a child, which carries frames. An empty frame ends a question."""

    def __init__(self, pipe: int, max_bytes: int) -> None:
        self._pipe = pipe
        self._max_bytes = max_bytes  # of one question
        self._rest = bytearray()

    def read_question(self, stopwatch: Stopwatch) -> tuple[bytes, str]:
        """Return the frames of the next question and one word about how the reading ended.

        "whole": everything arrived. "late": the time is over, or there were too many bytes. "gone":
        the child has ended. In the last two cases the frames may be incomplete.
        """
        end = 0
        while True:
            start = end + 8
            size = int.from_bytes(self._rest[end:start], "little")
            if len(self._rest) >= start and size == 0:
                data, self._rest = bytes(self._rest[:end]), self._rest[start:]
                return data, "whole"
            if len(self._rest) >= start + size:
                end = start + size
            elif len(self._rest) > self._max_bytes or not self._wait(stopwatch):
                return bytes(self._rest), "late"
            elif chunk := os.read(self._pipe, 1 << 16):
                self._rest += chunk
            else:
                return bytes(self._rest), "gone"

    def _wait(self, stopwatch: Stopwatch) -> bool:
        """Wait until the pipe can be read. Returns False if the time ran out before."""
        while not select.select([self._pipe], [], [], left := stopwatch.left())[0]:
            if left == 0:
                return False
        return True
