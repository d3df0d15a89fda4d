"""Show readers how far they are: a row at the top of each chapter, and the page "My progress".

    ```{my-progress} questions
    ```

The argument is the part of the page: `questions` lists all boxes by chapter, `notebooks` has a
button for each assignment, `file` exports, imports and deletes. The row comes by itself into every
page that has boxes (see live_question.py). All of it can be read without a script. The script
book/live/js/progress.js fills in the states and shows the buttons.
"""

from html import escape
from itertools import groupby
from typing import Any

from docutils import nodes
from live_question import asked, catalogue
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

OFF = "Live code is off in this copy of the book, so it cannot show your progress."
NO_SCRIPT = "This needs JavaScript, which is off in your browser."


class MyProgress(nodes.General, nodes.Element):
    """A part of the page "My progress". Its HTML is made when all pages have been read."""


class MyProgressDirective(SphinxDirective):
    """The directive. An unknown part is reported in one line."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the part. Raises DirectiveError if there is no such part."""
        (part,) = self.arguments
        if part not in PARTS:
            raise self.error(f"my-progress: choose one of {', '.join(PARTS)}, not {part!r}")
        pages(self.env).add(self.env.docname)
        return [MyProgress("", part=part)]


def pages(env: BuildEnvironment) -> set[str]:
    """Return the names of the pages with the directive."""
    if not hasattr(env, "progress_pages"):
        env.progress_pages = set()
    return env.progress_pages


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Remove a page from the list, because Sphinx is going to read it again."""
    pages(env).discard(docname)


def merge(app: Sphinx, env: BuildEnvironment, docnames: list[str], other: Any) -> None:
    """Add the pages that another process has read."""
    pages(env).update(pages(other) & set(docnames))


def rewritten(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return the pages to write again when any page has changed: they list all boxes."""
    return sorted(pages(env))


def fill_in(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put the row below the goals or the title, and make the parts of "My progress"."""
    if app.builder.name != "html":
        for node in list(doctree.findall(MyProgress)):
            node.parent.remove(node)
        return
    boxes = catalogue(app)
    here = [box for box in boxes if box["page"] == page]
    title = next(doctree.findall(nodes.title), None)
    if here and title is not None:
        goals = (each for each in title.parent if "goals" in each.get("classes", ()))
        place = title.parent.index(next(goals, title)) + 1
        title.parent.insert(place, _raw(row(app, here, page)))
    for node in list(doctree.findall(MyProgress)):
        node.replace_self(_raw(PARTS[node["part"]](app, boxes, page)))


def row(app: Sphinx, boxes: list[dict[str, Any]], page: str) -> str:
    """Return the row of a chapter: a sentence, and a link to each of its boxes."""
    links = "".join(
        f'<li><a href="#{box["anchor"]}" {_question(box)}>'
        f'<span class="progress-number">{box["number"]}</span>'
        f' <span class="progress-hidden">{escape(box["title"])}:'
        f' <span class="progress-state">{_points(box["points"])}</span></span></a></li>'
        for box in boxes
    )
    more = ""
    for target in sorted(pages(app.env)):
        address = app.builder.get_relative_uri(page, target)
        more = f' <a href="{address}">My progress</a>'
    return (
        '<nav class="progress-row" aria-label="Questions of this chapter" data-questions>'
        f"<p><span data-summary>This chapter has {_amount(boxes)} to answer here</span>.{more}</p>"
        f'<ol>{links}</ol><p class="progress-trouble" role="status"></p></nav>'
    )


def questions(app: Sphinx, boxes: list[dict[str, Any]], page: str) -> str:
    """Return all boxes in a table for each chapter."""
    tables = "".join(
        _table(app, docname, list(group), page)
        for docname, group in groupby(boxes, key=lambda box: box["page"])
    )
    return (
        '<div class="progress-questions" data-questions>'
        f"{_plain(app)}"
        f'<p class="progress-total" data-summary>The book has {_amount(boxes)}.</p>'
        f'<p class="progress-trouble" role="status"></p>{tables}</div>'
    )


def _table(app: Sphinx, docname: str, boxes: list[dict[str, Any]], page: str) -> str:
    number = app.env.toc_secnumbers.get(docname, {}).get("")
    words = app.env.titles[docname].astext()
    chapter = escape(f"{number[0]}. {words}" if number else words)
    address = app.builder.get_relative_uri(page, docname)
    rows = "".join(
        f'<tr {_question(box)}><th scope="row"><a href="{address}#{box["anchor"]}">'
        f"{box['number']} {escape(box['title'])}</a></th>"
        f'<td>{box["points"]:g}</td><td class="progress-state">not tried yet</td></tr>'
        for box in boxes
    )
    return (
        '<div class="progress-chapter" data-questions>'
        f'<table><caption><a href="{address}">{chapter}</a>:'
        f" <span data-summary>{_amount(boxes)}</span></caption>"
        '<thead><tr><th scope="col">Question</th><th scope="col">Points</th>'
        f'<th scope="col">State</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def notebooks(app: Sphinx, boxes: list[dict[str, Any]], page: str) -> str:
    """Return a button for the notebook of each assignment that has boxes."""
    names = sorted({box["assignment"] for box in boxes})
    buttons = "".join(
        f'<li><button type="button" data-notebook="{name}">Download {name}.ipynb</button></li>'
        for name in names
    )
    return _with_buttons(app, "progress-notebooks", f"<ul>{buttons}</ul>")


def file(app: Sphinx, boxes: list[dict[str, Any]], page: str) -> str:
    """Return the buttons that export, import and delete."""
    buttons = (
        '<button type="button" name="export">Export</button>'
        '<button type="button" name="import">Import</button>'
        '<button type="button" name="delete">Delete</button>'
        '<input type="file" accept=".json,application/json" aria-label="File to import" hidden>'
    )
    return _with_buttons(app, "progress-file", buttons)


PARTS = {"questions": questions, "notebooks": notebooks, "file": file}


def _with_buttons(app: Sphinx, name: str, buttons: str) -> str:
    return (
        f'<div class="{name}">{_plain(app)}<div class="progress-buttons" hidden>{buttons}</div>'
        '<p class="progress-said" role="status"></p></div>'
    )


def _plain(app: Sphinx) -> str:
    """Return the sentence that stands where no script runs."""
    return f'<p class="progress-plain">{NO_SCRIPT if app.config.live_questions else OFF}</p>'


def _question(box: dict[str, Any]) -> str:
    return f'data-question="{box["id"]}" data-points="{box["points"]:g}"'


def _amount(boxes: list[dict[str, Any]]) -> str:
    """Return, for example, "9 questions with 31 points"."""
    count = len(boxes)
    points = sum(box["points"] for box in boxes)
    return f"{count} question{'s' * (count != 1)} with {_points(points)}"


def _points(points: float) -> str:
    return f"{points:g} point{'s' * (points != 1)}"


def _raw(html: str) -> nodes.raw:
    return nodes.raw("", html, format="html")


def add_files(app: Sphinx, page: str, template: str, context: object, doctree: object) -> None:
    """Let the pages with progress load their style sheet and, where live code is on, the script."""
    if app.builder.name != "html" or not (page in pages(app.env) or asked(app.env).get(page)):
        return
    app.add_css_file("progress.css")
    if app.config.live_questions:
        app.add_js_file("live/live.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.setup_extension("live_question")
    app.add_node(MyProgress)
    app.add_directive("my-progress", MyProgressDirective)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", rewritten)
    app.connect("doctree-resolved", fill_in)
    app.connect("html-page-context", add_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
