"""Put the theme's icons into the pages as small drawings.

The theme marks an icon by the classes of Font Awesome, as in `<i class="fa-solid fa-sun"></i>`,
and ships fonts and a script of 1.5 MB to draw it. Here the drawing of book/icons takes its place
when the page is written, so nothing has to be loaded, and nothing flickers. The classes stay, but
`fa-solid`, because the theme's style sheet sets sizes by them.
"""

import re
from functools import cache
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ThemeError
from sphinx.jinja2glue import BuiltinTemplateLoader

DRAWINGS = Path(__file__).parents[1] / "icons"
ICON = re.compile(r'<(i|span) class="([^"]*\bfa-solid\b[^"]*)"([^>]*)></\1>')
TITLE = re.compile(r'\s*title="([^"]*)"')
SCRIPT = re.compile(r"\s*<script[^>]*\bscripts/fontawesome\.js[^>]*></script>")


class Templates(BuiltinTemplateLoader):
    """Sphinx's own templates, whose output gets the drawings."""

    def render(self, template: str, context: dict) -> str:
        """Return a page with its icons drawn, and without the script that would draw them."""
        return ICON.sub(drawn, SCRIPT.sub("", super().render(template, context)))


def drawn(icon: re.Match) -> str:
    """Return an icon as SVG. It has a name where the theme gives it one, and else is decoration."""
    classes = [each for each in icon[2].split() if each != "fa-solid"]
    drawings = [found for each in classes if (found := drawing(each.removeprefix("fa-")))]
    if not drawings:
        raise ThemeError(f"the theme shows an icon that book/icons does not have: {icon[0]}")
    title = TITLE.search(icon[3])
    attributes = TITLE.sub("", icon[3]) + (' role="img"' if title else ' aria-hidden="true"')
    opening, shape = drawings[0]
    name = f"<title>{title[1]}</title>" if title else ""
    return f'{opening} class="drawn-icon {" ".join(classes)}"{attributes}>{name}{shape}</svg>'


@cache
def drawing(name: str) -> tuple[str, str] | None:
    """Return the opening tag of a drawing, without its end, and the shape; None without a file."""
    file = DRAWINGS / f"{name}.svg"
    if not file.is_file():
        return None
    text = re.sub(r"<!--.*?-->|\n", "", file.read_text(encoding="utf-8"))
    opening, _, shape = text.removesuffix("</svg>").partition(">")
    return opening, shape


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.config.template_bridge = "icons.Templates"
    return {"parallel_read_safe": True, "parallel_write_safe": True}
