"""Remove what the theme brings along and no page loads or uses."""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import tinycss2
from sphinx.application import Sphinx

# Maps are for people who debug the theme, and icons.py draws what Font Awesome would draw.
NOT_LOADED = ("**/*.map", "scripts/fontawesome.js*", "vendor")
# Style sheets for everything that a page could have. Most of it no page has.
LARGE = ("styles/pydata-sphinx-theme.css", "sphinx-design.min.css", "mystnb.*.css")
WORD = re.compile(r"[A-Za-z_][\w-]*")
NAME = re.compile(r"[.#]((?:[\w-]|\\.)+)")
CONDITION = re.compile(r":(?:not|is|where|has)\([^()]*\)")
NESTED = {"media", "supports"}


def remove(app: Sphinx, error: Exception | None) -> None:
    """Remove the files, folders and rules from the finished site."""
    static = Path(app.outdir, "_static")
    for pattern in NOT_LOADED:
        for path in list(static.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    if error is None and app.builder.name == "html":
        words = words_of(Path(app.outdir))
        for sheet in (path for pattern in LARGE for path in static.glob(pattern)):
            rules = tinycss2.parse_stylesheet(sheet.read_text(encoding="utf-8"), True, True)
            sheet.write_text(lean(rules, words), encoding="utf-8")


def words_of(site: Path) -> set[str]:
    """Return the classes and ids of all pages, and all words in scripts, which may set classes."""
    found: set[str] = set()
    for page in site.rglob("*.html"):
        for names in re.findall(r'\b(?:class|id)="([^"]+)"', page.read_text(encoding="utf-8")):
            found.update(names.split())
    for script in [*site.glob("_static/*.js"), *site.glob("_static/scripts/*.js")]:
        found.update(WORD.findall(script.read_text(encoding="utf-8")))
    return found


def lean(rules: Iterable, words: set[str]) -> str:
    """Return the rules of a style sheet that apply to something in the site."""
    beginnings = tuple(word for word in words if word.endswith("-"))  # a script adds the rest

    def applies(selector: str) -> bool:
        names = NAME.findall(CONDITION.sub("", selector))
        return all(name in words or name.startswith(beginnings) for name in names)

    kept = []
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = split(tinycss2.serialize(rule.prelude))
            chosen = [each for each in selectors if applies(each)]
            if chosen:
                kept.append(f"{','.join(chosen)}{{{tinycss2.serialize(rule.content)}}}")
        elif rule.type == "at-rule" and rule.lower_at_keyword in NESTED and rule.content:
            inside = lean(tinycss2.parse_rule_list(rule.content, True, True), words)
            if inside:
                condition = tinycss2.serialize(rule.prelude)
                kept.append(f"@{rule.at_keyword}{condition}{{{inside}}}")
        else:
            kept.append(rule.serialize())
    return "".join(kept)


def split(selectors: str) -> list[str]:
    """Return the selectors of a rule. A comma in brackets does not separate them."""
    return re.split(r",(?![^(]*\))", selectors)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("build-finished", remove)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
