"""Mark an answer that was written in a page of the book. The worker of the page calls `mark`."""

import io
import json
import linecache
from collections.abc import Buffer
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import numpy as np

import autograder
from autograder.check import add_frozen, answer_key, judged_with_earlier
from autograder.marking import answer_key as keys
from autograder.marking.driver import Outcome
from autograder.marking.explain import explain
from autograder.marking.judge import Judgement, judge
from autograder.marking.render import pieces
from autograder.marking.time_limit import OutOfTimeError
from autograder.marking.verdict import Verdict, report

from .failure import Failure, failure_of, too_long
from .state import kept_state
from .watch import Watch

ANSWER, EARLIER = "<answer>", "<earlier>"
SECONDS = 4.0  # for all code of the reader together; the page ends the worker a little later
MAX_PRINTED = 10_000  # characters


def add_key(content: Buffer) -> None:
    """Let the answer key that was frozen as these bytes be used, too."""
    add_frozen(bytes(content))


def mark(question: str, source: str, earlier: str, book: str) -> str:
    """Mark the answer to a question, and return the verdict as JSON.

    source: the reader's code. earlier: code that runs before it and defines earlier answers. book:
    the address of the book, for links.
    """
    key = answer_key(question)
    assert key is not None, question
    printed, watch = io.StringIO(), Watch(ANSWER, SECONDS)
    names = {"__name__": "__main__", "np": np, "check": autograder.check}
    with kept_state():
        keys.time_limit = watch.time_limit
        with redirect_stdout(printed), redirect_stderr(printed), watch.running():
            execute(earlier, EARLIER, names, watch)
            failure = execute(source, ANSWER, names, watch)
            judged, given = judged_with_earlier(key, names)
    verdict = explain(judged, given)
    if verdict.verdict == "timeout" and watch.stopped:
        failure = too_long(watch.stopped)
    told = as_data(judged, verdict, book, failure)
    told["stopped"] = verdict.verdict == "timeout" or watch.stopped is not None
    told["lines"] = guilty_lines(verdict, watch, failure, source)
    told["printed"] = printed.getvalue()[:MAX_PRINTED]
    return json.dumps(told)


def give_up(question: str, kind: str, book: str) -> str:
    """Return the verdict on code that the page had to stop, as JSON.

    kind: "timeout", or "lost" if the code has ended Python.
    """
    key = answer_key(question)
    assert key is not None, question
    judged = judge(key, [Outcome(kind, text=keys.TOO_LONG)] * len(key.cases))
    told = as_data(judged, explain(judged), book, None)
    return json.dumps({**told, "stopped": True, "lines": [], "printed": ""})


def execute(source: str, file: str, names: dict[str, Any], watch: Watch) -> Failure | None:
    """Run code with these names, and return the error that has stopped it, if there is one."""
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    try:
        with watch.time_limit(SECONDS):
            exec(compile(source, file, "exec"), names)
    except OutOfTimeError:
        return too_long(watch.stopped)
    except BaseException as error:  # such as SystemExit: nothing may pass through to the page
        return failure_of(error, file)
    return None


def as_data(
    judged: Judgement, verdict: Verdict, book: str, failure: Failure | None
) -> dict[str, Any]:
    """Return a verdict as data for the page."""
    return {
        "score": verdict.score,
        "max_score": verdict.max_score,
        "misconception": verdict.misconception,
        "message": report(verdict),
        "html": pieces(verdict, book, failure.text if failure else ""),
        "error": vars(failure) if failure else None,
        "parts": [
            {"name": part, "points": points, "right": part not in judged.lost_parts}
            for part, points in judged.key.parts.items()
        ],
        "record": verdict.record(),
    }


def guilty_lines(verdict: Verdict, watch: Watch, failure: Failure | None, source: str) -> list[int]:
    """Return the numbers of the lines in the reader's text that have stopped with an error."""
    if failure:
        return [failure.line] if failure.line else []
    if verdict.verdict != "error":
        return []
    lines = source.splitlines()
    # The headline quotes the line of the case that the verdict tells about.
    return [n for n in watch.failed if f"`{lines[n - 1].strip()}`" in verdict.headline][:1]
