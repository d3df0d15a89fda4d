"""Show a verdict as HTML: in notebooks, in pages of the book, and in pages about a class.

The result is a fragment with class names and no script. STYLE makes it readable anywhere; a page
with a style sheet of its own can leave it out. Texts of students are escaped.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import escape

from .book_links import address, book_url, place
from .verdict import Example, Verdict

STYLE = """\
<style>
.verdict { --line: #006b4d; --back: #006b4d14; border-left: 4px solid var(--line);
  padding: 8px 16px; max-width: 46rem; overflow-x: auto; background: var(--back); }
.verdict-partly { --line: #7d5500; --back: #c8910022; }
.verdict-wrong { --line: #a5173f; --back: #a5173f14; }
.verdict-open { --line: #565d66; --back: #565d6614; }
.verdict p, .verdict ul, .verdict h4, .verdict table { margin: 6px 0; text-align: left; }
.verdict h4, .verdict summary { font-size: 1em; font-weight: 650; }
.verdict table { border-collapse: collapse; display: inline-table; margin-right: 24px;
  vertical-align: top; }
.verdict caption { text-align: left; caption-side: top; }
.verdict th, .verdict td { border: 0; border-top: 1px solid #80808066; padding: 2px 10px 2px 0;
  text-align: left; vertical-align: top; font-weight: normal; background: none; }
.verdict pre { margin: 0; padding: 0; border: 0; background: none; font-size: 0.9em; }
</style>
"""
# Words of the ids that are not written in small letters.
SPELLINGS = {"jacobian": "Jacobian", "n": "N", "nan": "NaN", "relu": "ReLU", "xor": "XOR"}
CODE = re.compile(r"`([^`\n]+)`")


def html(verdict: Verdict, folded: bool = False, book: str = "") -> str:
    """Return a verdict as HTML.

    It shows a coloured line, the name of the mistake and why it is one, an example in two tables,
    and a link into the book. folded: True to hide hints, mistake and example until they are opened.
    book: the address of the book, or empty for the one in BOOK_URL. Without any, there is no link.
    """
    return _box(verdict, "".join(_lines(verdict, folded, book or book_url())))


def pieces(verdict: Verdict, book: str, error: str = "") -> dict[str, str]:
    """Return a verdict as three pieces of HTML, for a page that shows them one after the other.

    line: the coloured line, with the remarks. hint: sentences that narrow a mistake down. mistake:
    its name and why it is one, an example, and a link into the book. The last two are empty if
    there is nothing to tell. error: a sentence about an error outside of the functions.
    """
    undefined = verdict.verdict == "missing" and error  # the error is the reason
    first = replace(verdict, verdict="error", headline=error) if undefined else verdict
    line = [*_points(first), *_remarks(first)]
    if error and not undefined:
        line.append(f"<p>{_text(error)}</p>")
    told = _explanation(verdict)
    link = [f"<p>Read {_book_link(verdict.see, book)}.</p>"] if verdict.see and told else []
    return {
        "line": _box(first, "".join(line)),
        "hint": _list(verdict.hints) if verdict.hints else "",
        "mistake": "".join([told, *link]),
    }


def _box(verdict: Verdict, content: str) -> str:
    mistake = f' data-mistake="{escape(verdict.misconception)}"' if verdict.misconception else ""
    return f'<div class="verdict verdict-{_state(verdict)}"{mistake}>{content}</div>'


def name_in_words(misconception: str) -> str:
    """Return the id of a mistake as a heading: "keepdims-forgotten" is "Keepdims forgotten"."""
    words = " ".join(SPELLINGS.get(word, word) for word in misconception.split("-"))
    return words[:1].upper() + words[1:]


def _state(verdict: Verdict) -> str:
    if verdict.verdict in ("missing", "manual"):
        return "open"
    if verdict.verdict == "correct":
        return "right"
    return "partly" if verdict.score > 0 else "wrong"


def _lines(verdict: Verdict, folded: bool, book: str) -> Iterator[str]:
    yield from _points(verdict)
    if verdict.hints and (folded or not verdict.why):
        yield _part("Hint", _list(verdict.hints), folded)
    if told := _explanation(verdict):
        named = verdict.why or verdict.misconception
        yield _part("Mistake" if named else "Example", told, folded)
    yield from _remarks(verdict)
    if verdict.see:
        yield f"<p>Read {_book_link(verdict.see, book)}.</p>"


def _points(verdict: Verdict) -> Iterator[str]:
    yield f"<p><strong>{escape(verdict.points)}.</strong> {_text(verdict.headline)}</p>"
    if verdict.given:
        yield f"<p>{_text(verdict.given_in_words)}</p>"


def _remarks(verdict: Verdict) -> Iterator[str]:
    yield from (f"<p>Remark: {_text(remark)}.</p>" for remark in verdict.remarks)


def _explanation(verdict: Verdict) -> str:
    """Return the name of the mistake, why it is one, and an example; as far as they are known."""
    mistake = f"<p>{_text(verdict.why)}</p>" if verdict.why else ""
    if verdict.misconception:
        mistake = f"<h4>{escape(name_in_words(verdict.misconception))}</h4>{mistake}"
    return mistake + (_example(verdict.example) if verdict.example else "")


def _part(title: str, content: str, folded: bool) -> str:
    return f"<details><summary>{title}</summary>{content}</details>" if folded else content


def _list(hints: tuple[str, ...]) -> str:
    if len(hints) == 1:
        return f"<p>{_text(hints[0])}</p>"
    return "<ul>" + "".join(f"<li>{_text(hint)}</li>" for hint in hints) + "</ul>"


def _example(example: Example) -> str:
    """Return an example as two tables: the arguments, and the right values beside the student's."""
    note = f" ({escape(example.note)})" if example.note else ""
    given = "".join(_row(name, text) for name, text in example.inputs)
    yours = dict(example.yours)
    compared = "".join(
        _row(f"right {part}", text) + (_row(f"your {part}", yours[part]) if part in yours else "")
        for part, text in example.right
    )
    tables = (("Example" + note, given), ("Results", compared))
    return "".join(
        f"<table><caption>{title}</caption><tbody>{rows}</tbody></table>"
        for title, rows in tables
        if rows
    )


def _row(name: str, text: str) -> str:
    return f'<tr><th scope="row">{escape(name)}</th><td><pre>{escape(text)}</pre></td></tr>'


def _text(text: str) -> str:
    """Return a text as HTML. What stands between two backticks is shown as code."""
    return CODE.sub(r"<code>\1</code>", escape(text)).replace("\n", "<br>")


def _book_link(label: str, book: str) -> str:
    """Return the place in the book; as a link if the address of the book is known."""
    words, target = escape(place(label)), address(label, book)
    if not target:
        return words
    return f'<a href="{escape(target)}" target="_blank" rel="noopener">{words}</a>'
