"""IPython's shell with Matplotlib, for magics, displays and pictures as in a notebook.

The import takes half a second, so cells.py creates the shell only if a notebook needs it.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.figure import Figure

from autograder.sandbox.inside import figures

SHOWN = ("text/plain", "image/png")


class Shell(InteractiveShell):
    """IPython's shell. It collects in display_pub.outputs what cells display."""

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


def make_shell(module: ModuleType, picture: Callable[[Figure], bytes | None]) -> Shell:
    """Return a shell that runs cells in the given module, with Matplotlib loaded.

    picture: returns the PNG picture of a figure, or None if it is not to be shown.
    """
    HistoryManager.enabled = False  # type: ignore[assignment]
    Shell.colors = "nocolor"  # type: ignore[assignment]
    shell = Shell.instance(user_module=module)
    shell.display_pub = CapturingDisplayPublisher()
    shell.run_line_magic("matplotlib", "inline")
    assert shell.display_formatter is not None
    shell.display_formatter.formatters["image/png"].for_type(Figure, picture)
    figures.warm_up()
    shell.builtin_trap.activate()  # cells can use `display` and `get_ipython` without an import
    return shell
