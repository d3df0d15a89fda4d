"""Turn Markdown into HTML that is safe to open, with formulas and attached pictures.

The text may come from a student. HTML in it is shown as it was typed, links lead nowhere, and only
pictures that are attached to its cell are shown. The grading has checked these, see
grading/pictures.py.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from .formulas import mathml

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_TEXT = 40_000  # characters; the grading leaves at most 20,000 of a cell and a note
KINDS = ("image/png", "image/jpeg")
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
Attachments = Mapping[str, Mapping[str, str]]  # the pictures of a cell in Base64 by name and kind


def markdown_html(text: str, pictures: Mapping[str, str] | None = None) -> str:
    """Return Markdown as HTML. pictures: the addresses of the attached pictures by name."""
    return str(_parser().render(text[:MAX_TEXT], {"pictures": pictures or {}}))


def line_html(text: str) -> str:
    """Return one line of Markdown as HTML without a paragraph around it."""
    return str(_parser().renderInline(text[:MAX_TEXT], {"pictures": {}}))


def embedded(attachments: Attachments) -> dict[str, str]:
    """Return addresses that hold the attached pictures themselves, by name."""
    return {
        name: f"data:{kind};base64,{''.join(data.split())}"
        for name, (kind, data) in pictures_in(attachments).items()
    }


def pictures_in(attachments: Attachments) -> dict[str, tuple[str, str]]:
    """Return the kind and the Base64 text of each attached picture by name."""
    return {
        name: (kind, data)
        for name, kinds in attachments.items()
        for kind, data in kinds.items()
        if kind in KINDS and BASE64.fullmatch(data)
    }


@cache
def _parser() -> "MarkdownIt":
    # Imported late, because the pages of a class without written answers do not need them.
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.disable(["html_block", "html_inline", "link", "autolink", "reference"])
    parser.use(dollarmath_plugin, double_inline=True)
    parser.add_render_rule("image", _picture)
    for kind in ("math_inline", "math_inline_double", "math_block", "math_block_label"):
        parser.add_render_rule(kind, _formula)
    parser.add_render_rule("heading_open", _heading)
    parser.add_render_rule("heading_close", _heading)
    return parser


def _formula(renderer: Any, tokens: Sequence["Token"], i: int, options: Any, env: Any) -> str:
    token = tokens[i]
    display = token.type != "math_inline"
    formula = mathml(token.content, display)
    return (
        f'<div class="formula" tabindex="0">{formula}</div>'
        if token.type.startswith("math_b")
        else formula
    )


def _picture(renderer: Any, tokens: Sequence["Token"], i: int, options: Any, env: Any) -> str:
    """Return an attached picture; for any other, the words that stand for it."""
    words = escape(tokens[i].content)
    name = str(tokens[i].attrs.get("src", "")).removeprefix("attachment:")
    address = env["pictures"].get(name)
    return f'<img src="{escape(address)}" alt="{words}" loading="lazy">' if address else words


def _heading(renderer: Any, tokens: Sequence["Token"], i: int, options: Any, env: Any) -> str:
    """Return a heading as a paragraph in bold, because the page around it has its own headings."""
    return "<p><strong>" if tokens[i].type == "heading_open" else "</strong></p>\n"
