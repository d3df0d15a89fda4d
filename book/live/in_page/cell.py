"""Run a code cell of the book in the page. The worker for cells calls `run`."""

import ast
import base64
import io
import json
import linecache
import sys
from contextlib import redirect_stderr, redirect_stdout
from html import escape
from types import ModuleType
from typing import Any

import numpy as np

import backprop
from autograder.marking.time_limit import OutOfTimeError

from .failure import failure_of, too_long
from .state import kept_state
from .watch import Watch

CELL = "<cell>"
SECONDS = 4.0  # the page ends the worker a little later
MAX_TEXT = 20_000  # characters
GIVEN: dict[str, Any] = {"np": np, "bp": backprop}  # the names that cells can use without an import


def give_figures() -> None:
    """Let cells draw figures in the style of the book, with `plt`, `figures` and its colours."""
    import matplotlib

    matplotlib.use("svg")
    # The book's figures.py sets the format of a notebook's figures. Here is no notebook.
    stand_in = ModuleType("matplotlib_inline.backend_inline")
    stand_in.set_matplotlib_formats = lambda *_, **__: None  # type: ignore[attr-defined]
    sys.modules["matplotlib_inline.backend_inline"] = stand_in
    import matplotlib.pyplot as plt

    import figures

    figures.use_style()
    GIVEN.update(plt=plt, figures=figures, COLOURS=figures.COLOURS, INK=figures.INK)


def run(source: str, before: str) -> str:
    """Run a cell, and return what it prints and shows, as JSON.

    before: code of the page that runs first, and of which nothing is shown.
    """
    printed, watch = io.StringIO(), Watch(CELL, SECONDS)
    names = {"__name__": "__main__", **GIVEN}
    html, failure = "", None
    with kept_state(), redirect_stdout(printed), redirect_stderr(printed):
        try:
            with watch.running(), watch.time_limit(SECONDS):
                exec(compile(before, "<before>", "exec"), names)
                printed.truncate(printed.seek(0))
                html = shown(value_of(source, names))
        except OutOfTimeError:
            failure = too_long(watch.stopped)
        except BaseException as error:  # such as SystemExit: nothing may pass through to the page
            failure = failure_of(error, CELL)
    told = {
        "text": printed.getvalue()[:MAX_TEXT],
        "html": html,
        "images": images(),
        "error": vars(failure) if failure else None,
        "stopped": watch.stopped is not None,
    }
    return json.dumps(told)


def value_of(source: str, names: dict[str, Any]) -> Any:
    """Run a cell, and return the value of the expression with which it ends, if it does."""
    linecache.cache[CELL] = (len(source), None, source.splitlines(True), CELL)
    tree = ast.parse(source, CELL)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, CELL, "exec"), names)
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), CELL, "eval"), names)


def shown(value: Any) -> str:
    """Return the value of a cell as HTML, as a notebook shows it; an empty text for None."""
    if value is None or type(value).__module__.startswith("matplotlib"):
        return ""
    return f"<pre>{escape(repr(value)[:MAX_TEXT])}</pre>"


def images() -> list[str]:
    """Return the figures that a cell has drawn, as addresses that contain them; and close them."""
    if "plt" not in GIVEN:
        return []
    plt, found = GIVEN["plt"], []
    for number in plt.get_fignums():
        drawn = io.BytesIO()
        plt.figure(number).savefig(
            drawn, format="svg", bbox_inches="tight", metadata={"Date": None}
        )
        text = base64.b64encode(drawn.getvalue()).decode()
        found.append(f"data:image/svg+xml;base64,{text}")
    plt.close("all")
    return found
