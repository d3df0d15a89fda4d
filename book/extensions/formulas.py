"""Bring MathJax into the site: the files that a page can ask for, and no more.

On the screen a formula is set when it comes near the window, because a chapter has hundreds of
them. The single page that is printed has all of them set at once.
"""

from importlib.util import find_spec
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.fileutil import copy_asset

MATHJAX = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax"
LAZY = "ui/lazy"
# The first holds TeX input, HTML output and the MathML for screen readers. It asks for the rest.
FILES = ("tex-chtml.js", f"{LAZY}.js", "output/chtml/fonts/woff-v2", "input/tex/extensions")


def set_near_formulas_only(app: Sphinx) -> None:
    """Let MathJax wait with the formulas that are far from the window, except in print."""
    if app.builder.name == "html":
        settings = app.config.mathjax3_config or {}
        app.config.mathjax3_config = {**settings, "loader": {"load": [LAZY]}}


def copy_mathjax(app: Sphinx, error: Exception | None) -> None:
    """Copy the files beside the pages, where `mathjax_path` in _config.yml expects them."""
    if error is None and app.builder.format == "html":
        for name in FILES:
            target = Path(app.outdir, "_static", "mathjax", name)
            copy_asset(MATHJAX / name, target if (MATHJAX / name).is_dir() else target.parent)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("builder-inited", set_near_formulas_only)
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
