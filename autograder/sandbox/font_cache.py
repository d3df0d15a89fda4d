"""A file with Matplotlib's list of fonts.

Without the file, making the list would take a third of the start of a sandbox.
"""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path


def font_list() -> Path | None:
    """Return the file with the list of Matplotlib's own fonts, or None if it cannot be written.

    If there is no such file yet, a separate process makes it, because the grader itself does not
    import Matplotlib.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))
    folder = cache / "autograder" / f"matplotlib-{version('matplotlib')}"
    if not (found := sorted(folder.glob("fontlist-*.json"))):
        own_fonts = {"MPLCONFIGDIR": str(folder), "MPL_IGNORE_SYSTEM_FONTS": "1"}
        command = [sys.executable, "-c", "import matplotlib.font_manager"]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            subprocess.run(command, env=own_fonts, capture_output=True, check=False)
        except OSError:
            return None
        found = sorted(folder.glob("fontlist-*.json"))
    return found[0] if found else None
