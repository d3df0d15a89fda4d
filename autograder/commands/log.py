"""Lines about a run on stderr: for people, or as JSON for the log of a service."""

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ..sandbox.printable import printable

TEXT, JSON = "text", "json"
LEVELS = {"failed": "error", "rejected": "warning"}


def add_log_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that chooses the form of the lines."""
    parser.add_argument(
        "--log",
        choices=(TEXT, JSON),
        default=TEXT,
        help="the form of the lines on stderr; json: one object for each event; default: text",
    )


class Log:
    """A log on stderr. form: TEXT or JSON."""

    def __init__(self, form: str) -> None:
        self.is_json = form == JSON

    def event(self, name: str, level: str = "info", **more: Any) -> None:
        """Write an event with its time; in the form for people nothing is written."""
        if self.is_json:
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            event = {"time": now, "level": level, "event": name, **more}
            print(json.dumps(event), file=sys.stderr, flush=True)

    def line(self, text: str) -> None:
        """Write a line for people; in the form for services nothing is written."""
        if not self.is_json:
            print(printable(text), file=sys.stderr)

    def error(self, words: str, code: int) -> None:
        """Write why a command ends with an exit code."""
        self.line(f"autograder: {words}")
        self.event("stopped", "error", message=words, exit_code=code)

    def results(self, results: Iterator[Any]) -> Iterator[Any]:
        """Yield the results, and write an event for each."""
        for result in results:
            record = result.record()
            told = ("student", "assignment", "score", "max_score", "seconds", "message")
            level = LEVELS.get(result.status, "info")
            self.event(result.status, level, **{key: record[key] for key in told})
            yield result
