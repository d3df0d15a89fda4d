"""Write the version on every page, and buttons that lead to the repository, to Binder and to Colab.

The addresses come from the environment. REPOSITORY_URL is the address of the repository of this
course, such as https://github.com/owner/name. BOOK_URL is the address of the published book. A
button is absent if its address is unset. Binder opens the repository, so it must be on GitHub. For
Colab there is a notebook in the folder `kits` of the site. Readers download it and open it there.
"""

import os
import re
from importlib.metadata import version
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from autograder.bank import ASSIGNMENTS

GITHUB = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?")
CHAPTER = re.compile(r"book/(\d)-")


def write_version(app: Sphinx, config: Config) -> None:
    """Add the version of the course to the foot of every page."""
    options = config.html_theme_options
    said = f'<p class="edition">Version {version("backpropagation-course")}</p>'
    options["extra_footer"] = options.get("extra_footer", "") + said


def add_buttons(app: Sphinx, page: str, template: str, context: dict[str, Any], _: object) -> None:
    """Add the buttons to the bar above a page."""
    if app.builder.name != "html" or "header_buttons" not in context:
        return
    repository, book = app.config.repository_url.rstrip("/"), app.config.book_url
    on_github, chapter = GITHUB.fullmatch(repository), CHAPTER.match(page)
    buttons = []
    if repository:
        buttons.append(_button("code-branch", "Repository of this course", repository))
    if chapter:
        name = list(ASSIGNMENTS)[int(chapter[1]) - 1]
        if on_github:
            path = f"{on_github[1]}/HEAD?urlpath=lab/tree/exercises/{name}/{name}.ipynb"
            address = f"https://mybinder.org/v2/gh/{path}"
            buttons.append(_button("rocket", f"Exercises {name} on Binder", address))
        if book:
            address = context["pathto"](f"kits/{name}-colab.ipynb", resource=True)
            buttons.append(_button("cloud", f"Exercises {name} for Colab (notebook)", address))
    context["header_buttons"] += buttons


def _button(icon: str, words: str, address: str) -> dict[str, str]:
    """Return a button as the theme wants it. It shows the drawing of book/icons."""
    return {
        "type": "link",
        "url": address,
        "tooltip": words,
        "text": "",
        "icon": f"fa-solid fa-{icon}",
        "label": f"{icon}-button",
    }


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.connect("config-inited", write_version)
    app.connect("html-page-context", add_buttons, priority=600)  # after the theme's own
    # With another address, Sphinx writes all pages again.
    for name in ("REPOSITORY_URL", "BOOK_URL"):
        app.add_config_value(name.lower(), os.environ.get(name, ""), "html")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
