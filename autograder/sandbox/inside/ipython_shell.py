"""IPython's shell with Matplotlib, for magics, displays and pictures as in a notebook.

The import takes half a second, so cells.py creates the shell only if a notebook needs it.
"""

import ast
import re
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.page import as_hook
from matplotlib.figure import Figure

from autograder.sandbox.inside import figures
from autograder.sandbox.inside.event_loop import EventLoop

SHOWN = ("text/plain", "image/png")
# Magics that set something up which may not be there. If one of them fails, its cell goes on.
SETTING_UP = frozenset(
    "autoreload aimport conda config gui load_ext mamba matplotlib micromamba pip pylab reload_ext "
    "store unload_ext uv".split()
)
# Magics of a kernel that concern its front end or its process, and do nothing here.
OF_A_FRONT_END = "autosave clear connect_info edit less man more qtconsole subshell".split()
# Commands that would install something. There is no network, and pip would wait for it in vain.
INSTALLS = re.compile(r"\b(?:pip3?|conda|mamba|micromamba|uv|apt|apt-get|brew)\b.*\binstall\b")


class ValueHook(DisplayHook):
    """A display hook that collects values as other displays are collected, without a prompt."""

    def write_output_prompt(self) -> None:
        """Write nothing: a prompt would be taken for something that the cell has printed."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        """Collect the value as text or as a picture."""
        assert self.shell is not None
        self.shell.display_pub.outputs.append({"data": format_dict})


class Shell(InteractiveShell):
    """IPython's shell. It collects in display_pub.outputs what cells display.

    loop: the event loop of the notebook.
    """

    loop = EventLoop()
    displayhook_class = ValueHook

    def enable_gui(self, gui: Any = None) -> None:
        """Do nothing, although "%matplotlib inline" calls this: there is no graphical interface."""

    def show(self, value: Any) -> None:
        """Display the value of the last line of a cell as text or as a picture."""
        assert self.display_formatter is not None
        self.display_pub.outputs.append(
            {"data": self.display_formatter.format(value, include=SHOWN)[0]}
        )

    def flush(self) -> None:
        """Display the figures that the cell has drawn but not shown."""
        self.events.trigger("post_execute")

    def should_run_async(self, raw_cell: str, **more: Any) -> bool:
        """True if a cell is to be run in the event loop."""
        return more.get("preprocessing_exc_tuple") is None and self.loop.is_free_for(raw_cell)

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        """Run a magic. One that is not there, or cannot set something up, only warns."""
        if self._find_with_lazy_load("line", magic_name) is None:
            return warn(f"there is no magic %{magic_name} here")
        try:
            return super().run_line_magic(magic_name, line, _stack_depth + 1)
        except Exception as error:
            if magic_name not in SETTING_UP:
                raise
            return warn(f"%{magic_name} {line} does not work here ({error})")

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        """Run a cell magic. If there is no such magic, warn, and run the rest if it is Python."""
        if self._find_with_lazy_load("cell", magic_name) is not None:
            return super().run_cell_magic(magic_name, line, cell)
        warn(f"there is no magic %%{magic_name} here")
        try:
            ast.parse(self.transform_cell(cell))
        except SyntaxError:
            return None
        self.run_cell(cell).raise_error()
        return None

    def system(self, cmd: str) -> None:
        """Run a command of the system, but install nothing."""
        if INSTALLS.search(cmd):
            warn(f"nothing is installed here ({cmd})")
        else:
            self.system_piped(cmd)

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """Return the output of a command of the system, but install nothing."""
        if INSTALLS.search(cmd):
            warn(f"nothing is installed here ({cmd})")
            cmd = "true"
        return super().getoutput(cmd, split, depth + 1)


def warn(words: str) -> None:
    """Tell the reader of a cell what is left out of it."""
    print(f"Left out: {words}.", file=sys.stderr)


def make_shell(
    module: ModuleType, picture: Callable[[Figure], bytes | None], loop: EventLoop
) -> Shell:
    """Return a shell that runs cells in the given module, with Matplotlib loaded.

    picture: returns the PNG picture of a figure, or None if it is not to be shown. loop: the event
    loop for cells that need one.
    """
    HistoryManager.enabled = False  # type: ignore[assignment]
    Shell.colors = "nocolor"  # type: ignore[assignment]
    Shell.loop = loop
    shell = Shell.instance(user_module=module)
    shell.loop_runner = loop.run
    shell.display_pub = CapturingDisplayPublisher()
    for name in OF_A_FRONT_END:
        shell.magics_manager.magics["line"][name] = lambda line: None
    shell.set_hook("show_in_pager", as_hook(lambda *_, **__: None), 1)  # as in a kernel
    shell.run_line_magic("load_ext", "storemagic")
    shell.run_line_magic("matplotlib", "inline")
    assert shell.display_formatter is not None
    shell.display_formatter.formatters["image/png"].for_type(Figure, picture)
    figures.warm_up()
    shell.builtin_trap.activate()  # cells can use `display` and `get_ipython` without an import
    return shell
