"""Attacks with pictures in text cells, which a person who marks looks at in a browser.

What a browser might run calls `pwned()`. None of these attacks earns marks.
"""

import base64
import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

from PIL import Image

from .attack import Attack
from .notebook import SCRIPT, SVG, marks

Notebook = dict[str, Any]
PAGE = f"<!doctype html><html><body>{SCRIPT}</body></html>".encode()


def picture(kind: str, size: tuple[int, int] = (4, 4)) -> bytes:
    """Return the bytes of an honest picture."""
    file = io.BytesIO()
    Image.new("RGB", size, "navy").save(file, kind)
    return file.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return a chunk of a PNG file."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


PNG, JPEG = picture("PNG"), picture("JPEG")
HUGE = PNG[:16] + struct.pack(">II", 60_000, 60_000) + PNG[24:29]
HUGE += struct.pack(">I", zlib.crc32(HUGE[12:29])) + PNG[33:]
COMMENT = b"\xff\xfe" + struct.pack(">H", len(PAGE) + 2) + PAGE


def told(text: str, **attachments: dict[str, str]) -> Callable[[Notebook], None]:
    """Return a function that puts a text and attachments into an answer in words."""

    def write(notebook: Notebook) -> None:
        cell = next(c for c in notebook["cells"] if marks(c).get("grade_id") == "shift_of_softmax")
        cell["source"] = text
        cell["attachments"] = {name.replace("_", "."): each for name, each in attachments.items()}

    return write


def attached(data: bytes, kind: str = "image/png") -> Callable[[Notebook], None]:
    """Return a function that attaches a file to an answer in words, and shows it there."""
    return told("![x](attachment:x.png)", x_png={kind: base64.b64encode(data).decode()})


def inline(data: bytes, kind: str) -> str:
    """Return a file as an address that contains it."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def with_a_name(name: str) -> Callable[[Notebook], None]:
    """Return a function that attaches an honest picture under a hostile name."""

    def write(notebook: Notebook) -> None:
        told(f"![x](attachment:{name})")(notebook)
        cell = next(c for c in notebook["cells"] if "attachments" in c)
        cell["attachments"] = {name: {"image/png": base64.b64encode(PNG).decode()}}

    return write


def very_many(notebook: Notebook) -> None:
    bundle = {"image/png": base64.b64encode(PNG).decode()}
    attachments = {f"{i}.png": bundle for i in range(20_000)}
    notebook["cells"].append(
        {"cell_type": "markdown", "metadata": {}, "source": "", "attachments": attachments}
    )


ATTACKS = [
    Attack("a_drawing_is_no_picture", change=attached(SVG.encode(), "image/svg+xml")),
    Attack("a_drawing_that_says_it_is_png_is_no_picture", change=attached(SVG.encode())),
    Attack("a_page_that_says_it_is_png_is_no_picture", change=attached(PAGE)),
    Attack("a_page_is_no_picture", change=attached(PAGE, "text/html")),
    Attack("a_picture_with_a_page_behind_it_is_not_passed_on", change=attached(PNG + PAGE)),
    Attack("a_jpeg_with_a_page_behind_it_loses_the_page", change=attached(JPEG + PAGE)),
    Attack(
        "a_jpeg_with_a_page_in_a_comment_loses_the_page",
        change=attached(JPEG[:2] + COMMENT + JPEG[2:]),
    ),
    Attack(
        "a_png_with_a_page_in_a_chunk_loses_the_page",
        change=attached(PNG[:33] + chunk(b"tEXt", b"x\0" + PAGE) + PNG[33:]),
    ),
    Attack("the_first_bytes_of_a_picture_make_none", change=attached(PNG[:8] + PAGE)),
    Attack("the_first_bytes_of_a_jpeg_make_none", change=attached(JPEG[:3] + PAGE)),
    Attack("a_picture_too_large_for_a_browser_is_not_passed_on", change=attached(HUGE)),
    Attack("very_many_pictures_are_not_passed_on", change=very_many),
    Attack(
        "a_drawing_in_the_text_is_not_passed_on",
        change=told(f"![x]({inline(SVG.encode(), 'image/svg+xml')})"),
    ),
    Attack(
        "a_page_in_the_text_is_not_passed_on",
        change=told(f"![x]({inline(PAGE, 'image/png')}) [x]({inline(PAGE, 'text/html')})"),
    ),
    Attack(
        "words_for_a_picture_stay_words",
        change=told(
            f"![{SCRIPT}](attachment:x.png) "
            '![x](attachment:x.png "x\\" onload=pwned()") '
            "[![x](attachment:x.png)](javascript:pwned())",
            x_png={"image/png": base64.b64encode(PNG).decode()},
        ),
    ),
    Attack("the_name_of_a_picture_is_not_run", change=with_a_name(f"a){SCRIPT}.png")),
    Attack("the_name_of_a_picture_is_no_path", change=with_a_name("../../../tmp/pwned.png")),
    Attack("the_name_of_a_picture_is_no_address", change=with_a_name("javascript:pwned()")),
]
