"""Show a verdict as HTML: in notebooks, in pages of the book, and in pages about a class.

The result is a fragment with class names and no script. STYLE makes it readable anywhere; a page
with a style sheet of its own can leave it out. Texts of students are escaped.
"""

from collections.abc import Iterator
from html import escape

from .book_links import address, book_url, place
from .verdict import Verdict

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


def html(verdict: Verdict, folded: bool = False, book: str = "") -> str:
    """Return a verdict as HTML.

    It shows a coloured line, the name of the mistake and why it is one, an example in two tables,
    and a link into the book. folded: True to hide hints, mistake and example until they are opened.
    book: the address of the book, or empty for the one in BOOK_URL. Without any, there is no link.
    """
    lines = "".join(_lines(verdict, folded, book or book_url()))
    mistake = f' data-mistake="{escape(verdict.misconception)}"' if verdict.misconception else ""
    return f'<div class="verdict verdict-{_state(verdict)}"{mistake}>{lines}</div>'


def name_in_words(misconception: str) -> str:
    """Return the id of a mistake as a heading: "keepdims-forgotten" is "Keepdims forgotten"."""
    words = misconception.replace("-", " ")
    return words[:1].upper() + words[1:]


def _state(verdict: Verdict) -> str:
    if verdict.verdict in ("missing", "manual"):
        return "open"
    if verdict.verdict == "correct":
        return "right"
    return "partly" if verdict.score > 0 else "wrong"


def pieces(verdict: Verdict, book: str = "") -> dict[str, str]:
    """Return the pieces of a verdict as HTML, for a page that folds them itself.

    line: what is right and what is not. hint: the sentences that narrow it down. mistake: its name,
    why it is one, and the example. A piece without content is an empty text. The link into the book
    ends the last piece.
    """
    found = {
        "line": _headline(verdict),
        "hint": _list(verdict.hints) if verdict.hints else "",
        "mistake": _mistake(verdict) + _example(verdict),
    }
    last = [name for name, content in found.items() if content][-1]
    found[last] += _link(verdict, book or book_url())
    return found


def _lines(verdict: Verdict, folded: bool, book: str) -> Iterator[str]:
    yield _headline(verdict)
    if verdict.hints and (folded or not verdict.why):
        yield _part("Hint", _list(verdict.hints), folded)
    mistake, example = _mistake(verdict), _example(verdict)
    if mistake or example:
        yield _part("Mistake" if mistake else "Example", mistake + example, folded)
    yield _link(verdict, book)


def _headline(verdict: Verdict) -> str:
    """Return what the page shows first: the points, what is right and what is not, and remarks."""
    lines = [f"<strong>{escape(verdict.points)}.</strong> {_text(verdict.headline)}"]
    if verdict.given:
        lines.append(_text(verdict.given_in_words))
    lines += [f"Remark: {_text(remark)}." for remark in verdict.remarks]
    return "".join(f"<p>{line}</p>" for line in lines)


def _mistake(verdict: Verdict) -> str:
    """Return the name of the mistake and why it is one; an empty text if it was not recognised."""
    why = f"<p>{_text(verdict.why)}</p>" if verdict.why else ""
    if not verdict.misconception:
        return why
    return f"<h4>{escape(name_in_words(verdict.misconception))}</h4>{why}"


def _link(verdict: Verdict, book: str) -> str:
    return f"<p>Read {_book_link(verdict.see, book)}.</p>" if verdict.see else ""


def _part(title: str, content: str, folded: bool) -> str:
    return f"<details><summary>{title}</summary>{content}</details>" if folded else content


def _list(hints: tuple[str, ...]) -> str:
    if len(hints) == 1:
        return f"<p>{_text(hints[0])}</p>"
    return "<ul>" + "".join(f"<li>{_text(hint)}</li>" for hint in hints) + "</ul>"


def _example(verdict: Verdict) -> str:
    """Return the example as two tables: the arguments, and the right values beside the student's.

    The text is empty if the verdict has no example.
    """
    example = verdict.example
    if example is None:
        return ""
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
    return escape(text).replace("\n", "<br>")


def _book_link(label: str, book: str) -> str:
    """Return the place in the book; as a link if the address of the book is known."""
    words, target = escape(place(label)), address(label, book)
    if not target:
        return words
    return f'<a href="{escape(target)}" target="_blank" rel="noopener">{words}</a>'
