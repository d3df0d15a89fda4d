"""Remove what the theme brings along and no page loads."""

import shutil
from pathlib import Path

from sphinx.application import Sphinx

# Maps are for people who debug the theme, and icons.py draws what Font Awesome would draw.
NOT_LOADED = ("**/*.map", "scripts/fontawesome.js*", "vendor")


def remove(app: Sphinx, error: Exception | None) -> None:
    """Remove the files and folders from the finished site."""
    for pattern in NOT_LOADED:
        for path in list(Path(app.outdir, "_static").glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("build-finished", remove)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
