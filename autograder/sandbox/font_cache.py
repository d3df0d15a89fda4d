"""Matplotlib's list of fonts, made once: to make it anew takes a third of a sandbox's start."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path


def font_list() -> Path | None:
    """The file with the list of the fonts that Matplotlib itself brings; None where it cannot be kept.

    It is made by a process of its own, because nothing of ours needs Matplotlib.
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
