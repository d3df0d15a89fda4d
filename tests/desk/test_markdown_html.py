"""Markdown of students and markers as HTML: formulas and pictures, and no markup of their own."""

import pytest
from bs4 import BeautifulSoup

from autograder.desk.markdown_html import embedded, line_html, markdown_html

PIXEL = "iVBORw0KGgo="
HOSTILE = [
    "<script>pwned()</script>",
    "<img src=x onerror=pwned()>",
    "[click](javascript:pwned())",
    "<javascript:pwned()>",
    "[a]: javascript:pwned()\n\n[a]",
    "![p](javascript:pwned())",
    "![p](https://example.org/x.png)",
    '![p" onerror="pwned()](attachment:a.png)',
    r"$\text{<script>pwned()</script>}$",
    r"$\text{&lt;script&gt;pwned()&lt;/script&gt;}$",
    r"$\href{javascript:pwned()}{x}$",
    r"$\style{background:url(javascript:pwned())}{x}$",
    r"$\class{x\" onclick=\"pwned()}{y}$",
    "$$\n<svg onload=pwned()>\n$$",
    "```<script>\npwned()\n```",
    "# <b onclick=pwned()>x</b>",
    "| <script> |\n|---|\n| <i onclick=pwned()> |",
]
ALLOWED = set("p strong em code pre ul ol li table thead tbody tr th td div img br hr".split())
MATHS = set("math mrow mi mn mo mtext msup msub mfrac mtable mtr mtd mstyle mspace".split())


@pytest.mark.parametrize("text", HOSTILE)
def test_no_markup_of_the_writer_is_left(text):
    page = BeautifulSoup(
        markdown_html(text, embedded({"a.png": {"image/png": PIXEL}})), "html.parser"
    )
    for tag in page.find_all(True):
        assert tag.name in ALLOWED | MATHS
        assert not [
            name for name in tag.attrs if name.startswith("on") or name in ("href", "style")
        ]
        assert tag.get("src", "data:image/png;").startswith("data:image/png;")


@pytest.mark.parametrize(
    "attachment", [{"text/html": "AAAA"}, {"image/svg+xml": "AAAA"}, {"image/png": '"><script>'}]
)
def test_only_pictures_are_embedded(attachment):
    assert embedded({"a": attachment}) == {}
    assert "<img" not in markdown_html("![a](attachment:a)", embedded({"a": attachment}))


def test_formulas_become_mathml():
    shown = markdown_html(
        "The slope of $x^2$ is\n\n$$\n\\begin{aligned} y &= 2x \\\\ z &= 3 \\end{aligned}\n$$"
    )
    assert shown.count("<math") == 2
    assert "<mtable" in shown
    assert "&amp;" not in shown
    assert "<msup>" in line_html("$e^{1000}$")


@pytest.mark.parametrize(
    "formula", [r"\frac{", "{" * 500 + "}" * 500, "x" * 5000, "x^2^2", r"\left("]
)
def test_a_formula_that_cannot_be_read_is_shown_as_typed(formula):
    page = BeautifulSoup(markdown_html(f"before ${formula}$ after"), "html.parser")
    assert formula in page.get_text()
