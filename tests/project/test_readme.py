"""The README: its example prints the output shown there, and the linked files exist."""

import re

from support.places import ROOT

README = ROOT / "README.md"
FENCE = "```{}\n(.*?)^```"


def test_the_example_of_the_readme_prints_what_stands_below_it(capsys):
    text = README.read_text(encoding="utf-8")
    code, shown = (
        re.search(FENCE.format(kind), text, re.MULTILINE | re.DOTALL).group(1)
        for kind in ("python", "text")
    )
    exec(code, {})
    printed = capsys.readouterr().out
    before, after = shown.split(": ...\n")
    assert printed.startswith(before + ":\n")
    assert printed.endswith(after)


def test_every_picture_and_file_that_the_readme_links_to_is_there():
    links = re.findall(r"\]\(([^)#:]+)\)", README.read_text(encoding="utf-8"))
    assert "docs/pictures/page.png" in links
    for link in links:
        assert (README.parent / link).exists(), link
