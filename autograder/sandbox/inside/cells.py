"""Run cells as a notebook does, but without a kernel.

Cells in plain Python are compiled and run here. IPython's shell is created only if a cell needs it,
because a process without it has a third of the size and forks twice as fast.
"""

import ast
import base64
import builtins
import codeop
import linecache
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from types import ModuleType
from typing import Any

import numpy as np

from autograder.marking.driver import describe_error
from autograder.sandbox.inside.clocks import set_timers, wall_seconds
from autograder.sandbox.inside.lazy_import import import_later, import_now
from autograder.sandbox.inside.needs_ipython import SYNTAX

MAX_PICTURES = 10  # that one cell may show
TELL_EVERY = 0.05  # seconds; a message after every single cell would be slow
# IPython shows a value of these types as its repr.
PLAIN_VALUES = (bool, int, float, complex, str, np.ndarray, np.bool_, np.int64, np.float64)
# A line that is neither empty nor a comment.
CODE = re.compile(r"^[ \t]*[^#\s]", re.MULTILINE)
# A timer can end a cell a little early, because the kernel counts CPU time in ticks. What is left
# then is not enough for another cell.
USED_UP = 0.02
MAX_DEPTH = 5  # of nested lists that we show as their repr
MAX_WIDTH = 70  # characters; IPython never wraps a list whose repr is shorter


class OutOfTimeError(BaseException):
    """The error that ends a cell at its time limit; its argument is the signal of the timer.

    It is not an Exception, so that `except Exception` in the cell does not catch it.
    """


@dataclass(frozen=True)
class FigureDrawer:
    """A function that returns the picture of a figure; its fields are explained in figures.py."""

    salt: str = ""
    is_known: Callable[[str], bool] = lambda fingerprint: False

    def __call__(self, figure: Any) -> bytes | None:
        from autograder.sandbox.inside.figures import picture  # the shell has imported it before

        return picture(figure, self.salt, self.is_known)


class NotebookState:
    """The state that the cells of a notebook share: their names, and the shell if there is one."""

    def __init__(self) -> None:
        self.module = sys.modules["__main__"] = ModuleType("__main__")
        self.names = vars(self.module)
        self.names["__builtins__"] = builtins
        self.compile = codeop.Compile()  # later cells keep the imports from __future__
        self.compile.flags = 0  # the flags for interactive mode change the texts of SyntaxErrors
        self.displayed: list[dict[str, Any]] = []
        self.draw: FigureDrawer | None = None  # None if nobody will look at the figures
        self.has_shell = False
        self._shell: Any = None
        import_later("matplotlib.pyplot", self.shell)
        builtins.get_ipython = self.shell  # type: ignore[attr-defined]
        builtins.display = self._display  # type: ignore[attr-defined]

    def shell(self) -> Any:
        """Return IPython's shell. The first call creates it."""
        if not self.has_shell:
            import_now("matplotlib.pyplot")
            from autograder.sandbox.inside.ipython_shell import make_shell

            own = dict(self.names)
            self._shell = make_shell(self.module, self._picture)
            self.names.update(own)  # put back names that the shell uses too, such as In and Out
            self._shell.display_pub.outputs = self.displayed
            self.has_shell = True
        return self._shell

    def _picture(self, figure: Any) -> bytes | None:
        return self.draw(figure) if self.draw else None

    def _display(self, *values: Any, **options: Any) -> Any:
        """Create the shell, which replaces this function, and call the shell's display."""
        self.shell()
        return builtins.display(*values, **options)  # type: ignore[attr-defined]

    def begin_cell(self) -> list[dict[str, Any]]:
        """Return an empty list, which collects what the next cell displays: dicts by MIME type."""
        self.displayed = []
        if self.has_shell:
            self._shell.display_pub.outputs = self.displayed
        return self.displayed

    def show(self, value: Any) -> None:
        """Display the value of the last line of a cell."""
        self.names["_"] = value
        if (text := plain_text(value)) is None:
            self.shell().show(value)
        else:
            self.displayed.append({"data": {"text/plain": text}})

    def end_cell(self) -> None:
        """Display the figures that the cell has drawn but not shown."""
        if self.has_shell:
            self._shell.flush()


class CellRunner:
    """A runner for the cells of one notebook, with the limits of its job."""

    def __init__(self, notebook: NotebookState, limits: dict[str, Any]) -> None:
        self._notebook = notebook
        self._limits = limits
        self._cpu_end = time.process_time() + limits["cells_seconds"]
        self._end = time.monotonic() + wall_seconds(limits["cells_seconds"])
        self._count = 0
        self._room = limits["pictures"]  # bytes; the grader keeps no more, so we send no more

    def run_all(self, sources: list[str]) -> Iterator[list[dict[str, Any]]]:
        """Run cells and yield their outputs, those of several cells at a time."""
        done: list[dict[str, Any]] = []
        told = time.monotonic()
        for source in sources:
            done.append(self.run(source))
            if time.monotonic() - told > TELL_EVERY:
                yield done
                done, told = [], time.monotonic()
        if done:
            yield done

    def run(self, source: str) -> dict[str, Any]:
        """Run one cell and return its output. An error ends this cell, but not the others."""
        seconds = min(self._limits["cell_seconds"], self._cpu_end - time.process_time())
        wall = min(wall_seconds(seconds), self._end - time.monotonic())
        nothing = {"text": "", "pictures": [], "error": ""}
        if min(seconds, wall) < USED_UP:
            error = f"not run: {self._limits['cells_seconds']:g} seconds are used up"
            return {**nothing, "error": error}
        if not CODE.search(
            source
        ):  # only comments, for example code that the student has switched off
            return nothing
        try:
            return self._run(source, seconds, wall)
        except BaseException as error:  # for example in the __repr__ of a class of the student
            words = f"{type(error).__name__} while showing the output of this cell"
            return {**nothing, "error": words}
        finally:
            set_timers(0, 0)

    def _run(self, source: str, seconds: float, wall: float) -> dict[str, Any]:
        printed, complained = StringIO(), StringIO()
        displayed = self._notebook.begin_cell()
        raised: BaseException | None = None
        out_of_time = stopper(time.process_time() + seconds)
        signal.signal(signal.SIGPROF, out_of_time)
        signal.signal(signal.SIGALRM, out_of_time)
        with redirect_stdout(printed), redirect_stderr(complained):
            try:
                set_timers(seconds, wall)
                raised = self._execute(source)
                set_timers(0, 0)
            except BaseException as escaped:
                raised = escaped
        error = "" if raised is None else describe_error(raised)
        if isinstance(raised, OutOfTimeError):
            computed = f"stopped after {seconds:.3g} seconds of computing"
            waited = f"stopped after {wall:.3g} seconds of computing and waiting"
            error = computed if raised.args == (signal.SIGPROF,) else waited
        texts = [printed.getvalue(), complained.getvalue() if not error else ""]
        texts += [f"{d['data'].get('text/plain', '')}\n" for d in displayed if not is_picture(d)]
        pictures = [as_bytes(d["data"]["image/png"]) for d in displayed if is_picture(d)]
        return {
            "text": "".join(texts)[: int(self._limits["text"])],
            "pictures": [np.frombuffer(p, np.uint8) for p in self._fitting(pictures)],
            "error": error,
        }

    def _fitting(self, pictures: list[bytes]) -> Iterator[bytes]:
        """Yield the pictures of a cell for which the notebook still has room."""
        for picture in pictures[:MAX_PICTURES]:
            if len(picture) <= self._room:
                self._room -= len(picture)
                yield picture

    def _execute(self, source: str) -> BaseException | None:
        """Run a cell: plain Python here, magics and other IPython syntax in the shell.

        Returns the exception of a cell that ran in the shell; other exceptions are raised.
        """
        self._count += 1
        name = f"<cell {self._count}>"
        linecache.cache[name] = (
            len(source),
            None,
            source.splitlines(True),
            name,
        )  # so that errors can show its lines
        try:
            body, last = compiled(source, name, self._notebook.compile)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            if not SYNTAX.search(source):
                raise
            shell = self._notebook.shell()
            shell.compile.flags |= self._notebook.compile.flags
            result = shell.run_cell(source, store_history=False)
            return result.error_before_exec or result.error_in_exec
        try:
            exec(body, self._notebook.names)
            value = eval(last, self._notebook.names) if last else None
            if value is not None and not source.rstrip().endswith(";"):
                self._notebook.show(value)
        finally:
            self._notebook.end_cell()
        return None


def compiled(source: str, name: str, compiler: Any) -> tuple[Any, Any]:
    """Return the code of a cell in two parts: the statements, and the last line if it has a value.

    Without such a line the second part is None. Raises the errors of the compiler if the source is
    not plain Python.
    """
    if ends_in_definition(source):  # we need no tree, and making one takes as long as compiling
        return compiler(source, name, "exec"), None
    tree = ast.parse(source, name)
    end, last = tree.body[-1] if tree.body else None, None
    if isinstance(end, ast.Expr):
        tree.body.pop()
        last = ast.Expression(end.value)
    body = compiler(tree, name, "exec")
    return body, compiler(last, name, "eval") if last else None


def ends_in_definition(source: str) -> bool:
    """True if the last statement is surely a def or class, which has no value to show.

    False means only that we are not sure.
    """
    lines = source.splitlines()
    starts = (i for i in reversed(range(len(lines))) if lines[i][:1].strip())
    last = next(starts, 0)
    # An odd number of triple quotes would mean that the line is inside a string.
    quotes = "\n".join(lines[last:])
    even = all(quotes.count(mark) % 2 == 0 for mark in ('"""', "'''"))
    return bool(lines) and lines[last].startswith(("def ", "class ")) and even


def plain_text(value: Any, depth: int = 0) -> str | None:
    """Return the repr of a value if IPython would surely show that; otherwise None."""
    kind = type(value)
    if kind in PLAIN_VALUES or is_plain(kind):
        return repr(value)
    if kind in (list, tuple) and len(value) <= MAX_WIDTH and depth < MAX_DEPTH:
        texts = [plain_text(item, depth + 1) for item in value]
        short = all(text is not None and "\n" not in text for text in texts)
        if short and len(text := repr(value)) <= MAX_WIDTH:
            return text
    return None


def is_plain(kind: type) -> bool:
    """True if a class of the notebook defines __repr__, and no other method for display."""
    others = (name for name in dir(kind) if name.startswith(("_repr_", "_ipython_")))
    return kind.__module__ == "__main__" and "__repr__" in vars(kind) and not any(others)


def stopper(end: float) -> Callable[[int, Any], None]:
    """Return a handler for the signals of both timers, which raises OutOfTimeError.

    end: the CPU time of this process at which a cell is stopped. The kernel may send SIGPROF a
    little early, because it counts whole ticks of its clock. Then the timer is set again.
    """

    def out_of_time(signum: int, _: Any) -> None:
        left = end - time.process_time()
        if signum == signal.SIGPROF and left > 0:
            signal.setitimer(signal.ITIMER_PROF, left)
        else:
            raise OutOfTimeError(signum)

    return out_of_time


def is_picture(shown: dict[str, Any]) -> bool:
    return "image/png" in shown["data"]


def as_bytes(picture: Any) -> bytes:
    return base64.b64decode(picture) if isinstance(picture, str) else bytes(picture)
