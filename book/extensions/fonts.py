"""Bring the typefaces into the site, with their licences beside them.

book/live/fetch.py fetches them as npm packages into .cache. They are not there if the book is built
without live boxes (`make book LIVE=0`). Then the pages use the fonts of the reader's system.
"""

import shutil
from pathlib import Path

from sphinx.application import Sphinx

PACKAGES = Path(__file__).parents[2] / ".cache/live/node_modules"
# The files of each package. Of the serif, three files of one weight are smaller than two with all.
FILES = {
    "@fontsource/source-serif-4": (
        "source-serif-4-latin-400-normal",
        "source-serif-4-latin-400-italic",
        "source-serif-4-latin-600-normal",
        "source-serif-4-greek-400-normal",
    ),
    "@fontsource-variable/source-sans-3": ("source-sans-3-latin-wght-normal",),
    "@fontsource-variable/source-code-pro": ("source-code-pro-latin-wght-normal",),
}


def load_style(app: Sphinx) -> None:
    """Let every page load the style sheet that names the files."""
    if _are_here():
        app.add_css_file("fonts.css", priority=100)


def copy_fonts(app: Sphinx, error: Exception | None) -> None:
    """Copy the files that book/_static/fonts.css names."""
    if error is not None or app.builder.format != "html" or not _are_here():
        return
    folder = Path(app.outdir, "_static", "fonts")
    folder.mkdir(parents=True, exist_ok=True)
    for package, files in FILES.items():
        for file in files:
            shutil.copy(PACKAGES / package / "files" / f"{file}.woff2", folder)
        licence = f"{package.rpartition('/')[2]}-licence.txt"
        shutil.copy(PACKAGES / package / "LICENSE", folder / licence)


def _are_here() -> bool:
    return all((PACKAGES / package).is_dir() for package in FILES)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("builder-inited", load_style)
    app.connect("build-finished", copy_fonts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
