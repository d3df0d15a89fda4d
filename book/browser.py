"""Find the Chromium that prints the book, takes its pictures and opens its pages in tests."""

import shutil

# Debian's chromium-headless-shell has no window, and opens a page with half the work.
PROGRAMS = ("chromium-headless-shell", "chromium", "google-chrome")


def chromium_path() -> str | None:
    """Return the path of the first of PROGRAMS that is installed, None if there is none."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)
