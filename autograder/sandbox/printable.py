"""Make text of a student safe to print on a terminal."""


def printable(text: str, keep: str = "") -> str:
    r"""Return the text with every character that does not print written as Python's escape for it.

    These are control characters (which can clear a terminal), marks that turn the direction of the
    text around, and halves of characters (which cannot be written as UTF-8). An escape character,
    for example, becomes the four characters \x1b. keep: other characters to leave as they are.
    """
    return "".join(
        c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text
    )
