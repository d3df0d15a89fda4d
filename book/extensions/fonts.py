"""Bring the typefaces into the site, with their licences beside them.

book/live/fetch.py fetches them as npm packages into .cache. They are not there if the book is built
without live boxes (`make book LIVE=0`). Then the pages use the fonts of the reader's system.
"""

import shutil
from pathlib import Path

from sphinx.application import Sphinx

PACKAGES = Path(__file__).parents[2] / ".cache/live/node_modules/@fontsource-variable"
FILES = {
    "source-serif-4": ("latin-wght-normal", "latin-wght-italic", "greek-wght-normal"),
    "source-sans-3": ("latin-wght-normal",),
    "source-code-pro": ("latin-wght-normal",),
}


def load_style(app: Sphinx) -> None:
    """Let every page load the style sheet that names the files."""
    if PACKAGES.is_dir():
        app.add_css_file("fonts.css", priority=100)


def copy_fonts(app: Sphinx, error: Exception | None) -> None:
    """Copy the files that book/_static/fonts.css names."""
    if error is not None or app.builder.format != "html" or not PACKAGES.is_dir():
        return
    folder = Path(app.outdir, "_static", "fonts")
    folder.mkdir(parents=True, exist_ok=True)
    for face, styles in FILES.items():
        for style in styles:
            shutil.copy(PACKAGES / face / "files" / f"{face}-{style}.woff2", folder)
        shutil.copy(PACKAGES / face / "LICENSE", folder / f"{face}-licence.txt")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("builder-inited", load_style)
    app.connect("build-finished", copy_fonts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
