"""IPython's shell with Matplotlib: magics, displays and pictures as in a notebook.

It takes half a second to import, so cells.py creates it only when a notebook needs it.
"""

from types import ModuleType
from typing import Any

import matplotlib.pyplot as plt
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell

SHOWN = ("text/plain", "image/png")


class Shell(InteractiveShell):
    """IPython's shell; it collects what is displayed in display_pub.outputs."""

    def enable_gui(self, gui: Any = None) -> None:
        """Do nothing: "%matplotlib inline" asks for a graphical interface, and there is none."""

    def show(self, value: Any) -> None:
        """Display the value of a cell's last line as text or as a picture."""
        assert self.display_formatter is not None
        self.display_pub.outputs.append(
            {"data": self.display_formatter.format(value, include=SHOWN)[0]}
        )

    def flush(self) -> None:
        """Display figures that were drawn and not shown."""
        self.events.trigger("post_execute")


def make_shell(module: ModuleType) -> Shell:
    """Return a shell that runs cells in the given module, with Matplotlib loaded."""
    HistoryManager.enabled = False  # type: ignore[assignment]
    Shell.colors = "nocolor"  # type: ignore[assignment]
    shell = Shell.instance(user_module=module)
    shell.display_pub = CapturingDisplayPublisher()
    shell.run_line_magic("matplotlib", "inline")
    plt.close(plt.figure())  # loads the fonts once, before any fork
    shell.builtin_trap.activate()  # `display` and `get_ipython` are there without being imported
    return shell
