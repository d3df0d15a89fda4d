"""Defuse a student's Markdown, so that a browser shows only text and formulas."""

import re

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


def harmless(markdown: str) -> str:
    """Return the Markdown without working tags, links, pictures, links in formulas and languages.

    All lines end in a line feed, as they do for the libraries that render them.
    """
    lines = markdown.replace("\r\n", "\n").replace("\r", "\n")
    return MARKUP.sub(BREAK, LANGUAGE.sub(r"\1\2", lines))
