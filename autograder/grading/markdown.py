"""Defuse a student's Markdown, so that a browser shows only text, formulas and checked pictures."""

import re
from collections.abc import Collection

BREAK = "\u200b"  # a zero-width space: readers do not see it, but it breaks the markup
# The places at which a tag, a link, a picture or the definition of a link begins, and the TeX
# commands that can link or change the style of the page.
MARKUP = re.compile(
    r"(?<=<)(?=[a-z/!?])|(?<=\])(?=\s*[(\[:])|(?<=\\)(?=href|require|class|style|cssid|html|unicode)",
    re.IGNORECASE,
)
# The word after the fence of a code block, which names a language. nbconvert shows a block of
# `mermaid` without escaping it, and the rules of some languages are slow.
LANGUAGE = re.compile(
    r"^([ \t>*+:\-\d.)]*)(`{3,}(?=[^`\n]*$)|~{3,})[^\n]*$",
    re.MULTILINE,
)

# A picture that is attached to its cell under a plain name.
IMAGE = re.compile(r"!\[[^\[\]\n]*+\](?=\(attachment:([A-Za-z0-9._-]+)\))")


def harmless(markdown: str, pictures: Collection[str] = ()) -> str:
    """Return the Markdown without working tags, links, pictures, links in formulas and languages.

    pictures: the names of attachments that may be shown, each of them once, because a page holds a
    picture as often as it is shown. All lines end in a line feed, as they do for the libraries that
    render them.
    """
    lines = LANGUAGE.sub(r"\1\2", markdown.replace("\r\n", "\n").replace("\r", "\n"))
    first: dict[str, int] = {}
    for found in IMAGE.finditer(lines):
        if found[1] in pictures:
            first.setdefault(found[1], found.end())
    shown = set(first.values())
    return MARKUP.sub(lambda place: "" if place.start() in shown else BREAK, lines)


def with_pictures(markdown: str, pictures: Collection[str]) -> str:
    """Return the Markdown with those of the attached pictures at the end that it does not show."""
    shown = {found[1] for found in IMAGE.finditer(markdown)}
    lost = [f"![{name}](attachment:{name})" for name in pictures if name not in shown]
    return "\n\n".join([*filter(None, [markdown]), *lost])
