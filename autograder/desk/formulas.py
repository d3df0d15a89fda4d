"""Turn formulas into MathML, which browsers show without a script and without a network.

A formula may come from a student. latex2mathml does not escape what it finds in a formula, and it
knows commands for links and styles. So we take its tree, keep only attributes that change how a
formula looks, and write the tree ourselves.
"""

import re
from html import escape, unescape
from xml.etree.ElementTree import Element, tostring

MAX_LENGTH = 2000  # characters; no formula of the course has half as many
MAX_DEPTH = 100  # of elements within elements
ATTRIBUTES = {
    *("xmlns", "display", "displaystyle", "scriptlevel", "mathvariant", "stretchy", "fence"),
    *("form", "movablelimits", "columnalign", "columnspacing", "rowspacing", "accent"),
    *("accentunder", "linethickness"),
}
# Environments with lines that latex2mathml does not know. It knows `split`, which looks the same.
LINES = re.compile(
    r"\\(begin|end)\{(?:aligned|gather(?:ed|\*)?|(?:eqnarray|multline|equation)\*?)\}"
)


def mathml(formula: str, display: bool = False) -> str:
    """Return a formula as MathML; as the TeX that was typed if it cannot be read.

    display: True for a formula on a line of its own.
    """
    # Imported late, because most pages have no formula.
    from latex2mathml.converter import convert_to_element

    kind = "block" if display else "inline"
    if len(formula) <= MAX_LENGTH:
        try:
            tree = convert_to_element(LINES.sub(r"\\\1{split}", formula), display=kind)
            _clean(tree, MAX_DEPTH)
            return tostring(tree, encoding="unicode", short_empty_elements=False)
        except Exception:  # the library also has errors of other kinds for what it misreads
            pass
    return f"<code>{escape(formula)}</code>"


def _clean(element: Element, depth: int) -> None:
    """Remove attributes that we do not know, and turn entities into characters.

    Raises ValueError if elements are nested too deeply.
    """
    if not depth:
        raise ValueError("the formula is nested too deeply")
    element.attrib = {n: value for n, value in element.attrib.items() if n in ATTRIBUTES}
    element.text = unescape(element.text or "")
    for child in element:
        _clean(child, depth - 1)
