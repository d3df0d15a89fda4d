"""IPython's shell with Matplotlib: magics, displays and pictures as a notebook has them.

Half a second to import; cells.py does without until a notebook asks for it.
"""

from types import ModuleType
from typing import Any

import matplotlib.pyplot as plt
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell

SHOWN = ("text/plain", "image/png")


class Shell(InteractiveShell):
    """IPython's shell, which keeps what is displayed in display_pub.outputs."""

    def enable_gui(self, gui: Any = None) -> None:
        """What "%matplotlib inline" asks for; there is none."""

    def show(self, value: Any) -> None:
        """Display the value of a cell's last line, as far as it is text or a picture."""
        assert self.display_formatter is not None
        self.display_pub.outputs.append(
            {"data": self.display_formatter.format(value, include=SHOWN)[0]}
        )

    def flush(self) -> None:
        """Display the pictures that were drawn and not shown."""
        self.events.trigger("post_execute")


def make_shell(module: ModuleType) -> Shell:
    """A shell that runs cells in a module, in which matplotlib is warm."""
    HistoryManager.enabled = False  # type: ignore[assignment]
    Shell.colors = "nocolor"  # type: ignore[assignment]
    shell = Shell.instance(user_module=module)
    shell.display_pub = CapturingDisplayPublisher()
    shell.run_line_magic("matplotlib", "inline")
    plt.close(plt.figure())  # loads the fonts once, before any fork
    shell.builtin_trap.activate()  # `display` and `get_ipython` are there without being imported
    return shell
