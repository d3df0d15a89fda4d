"""Serve the page for marking to a browser on this machine.

The address has a random part, and only requests to this machine by its own name are answered. So
another person on the machine, or a web page that the browser has open, can neither read nor mark.
"""

import json
import math
import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from sqlalchemy.exc import SQLAlchemyError

from ..templating import TEMPLATES
from .answers import Answer
from .marks import HandMark
from .page import picture_of

HOST = "127.0.0.1"
MAX_BODY = 100_000  # bytes of a mark
MAX_COMMENT = 20_000  # characters
SCRIPT = "mark.js"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class RefusedError(ValueError):
    """An error for a mark that cannot be written. The text says why."""


class MarkingServer(ThreadingHTTPServer):
    """A server of the page for one question.

    page: returns the page as HTML. answers: those of the class by student. points: the full marks.
    write: writes a mark into the gradebook.
    """

    daemon_threads = True

    def __init__(
        self,
        page: Callable[[], str],
        answers: Mapping[str, Answer],
        points: float,
        write: Callable[[HandMark], None],
    ) -> None:
        super().__init__((HOST, 0), _Handler)
        self.page = page
        self.answers = answers
        self.points = points
        self.write = write
        self.token = secrets.token_urlsafe(24)

    @property
    def address(self) -> str:
        """The address of the page."""
        return f"http://{HOST}:{self.server_port}/{self.token}/"

    def mark(self, body: bytes) -> None:
        """Write the mark in the body of a request. Raises RefusedError if it is none."""
        self.write(_read(body, self.answers, self.points))


def _read(body: bytes, answers: Mapping[str, Answer], points: float) -> HandMark:
    """Return the mark in the body of a request. Raises RefusedError if it is none."""
    try:
        sent = json.loads(body)
        student, score, comment = sent["student"], sent["score"], sent["comment"]
    except (ValueError, TypeError, KeyError):
        raise RefusedError("this is not a mark") from None
    if not isinstance(student, str) or student not in answers:
        raise RefusedError("there is no answer of this student")
    if not isinstance(comment, str) or len(comment) > MAX_COMMENT:
        raise RefusedError(f"a comment may have {MAX_COMMENT:,} characters")
    if score is None:
        return HandMark(student, None, comment.strip())
    is_number = isinstance(score, int | float) and not isinstance(score, bool)
    if not is_number or not math.isfinite(score) or not 0 <= score <= points:
        raise RefusedError(f"the points must be a number from 0 to {points:g}")
    return HandMark(student, float(score), comment.strip())


class _Handler(BaseHTTPRequestHandler):
    """The answers to requests."""

    server: MarkingServer

    def do_GET(self) -> None:
        path = self._path()
        if path == "":
            self._send(HTTPStatus.OK, "text/html; charset=utf-8", self.server.page().encode())
        elif path == SCRIPT:
            script = (TEMPLATES / SCRIPT).read_bytes()
            self._send(HTTPStatus.OK, "text/javascript; charset=utf-8", script)
        elif path and path.startswith("picture/"):
            self._send_picture(path.split("/")[1:])
        else:
            self._send_words(HTTPStatus.NOT_FOUND, "There is nothing here.")

    def do_POST(self) -> None:
        is_json = self.headers.get("Content-Type", "").split(";")[0] == "application/json"
        length = self.headers.get("Content-Length", "")
        if self._path() != "mark" or not is_json:
            self._send_words(HTTPStatus.NOT_FOUND, "There is nothing here.")
        elif not length.isdecimal() or int(length) > MAX_BODY:
            self._send_words(HTTPStatus.BAD_REQUEST, "this is not a mark")
        else:
            self._mark(self.rfile.read(int(length)))

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing for a request."""

    def _path(self) -> str | None:
        """Return the path after its random part.

        Returns None if the random part or the host name is missing or wrong.
        """
        names = {f"{name}:{self.server.server_port}" for name in (HOST, "localhost")}
        _, token, *rest = self.path.split("?")[0].split("/", 2)
        known = secrets.compare_digest(token.encode(), self.server.token.encode())
        return rest[0] if rest and known and self.headers.get("Host") in names else None

    def _mark(self, body: bytes) -> None:
        try:
            self.server.mark(body)
        except RefusedError as error:
            self._send_words(HTTPStatus.BAD_REQUEST, str(error))
        except (SQLAlchemyError, KeyError) as error:
            words = str(error).splitlines()[0]
            self._send_words(HTTPStatus.INTERNAL_SERVER_ERROR, f"the gradebook failed: {words}")
        else:
            self._send_words(HTTPStatus.OK, "saved")

    def _send_picture(self, parts: list[str]) -> None:
        try:
            student, cell, name = map(unquote, parts)
            kind, data = picture_of(self.server.answers[student], int(cell), name)
        except (ValueError, KeyError):
            self._send_words(HTTPStatus.NOT_FOUND, "There is no such picture.")
        else:
            self._send(HTTPStatus.OK, kind, data)

    def _send_words(self, status: HTTPStatus, words: str) -> None:
        self._send(status, "text/plain; charset=utf-8", words.encode())

    def _send(self, status: HTTPStatus, kind: str, content: bytes) -> None:
        self.send_response(status)
        for name, value in {**HEADERS, "Content-Type": kind}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
