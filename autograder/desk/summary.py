"""Tell the result of one submission in Markdown, as GitHub shows it on the page of a run."""

import re
from dataclasses import replace
from html import escape

from ..grading.result import Result
from ..marking.book_links import link
from ..marking.render import name_in_words
from ..marking.verdict import Verdict

MAX_TEXT = 4000  # characters of the explanation of one question
# The characters that Markdown understands. A student's text holds them as they are.
MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$@:])")


def summary(result: Result, with_examples: bool) -> str:
    """Return a table of all questions, and below it the explanation of each that lost points.

    with_examples: False if the inputs are secret, because an example shows some of them.
    """
    lines = [f"## {plain(result.assignment)}: {result.score:g} of {result.max_score:g} points", ""]
    if result.message:
        lines += [plain(result.message), ""]
    lines += ["| question | points | |", "| --- | ---: | --- |"]
    lines += [_row(verdict) for verdict in result.questions]
    for verdict in result.questions:
        if verdict.verdict not in ("correct", "manual", "missing") or verdict.remarks:
            lines += ["", *_explained(verdict if with_examples else replace(verdict, example=None))]
    return "\n".join(lines) + "\n"


def _row(verdict: Verdict) -> str:
    words = name_in_words(verdict.misconception) if verdict.misconception else verdict.verdict
    points = f"{verdict.score:g} of {verdict.max_score:g}"
    return f"| {plain(verdict.id)} | {points} | {plain(words)} |"


def _explained(verdict: Verdict) -> list[str]:
    lines = [verdict.message, *(f"Remark: {remark}" for remark in verdict.remarks)]
    if verdict.see:
        lines.append(f"Read {link(verdict.see)}.")
    text = "\n".join(lines)[:MAX_TEXT]
    longest = max((len(found) for found in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"### {plain(verdict.id)}", "", f"{fence}text", text, fence]


def plain(text: str) -> str:
    """Return a text in which Markdown and HTML find nothing, on one line."""
    return MARKS.sub(r"\\\1", escape(" ".join(text.split())))
