"""Run cells as a notebook does, but without a kernel.

Cells in plain Python are compiled and run here. IPython's shell is created only if a cell needs it,
because a process without it has a third of the size and forks twice as fast.
"""

import ast
import base64
import builtins
import codeop
import contextlib
import linecache
import os
import re
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from types import ModuleType
from typing import Any

import numpy as np

from autograder.marking.driver import describe_error
from autograder.sandbox.inside.cell_time import ANSWER, DEFINITION, OWN, CellTime
from autograder.sandbox.inside.clocks import set_timers
from autograder.sandbox.inside.compiled import CompiledCell, compiled
from autograder.sandbox.inside.definitions import definitions
from autograder.sandbox.inside.event_loop import EventLoop, evaluate_all
from autograder.sandbox.inside.lazy_import import import_later, import_now
from autograder.sandbox.inside.needs_ipython import (
    ESCAPED,
    INSTALLING,
    PROMPT,
    SYNTAX,
    is_magic_without_percent,
)

MAX_PICTURES = 10  # that one cell may show
TELL_EVERY = 0.05  # seconds; a message after every single cell would be slow
# IPython shows a value of these types as its repr.
PLAIN_VALUES = (bool, int, float, complex, str, np.ndarray, np.bool_, np.int64, np.float64)
# A line that is neither empty nor a comment.
CODE = re.compile(r"^[ \t]*[^#\s]", re.MULTILINE)
NOTHING: dict[str, Any] = {"text": "", "pictures": [], "error": ""}
STOPPED, NOT_RUN = "stopped", "not run"  # how errors about the time begin
UNDERSCORES = ("_", "__", "___")  # the names of the last three values
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
        self._last: tuple[Any, ...] = ("", "", "")
        self.names.update(dict.fromkeys(UNDERSCORES, ""))
        self.draw: FigureDrawer | None = None  # None if nobody will look at the figures
        self.loop = EventLoop()
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
            self._shell = make_shell(self.module, self._picture, self.loop)
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

    def run_in_shell(self, source: str) -> BaseException | None:
        """Run a cell with IPython's shell, and return the exception that ended it."""
        shell = self.shell()
        shell.compile.flags |= self.compile.flags
        result = shell.run_cell(source, store_history=False)
        error: BaseException | None = result.error_before_exec or result.error_in_exec
        return error

    def begin_cell(self) -> list[dict[str, Any]]:
        """Return an empty list, which collects what the next cell displays: dicts by MIME type."""
        self.displayed = []
        if self.has_shell:
            self._shell.display_pub.outputs = self.displayed
        return self.displayed

    def show(self, value: Any) -> None:
        """Display the value of the last line of a cell."""
        self._remember(value)
        if (text := plain_text(value)) is None:
            self.shell().show(value)
        else:
            self.displayed.append({"data": {"text/plain": text}})

    def _remember(self, value: Any) -> None:
        """Make a value `_`, and the values before it `__` and `___`, unless a cell has set them."""
        if all(self.names.get(n) is v for n, v in zip(UNDERSCORES, self._last, strict=True)):
            self._last = (value, *self._last[:2])
            self.names.update(zip(UNDERSCORES, self._last, strict=True))

    def end_cell(self) -> None:
        """Display the figures that the cell has drawn but not shown."""
        if self.has_shell:
            self._shell.flush()


class CellRunner:
    """A runner for the cells of one notebook, with the limits of its job.

    Cells without a grade id cannot use up the time of the answers. Of a cell that is stopped or not
    run because time is over, the definitions count. shared: the code of cells that many notebooks
    share, by their sources.
    """

    def __init__(
        self, notebook: NotebookState, limits: dict[str, Any], shared: Mapping[str, CompiledCell]
    ) -> None:
        self._notebook = notebook
        self._limits = limits
        self._shared = shared
        self._time = CellTime(limits)
        self._count = 0
        self._room = limits["pictures"]  # bytes; the grader keeps no more, so we send no more

    def begin(self, statements: list[str]) -> None:
        """Run the imports of the released notebook, which the student need not keep."""
        for statement in statements:
            with contextlib.suppress(Exception):  # a cell that needs it will say what is wrong
                exec(statement, self._notebook.names)

    def complete(self, given: dict[str, str]) -> None:
        """Define what the released notebook gives and the student's notebook has lost."""
        for name, source in given.items():
            if name not in self._notebook.names:
                with contextlib.suppress(Exception):  # the answer that needs it will say so
                    exec(source, self._notebook.names)

    def run_all(self, sources: list[str], answers: list[int]) -> Iterator[list[dict[str, Any]]]:
        """Run cells and yield their outputs, those of several cells at a time.

        answers: the numbers of the cells with a grade id.
        """
        done: list[dict[str, Any]] = []
        told = time.monotonic()
        for number, source in enumerate(sources):
            done.append(self.run(source, number in answers))
            if time.monotonic() - told > TELL_EVERY:
                yield done
                done, told = [], time.monotonic()
        if done:
            yield done

    def run(self, source: str, is_answer: bool = False) -> dict[str, Any]:
        """Run one cell and return its output. An error ends this cell, but not the others."""
        if not CODE.search(source):  # only comments, such as code that is switched off
            return {**NOTHING}
        self._count += 1
        name = f"<cell {self._count}>"
        # So that errors can show the lines of the cell.
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        what = ANSWER if is_answer else OWN
        seconds, wall = self._time.left(what)
        if not seconds:
            self._define(definitions(source), name)
            return {**NOTHING, "error": f"{NOT_RUN}, because {self._time.used_up(what)}"}
        try:
            shown, raised = self._run(source, name, seconds, wall)
        except BaseException as error:  # for example in the __repr__ of a class of the student
            words = f"{type(error).__name__} while showing the output of this cell"
            shown, raised = {**NOTHING, "error": words}, None
        finally:
            set_timers(0, 0)
            self._time.spend(what)
        if raised is not None and (line := self._goes_on_after(raised, name, is_answer)) >= 0:
            self._define(definitions(source, line), name)
        return shown

    def _goes_on_after(self, raised: BaseException, name: str, is_answer: bool) -> int:
        """Return the line after which the definitions of a cell still count, or -1 if none do.

        They count behind the line that was stopped because of its time. In a cell without a grade
        id they also count behind an import that fails here, but not where the student works, and
        in the first cell behind any error, because set-up is there.
        """
        ours = isinstance(raised, ImportError) or self._count == 1
        if isinstance(raised, OutOfTimeError) or (ours and not is_answer):
            return line_of(raised, name)
        return -1

    def _define(self, statements: list[ast.stmt], name: str) -> None:
        """Run statements that only define something, each for itself, and show nothing of them."""
        self._notebook.begin_cell()
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            for statement in statements:
                seconds, wall = self._time.left(DEFINITION)
                if not seconds:
                    return
                with contextlib.suppress(BaseException):
                    self._start_clock(seconds, wall)
                    tree: Any = ast.Module([statement], [])
                    exec(self._notebook.compile(tree, name, "exec"), self._notebook.names)
                    set_timers(0, 0)
                set_timers(0, 0)
                self._time.spend(DEFINITION)

    def _start_clock(self, seconds: float, wall: float) -> None:
        """Let OutOfTimeError be raised after these CPU seconds, or these seconds on the wall."""
        out_of_time = stopper(time.process_time() + seconds)
        signal.signal(signal.SIGPROF, out_of_time)
        signal.signal(signal.SIGALRM, out_of_time)
        set_timers(seconds, wall)

    def _run(
        self, source: str, name: str, seconds: float, wall: float
    ) -> tuple[dict[str, Any], BaseException | None]:
        """Run a cell, and return what it showed and the exception that ended it."""
        printed, complained = StringIO(), StringIO()
        displayed = self._notebook.begin_cell()
        raised: BaseException | None = None
        with redirect_stdout(printed), redirect_stderr(complained):
            try:
                self._start_clock(seconds, wall)
                raised = self._execute(source, name)
                set_timers(0, 0)
            except BaseException as escaped:
                raised = escaped
        error = "" if raised is None else describe_error(raised)
        if isinstance(raised, OutOfTimeError):
            computed = f"{STOPPED} after {seconds:.3g} seconds of computing"
            waited = f"{STOPPED} after {wall:.3g} seconds of computing and waiting"
            error = computed if raised.args == (signal.SIGPROF,) else waited
        texts = [printed.getvalue(), complained.getvalue() if not error else ""]
        texts += [f"{d['data'].get('text/plain', '')}\n" for d in displayed if not is_picture(d)]
        pictures = [as_bytes(d["data"]["image/png"]) for d in displayed if is_picture(d)]
        shown = {
            "text": "".join(texts)[: int(self._limits["text"])],
            "pictures": [np.frombuffer(p, np.uint8) for p in self._fitting(pictures)],
            "error": error,
        }
        return shown, raised

    def _fitting(self, pictures: list[bytes]) -> Iterator[bytes]:
        """Yield the pictures of a cell for which the notebook still has room."""
        for picture in pictures[:MAX_PICTURES]:
            if len(picture) <= self._room:
                self._room -= len(picture)
                yield picture

    def _execute(self, source: str, name: str) -> BaseException | None:
        """Run a cell: plain Python here, magics and other IPython syntax in the shell.

        Returns the exception of a cell that ran in the shell; other exceptions are raised.
        """
        notebook = self._notebook
        if PROMPT.match(source) or is_magic_without_percent(source, notebook.names):
            return notebook.run_in_shell(source)
        in_loop = notebook.loop.is_for(source)
        if "import" in source:
            find_new_modules()
        try:
            shared = None if in_loop or notebook.compile.flags else self._shared.get(source)
            code = (
                shared.named(name) if shared else compiled(source, name, notebook.compile, in_loop)
            )
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            if INSTALLING.search(source):  # without %; nothing is installed here anyway
                return self._execute(INSTALLING.sub("pass", source), name)
            if not (SYNTAX.search(source) or ESCAPED.search(source) or is_python(source)):
                raise
            return notebook.run_in_shell(source)
        try:
            if in_loop:
                value = notebook.loop.run(evaluate_all(code.parts, notebook.names))
            else:
                for part in code.parts:
                    value = eval(part, notebook.names)
            if code.has_value and value is not None and not source.rstrip().endswith(";"):
                notebook.show(value)
        finally:
            notebook.end_cell()
        return None


def is_python(source: str) -> bool:
    """True if Python can read a cell, although it may not compile it.

    An example is `return` outside a function. As in a kernel, the lines above it run.
    """
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def line_of(error: BaseException, name: str) -> int:
    """Return the line of a cell that was running when an error was raised.

    Returns 0 if it cannot be found, because a magic ran the cell or because it is not Python.
    """
    frames = traceback.walk_tb(error.__traceback__)
    return next((line for frame, line in frames if frame.f_code.co_filename == name), 0)


def find_new_modules() -> None:
    """Let the next import see the modules that cells have just written to the working folder."""
    with contextlib.suppress(OSError):  # there may be no such folder any more
        if finder := sys.path_importer_cache.get(os.getcwd()):
            finder.invalidate_caches()  # type: ignore[attr-defined]


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
