"""Make the bytes of a submitted notebook small and plain before they are parsed.

Outputs and the states of widgets can be many times as large as all the rest, and we never read
them. They are cut out here without being parsed. Attachments are cut out too, because they are
parsed one cell at a time. The bytes may be anything, and all of this takes time in proportion to
their number.
"""

import codecs
import json
import re

MAX_CUTS = 10_000  # values that are cut out; after these, everything stays as it is
PIECE = 1 << 20  # bytes that are converted at a time, because a text in memory can be much larger

# A key with the list or dict after it. The quote is not one of a text such as "\"outputs\": []".
KEY = re.compile(rb'(?<!\\)"(outputs|widgets|attachments)"\s*+:\s*+(?=[\[{])')
# A text, a list or dict without texts and other lists or dicts in it, or a run of brackets; each
# with what follows it up to the next of them.
TOKEN = re.compile(
    rb'(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"|([\[{][^"\[\]{}]*+[\]}])|([\[{]++)|([\]}]++))[^"\[\]{}]*+',
    re.DOTALL,
)


def as_utf8(content: bytes) -> bytes:
    """Return a text in UTF-16 or UTF-32 as UTF-8, and any text without its byte order mark.

    Raises UnicodeDecodeError if the bytes begin like UTF-16 or UTF-32 but go on differently.
    """
    encoding = json.detect_encoding(content)
    if encoding in ("utf-8", "utf-8-sig"):
        return content.removeprefix(codecs.BOM_UTF8)
    pieces = (content[i : i + PIECE] for i in range(0, len(content), PIECE))
    texts = codecs.iterdecode(pieces, encoding, "surrogatepass")
    return b"".join(text.encode("utf-8", "surrogatepass") for text in texts)


def as_text(data: bytes) -> str:
    """Return the text of bytes in UTF-8, or else in cp1252, which old programs on Windows write.

    Raises UnicodeDecodeError if they are neither.
    """
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def cut(data: bytes) -> tuple[bytes, list[bytes]]:
    """Return a notebook without outputs, widgets and attachments, and the attachments of its cells.

    In the notebook, each attachment is replaced by its number in the list.
    """
    kept: list[bytes] = []
    attachments: list[bytes] = []
    start = 0
    for _ in range(MAX_CUTS):
        if not (found := KEY.search(data, start)):
            break
        kept.append(data[start : found.end()])
        start = _end_of_value(data, found.end())
        if found[1] == b"attachments":
            kept.append(b"%d" % len(attachments))
            attachments.append(data[found.end() : start])
        else:
            kept.append(b"[]")
    return b"".join([*kept, data[start:]]), attachments


def _end_of_value(data: bytes, start: int) -> int:
    """Return the place after a list or dict, or the end of the data if nothing closes it."""
    depth = 0
    for token in TOKEN.finditer(data, start):
        depth += token.end(2) - token.start(2)
        closed = token.end(3) - token.start(3)
        if closed >= depth:
            return token.start() + depth if closed else token.end(1)
        depth -= closed
    return len(data)
