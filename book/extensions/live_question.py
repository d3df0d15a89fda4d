"""A directive for a graded question that readers answer and check inside the page.

    :::{live-question} linear_backward
    Write the backward pass of the linear layer: the three gradients that we have just derived.
    :::

The argument is the id of a question, and the content asks it in one or two sentences. The title,
the points, the stub and the worked solution come from the course itself: see live_box.py in
autograder/authoring.

The page is complete without a script: it shows the question and the stub, and says where the
notebook is. Where live code is on, box.js turns this into a box with an editor. `LIVE=0` in the
environment switches it off. Only pages with boxes load the script and the style sheet.
"""

import json
import os
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from autograder.authoring.live_box import LiveBox, live_box
from autograder.marking.book_links import file_of, place

OFF = "Live code is off in this copy of the book. You can answer this question in the notebook {}."
NO_SCRIPT = "Here you can check your answer if JavaScript is on. Or answer in the notebook {}."
log = logging.getLogger(__name__)


class LiveQuestion(nodes.General, nodes.Element):
    """A question, by its id. Its children are the content, which asks the question."""


class LiveQuestionDirective(SphinxDirective):
    """The directive. A question that is unknown or has no content is reported in one line."""

    has_content = True
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the question. Raises DirectiveError if there is no such question or no content."""
        try:
            box = live_box(self.arguments[0])
        except ValueError as error:
            raise self.error(f"live-question: {error}") from None
        if not self.content:
            raise self.error(f"live-question: ask {box.question.id} in one or two sentences below")
        for file in box.files:
            self.env.note_dependency(str(file))
        docname, number = self.env.docname, self.env.new_serialno("live-question") + 1
        name = f"try-it-{nodes.make_id(box.question.id)}"
        whole = LiveQuestion("", id=box.question.id, docname=docname, number=number, ids=[name])
        self.set_source_info(whole)
        self.state.nested_parse(self.content, self.content_offset, whole)
        asked(self.env).setdefault(docname, []).append((box.question.id, name, self.lineno))
        return [whole]


def asked(env: BuildEnvironment) -> dict[str, list[tuple[str, str, int]]]:
    """Return the id, the anchor and the line of every live question, by page."""
    if not hasattr(env, "live_questions"):
        env.live_questions = {}
    return env.live_questions


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget the live questions of a page that is read again."""
    asked(env).pop(docname, None)


def merge(app: Sphinx, env: BuildEnvironment, docnames: list[str], other: Any) -> None:
    """Add the live questions of the pages that another process has read."""
    asked(env).update({name: found for name, found in asked(other).items() if name in docnames})


def warn_of_doubles(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of a question that has two boxes. Drafts and points are kept by its id."""
    seen: dict[str, str] = {}
    for docname, questions in asked(env).items():
        for id, _, line in questions:
            if id in seen:
                message = f"live-question: {id} already has a box on the page {seen[id]}"
                log.warning(message, location=(docname, line))
            seen[id] = docname


def visit(self: HTML5Translator, node: LiveQuestion) -> None:
    """Open the box with its heading. The content follows."""
    box = live_box(node["id"])
    points = box.question.points
    title = f"{escape(box.title)} <span>{points:g} point{'s' * (points != 1)}</span>"
    (name,) = node["ids"]
    self.body.append(
        f'<live-question question="{box.question.id}" id="{name}" class="try-it" role="group"'
        f' aria-labelledby="{name}-title">\n'
        f'<div class="try-head"><p class="try-title" id="{name}-title">'
        f"<b>Try it {number_of(self, node)}</b> {title}</p></div>\n"
        '<div class="try-question">\n'
    )


def depart(self: HTML5Translator, node: LiveQuestion) -> None:
    """Write what follows the content of a box: its code, a notice, and the worked solution."""
    box = live_box(node["id"])
    off = NO_SCRIPT if self.config.live_questions else OFF
    notice = off.format(f"<code>{escape(box.notebook)}</code>")
    data = json.dumps(data_of(box, number_of(self, node)), ensure_ascii=False)
    data = data.replace("<", "\\u003c")  # so that no text can end the script element
    self.body.append(
        "</div>\n"
        f"{given(self, box)}{earlier(self, box)}"
        f'<pre class="try-stub">{escape(box.stub)}</pre>\n'
        f'<p class="try-notice">{notice}</p>\n'
        f"{solution(self, box)}"
        f'<script type="application/json" class="live-data">{data}</script>\n'
        "</live-question>\n"
    )


def number_of(self: HTML5Translator, node: LiveQuestion) -> str:
    """Return the number of a box: the chapter and its place there, such as 3.2."""
    return numbered(self.builder.env, node["docname"], node["number"])


def numbered(env: BuildEnvironment, docname: str, place: int) -> str:
    """Return the number of the box that has this place in its page."""
    numbers = env.toc_secnumbers
    # The printed book is a single page, in which the numbers of the others have longer names.
    single = numbers.get(env.config.root_doc, {}).get(f"{docname}/")
    chapter = numbers.get(docname, {}).get("") or single or ()
    return ".".join(map(str, (*chapter[:1], place)))


def data_of(box: LiveBox, number: str) -> dict[str, Any]:
    """Return what the scripts of the page need to know about a box."""
    question = box.question
    return {
        "id": question.id,
        "number": number,
        "title": box.title,
        "stub": box.stub,
        "assignment": box.assignment,
        "notebook": box.notebook,
        "uses": list(box.earlier),
    }


def given(self: HTML5Translator, box: LiveBox) -> str:
    """Return the functions that run before the reader's code, folded; an empty text if none do."""
    if not box.given:
        return ""
    names = [line[4 : line.index("(")] for line in box.given.splitlines() if line[:4] == "def "]
    listed = ", ".join(f"<code>{name}</code>" for name in names)
    code = highlighted(self, box.given)
    return f'<details class="try-given"><summary>Given: {listed}</summary>{code}</details>\n'


def earlier(self: HTML5Translator, box: LiveBox) -> str:
    """Return the answers of the book that the code may call. box.js shows those that it calls."""
    return "".join(
        f'<details class="try-earlier" data-question="{id}" hidden>'
        f"<summary>The book's version of <code>{id}</code></summary>{highlighted(self, code)}"
        "</details>\n"
        for id, code in box.earlier.items()
    )


def solution(self: HTML5Translator, box: LiveBox) -> str:
    """Return the worked solution. It is hidden until box.js shows it."""
    label = box.question.see
    here = f"../{file_of(label)}"  # all pages with boxes are in the folder book
    parts = [highlighted(self, box.solution)]
    if box.tried:
        cases = "".join(f"<li>{escape(note)}</li>" for note in box.tried)
        parts.append(f"<p>The check also tries these cases:</p><ul>{cases}</ul>")
    if box.inputs:
        words = "".join(
            f"<dt><code>{escape(name)}</code></dt><dd>{escape(text)}</dd>"
            for name, text in box.inputs.items()
        )
        parts.append(f"<p>These are other inputs in its examples:</p><dl>{words}</dl>")
    parts.append(f'<p>The book derives it in <a href="{here}">{escape(place(label))}</a>.</p>')
    inside = "\n".join(parts)
    return (
        '<details class="try-solution" hidden><summary>Worked solution</summary>\n'
        f"{inside}</details>\n"
    )


def highlighted(self: HTML5Translator, code: str) -> str:
    """Return Python code as HTML, in the colours of the book."""
    block = self.highlighter.highlight_block(code, "python", location=None)
    return f'<div class="highlight-python notranslate">{block}</div>'


def add_files(
    app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None
) -> None:
    """Let a page with boxes load their style sheet and, where live code is on, their script."""
    if doctree is None or not any(doctree.findall(LiveQuestion)):
        return
    app.add_css_file("try-it.css")
    if app.config.live_questions and app.builder.name == "html":
        app.add_js_file("live/live.js", loading_method="defer")


def catalogue(app: Sphinx) -> list[dict[str, Any]]:
    """Return all boxes of the book, in its order. `page` is the name of the page of a box."""
    numbers = app.env.toc_secnumbers
    pages = sorted(asked(app.env), key=lambda name: (numbers.get(name, {}).get("") or (), name))
    return [
        {
            "id": id,
            "number": numbered(app.env, page, place),
            "title": box.title,
            "points": box.question.points,
            "page": page,
            "anchor": anchor,
            "assignment": box.assignment,
        }
        for page in pages
        for place, (id, anchor, _) in enumerate(asked(app.env)[page], start=1)
        for box in [live_box(id)]
    ]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.add_config_value("live_questions", os.environ.get("LIVE") != "0", "html")
    app.add_node(LiveQuestion, html=(visit, depart))
    app.add_directive("live-question", LiveQuestionDirective)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-check-consistency", warn_of_doubles)
    app.connect("html-page-context", add_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
