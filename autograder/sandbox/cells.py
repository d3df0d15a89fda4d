"""Running cells as a notebook would, without a kernel; inside the sandbox."""

import ast
import base64
import linecache
import signal
import time
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell

from autograder.driving import describe_error

SHOWN = ("text/plain", "image/png")
MOST_PICTURES = 10


class OutOfTimeError(BaseException):
    """Raised by the alarm inside a cell. Not an Exception, so that `except Exception` lets it by."""


class Shell(InteractiveShell):
    """IPython's shell: magics and displays as a notebook has them."""

    def enable_gui(self, gui: Any = None) -> None:
        """What "%matplotlib inline" asks for; there is none."""


class Displayed(list[dict[str, Any]]):
    """What a cell displays, in order: for each thing, its data by MIME type."""

    def show(self, shell: Shell, value: Any) -> None:
        """Display the value of a cell's last line, as far as it is text or a picture."""
        shell.user_ns["_"] = value
        assert shell.display_formatter is not None
        self.append({"data": shell.display_formatter.format(value, include=SHOWN)[0]})


def make_shell() -> Shell:
    """A shell in which matplotlib is warm."""
    HistoryManager.enabled = False  # type: ignore[assignment]
    Shell.colors = "nocolor"  # type: ignore[assignment]
    shell = Shell.instance()
    shell.run_line_magic("matplotlib", "inline")
    plt.close(plt.figure())  # loads the fonts once, before any fork
    shell.builtin_trap.activate()  # `display` and `get_ipython` are there without being imported
    return shell


class Cells:
    """Runs the cells of one notebook in a shell, within the limits of its job."""

    def __init__(self, shell: Shell, limits: dict[str, Any]) -> None:
        self._shell = shell
        self._limits = limits
        self._deadline = time.monotonic() + limits["cells_seconds"]
        self._count = 0
        publisher = CapturingDisplayPublisher()
        publisher.outputs = Displayed()
        shell.display_pub = publisher

    def run(self, source: str) -> dict[str, Any]:
        """Run one cell; what it showed. A cell that fails stops itself only."""
        seconds = min(self._limits["cell_seconds"], self._deadline - time.monotonic())
        nothing = {"text": "", "pictures": [], "error": ""}
        if seconds <= 0:
            error = f"not run: {self._limits['cells_seconds']:g} seconds are used up"
            return {**nothing, "error": error}
        try:
            return self._run(source, seconds)
        except BaseException as error:  # an output or an error that cannot be shown
            words = f"{type(error).__name__} while showing what came of this cell"
            return {**nothing, "error": words}
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _run(self, source: str, seconds: float) -> dict[str, Any]:
        printed, complained = StringIO(), StringIO()
        displayed = Displayed()
        self._shell.display_pub.outputs = displayed
        raised: BaseException | None = None
        signal.signal(signal.SIGALRM, out_of_time)
        with redirect_stdout(printed), redirect_stderr(complained):
            try:
                signal.setitimer(signal.ITIMER_REAL, seconds)
                raised = self._execute(source, displayed)
                signal.setitimer(signal.ITIMER_REAL, 0)
            except BaseException as escaped:
                raised = escaped
        error = "" if raised is None else describe_error(raised)
        if isinstance(raised, OutOfTimeError):
            error = f"stopped after {seconds:.3g} seconds"
        texts = [printed.getvalue(), complained.getvalue() if not error else ""]
        texts += [f"{d['data'].get('text/plain', '')}\n" for d in displayed if not is_picture(d)]
        pictures = [as_bytes(d["data"]["image/png"]) for d in displayed if is_picture(d)]
        return {
            "text": "".join(texts)[: int(self._limits["text"])],
            "pictures": [np.frombuffer(p, np.uint8) for p in pictures[:MOST_PICTURES]],
            "error": error,
        }

    def _execute(self, source: str, displayed: Displayed) -> BaseException | None:
        """Run plain Python at once, and leave to IPython what only IPython understands."""
        self._count += 1
        name = f"<cell {self._count}>"
        code = compiled(source, name, self._shell.compile)
        if code is None:
            result = self._shell.run_cell(source, store_history=False)
            return result.error_before_exec or result.error_in_exec
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)  # for errors
        body, last = code
        try:
            exec(body, self._shell.user_ns)
            value = eval(last, self._shell.user_ns) if last else None
            if value is not None and not source.rstrip().endswith(";"):
                displayed.show(self._shell, value)
        finally:
            self._shell.events.trigger("post_execute")  # pictures that were drawn and not shown
        return None


def compiled(source: str, name: str, compiler: Any) -> tuple[Any, Any] | None:
    """The code of a cell up to its last line, and that of a last line that has a value.

    compiler: IPython's, which remembers what earlier cells imported from __future__. None where the
    source is no Python as it stands.
    """
    try:
        tree = ast.parse(source, name)
        end, last = tree.body[-1] if tree.body else None, None
        if isinstance(end, ast.Expr):
            tree.body.pop()
            last = ast.Expression(end.value)
        body = compiler(tree, name, "exec")
        return body, compiler(last, name, "eval") if last else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def out_of_time(*_: Any) -> None:
    raise OutOfTimeError


def is_picture(shown: dict[str, Any]) -> bool:
    return "image/png" in shown["data"]


def as_bytes(picture: Any) -> bytes:
    return base64.b64decode(picture) if isinstance(picture, str) else bytes(picture)
