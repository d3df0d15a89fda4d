"""Formulas and figures that are set late on the screen are all there in print."""

import sys

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from support.places import BOOK

SETTINGS = {
    "extensions": ["myst_parser", "formulas", "lazy_images"],
    "myst_enable_extensions": ["dollarmath"],
    "mathjax_path": "mathjax/startup.js",
}
DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="{}pt" height="{}pt" viewBox="0 0 9 9"></svg>'


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A function from the name of a builder to the page that it makes of a formula and a figure."""
    monkeypatch.setattr(sys, "path", [str(BOOK / "extensions"), *sys.path])
    (tmp_path / "index.md").write_text("# Page\n\n$$x$$\n\n![a dot](dot.svg)\n", encoding="utf-8")
    (tmp_path / "dot.svg").write_text(DOT.format("144.5", "72"), encoding="utf-8")

    def build(builder):
        folders = (tmp_path, None, tmp_path / builder, tmp_path / "tree", builder)
        with docutils_namespace():
            Sphinx(*folders, SETTINGS, status=None, warning=sys.stderr).build()
        return (tmp_path / builder / "index.html").read_text(encoding="utf-8")

    return build


def test_on_the_screen_formulas_and_figures_wait_for_the_reader(page):
    html = page("html")
    assert '"typeset": false' in html and "formulas.js" in html
    assert '<img loading="lazy" width="193" height="96" ' in html


def test_in_print_formulas_and_figures_are_there_at_once(page):
    html = page("singlehtml")
    assert "mathjax/startup.js" in html and "dot.svg" in html
    assert "typeset" not in html and "formulas.js" not in html
    assert "lazy" not in html
