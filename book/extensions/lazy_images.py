"""Let a figure load when the reader comes near it, and keep its place free until then."""

import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

SIZE = re.compile(r'<svg[^>]*\bwidth="([\d.]+)pt" height="([\d.]+)pt"')
PIXELS = 96 / 72  # in a point


def visit_image(self: HTML5Translator, node: nodes.image) -> None:
    """Write an image. Its width and height let the browser reserve the place for it."""
    file = Path(self.builder.srcdir, node["uri"])  # the parent class changes the address
    HTML5Translator.visit_image(self, node)
    size = (
        SIZE.search(file.read_text(encoding="utf-8"))
        if file.suffix == ".svg" and file.is_file()
        else None
    )
    if self.builder.name == "html" and size:  # print loads all images at once
        width, height = (round(float(each) * PIXELS) for each in size.groups())
        opening = f'<img loading="lazy" width="{width}" height="{height}" '
        self.body[-1] = self.body[-1].replace("<img ", opening, 1)


def depart_image(self: HTML5Translator, node: nodes.image) -> None:
    """Finish an image as the parent class does."""
    HTML5Translator.depart_image(self, node)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.add_node(nodes.image, override=True, html=(visit_image, depart_image))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
