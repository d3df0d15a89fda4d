"""A student's words, so that no browser makes more of them than words and formulas."""

import re

BREAK = "\u200b"  # a space of no width: the reader sees the same, the browser no markup
# What opens a tag, a link or picture or the definition of one, and TeX that links or styles.
MARKUP = re.compile(
    r"(?<=<)(?=[a-z/!?])|(?<=\])(?=\s*[(\[:])|(?<=\\)(?=href|require|class|style|cssid|html|unicode)",
    re.IGNORECASE,
)


def harmless(markdown: str) -> str:
    """Markdown without tags, links, pictures and links in formulas."""
    return MARKUP.sub(BREAK, markdown)
