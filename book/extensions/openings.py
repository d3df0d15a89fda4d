"""Open each chapter with what a reader wants to know first: how long, which notebook, which goals.

A line above the title has the number of the chapter, the time, the self-checks and the notebook.
The section "What you will be able to do" becomes a list of goals without a number. Each section
gets its time. The times come from book/lengths.py, which counts the finished HTML, so that it and
the page say the same.
"""

import re
import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

sys.path.append(str(Path(__file__).parents[1]))

from lengths import Length, length, parsed

from autograder.bank import ASSIGNMENTS

CHAPTER = re.compile(r"book/(\d)-")
GOALS = "What you will be able to do"
RULE = '<div class="double-rule" aria-hidden="true"></div>'
TOP, TIME = "<!--opening-->", re.compile(r"<!--time of (\S+)-->")
SHORT = 2  # minutes; a shorter section gets no time


class Goals(SphinxTransform):
    """Turn the section with the goals into a list, before the contents are collected."""

    default_priority = 300

    def apply(self, **kwargs: Any) -> None:
        """Replace the section by its content, with the goals in a container."""
        if not CHAPTER.match(self.env.docname):
            return
        for section in list(self.document.findall(nodes.section)):
            if section[0].astext() == GOALS:
                goals = nodes.container(classes=["goals"], ids=section["ids"])
                goals += _raw('<h2 class="goals-title">You will be able to</h2>')
                rest = section.children[1:]
                while rest and isinstance(rest[0], nodes.bullet_list):
                    goals += rest.pop(0)
                section.replace_self([goals, *rest])


def mark_places(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Mark the places for what is known when the page is finished, and draw the double rule."""
    if app.builder.name != "html" or not (CHAPTER.match(page) or page == app.config.root_doc):
        return
    title = next(doctree.findall(nodes.title), None)
    if title is None:
        return
    chapter = title.parent
    if CHAPTER.match(page):
        for section in chapter.findall(nodes.section, include_self=False):
            if section.parent is chapter:
                section.insert(1, _raw(f"<!--time of {section['ids'][0]}-->"))
        chapter.insert(0, _raw(TOP))
    chapter.insert(chapter.index(title) + 1, _raw(RULE))


def fill_in(app: Sphinx, page: str, template: str, context: dict[str, Any], _: object) -> None:
    """Write the line above the title, and the times of the sections."""
    if TOP not in context.get("body", ""):
        return
    whole = parsed(context["body"])
    body = context["body"].replace(TOP, line_above(app, page, length(whole)))

    def time(place: re.Match) -> str:
        section = whole.find(id=place[1])
        return time_of(length(section)) if section else ""

    context["body"] = TIME.sub(time, body)


def line_above(app: Sphinx, page: str, found: Length) -> str:
    """Return the line above the title of a chapter."""
    number = int(CHAPTER.match(page)[1])
    count = sum(bool(CHAPTER.match(each)) for each in app.env.found_docs)
    parts = [f"<b>Chapter {number} of {count}</b>", f"about {found.minutes} min"]
    if found.live_boxes:
        parts.append(f"{_count(found.live_boxes, 'question')}, {found.live_minutes} min")
    parts.append(_count(found.self_checks, "self-check"))
    names = list(ASSIGNMENTS)
    if number <= len(names):
        parts.append(f"notebook {names[number - 1]}")
    return f'<p class="eyebrow added">{" ".join(f"<span>{part}</span>" for part in parts)}</p>'


def time_of(found: Length) -> str:
    """Return the time of a section, or nothing if it is short."""
    if found.minutes < SHORT:
        return ""
    boxes = f", and {found.live_minutes} for {_count(found.live_boxes, 'question')}"
    more = boxes if found.live_boxes else ""
    return f'<p class="time added">about {found.minutes} min{more}</p>'


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'s' * (number != 1)}"


def _raw(html: str) -> nodes.raw:
    return nodes.raw("", html, format="html")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.add_transform(Goals)
    app.connect("doctree-resolved", mark_places, priority=400)  # before the row of progress.py
    app.connect("html-page-context", fill_in, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
