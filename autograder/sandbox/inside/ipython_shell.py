"""IPython's shell with Matplotlib, for magics, displays and pictures as in a notebook.

The import takes half a second, so cells.py creates the shell only if a notebook needs it.
"""

from types import ModuleType
from typing import Any

import matplotlib.pyplot as plt
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell

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


def make_shell(module: ModuleType) -> Shell:
    """Return a shell that runs cells in the given module, with Matplotlib loaded."""
    HistoryManager.enabled = False  # type: ignore[assignment]
    Shell.colors = "nocolor"  # type: ignore[assignment]
    shell = Shell.instance(user_module=module)
    shell.display_pub = CapturingDisplayPublisher()
    shell.run_line_magic("matplotlib", "inline")
    plt.close(plt.figure())  # loads the fonts now, once for all forks
    shell.builtin_trap.activate()  # cells can use `display` and `get_ipython` without an import
    return shell
