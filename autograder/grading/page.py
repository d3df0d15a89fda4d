"""Cut a student's texts and code to what nbgrader's pages can show soon.

nbgrader turns every notebook into a page, for feedback and in formgrader. Its libraries need time
that grows with the square of a text's length for some texts, so a hostile cell of a megabyte could
hold up the feedback of a whole class for hours. The limits here are far above honest answers, and
they change only what is shown: the code has already run as a whole.
"""

import re
from collections import Counter
from collections.abc import Collection

from .markdown import harmless, with_pictures
from .notebook import NotebookCell, markdown_cell, nbgrader_mark

MAX_CELL = 20_000  # characters of one cell
MAX_LINE = 500  # characters of a line of code, or of a text that is shown as it was typed
MAX_SPACE = 100  # characters of white space in a row

SPACE = re.compile(rf"\s{{{MAX_SPACE + 1},}}")
LONG_LINE = re.compile(rf"([^\n]{{{MAX_LINE}}})[^\n]+")
PIECE_OF_LINE = re.compile(rf"[^\n]{{{MAX_LINE}}}(?=[^\n])")
PUNCTUATION = re.compile(r"[^\w\s]|_")
TOKEN = re.compile(r"\w+|[^\w\s]|\n")  # nbconvert puts each of them into a tag of its own
TILDES = re.compile("~+")

TOO_MUCH = "This cell is not shown, because the cells of this notebook are very long."
AS_TYPED = "This text is shown as it was typed, because it is long or has many special characters."

UNCOLOURED = "%%uncoloured"


def fit_page(cells: list[NotebookCell], released: list[NotebookCell]) -> None:
    """Change the student's cells in place, so that a page can show the notebook soon.

    Cells that are as we released them stay as they are, but a copy of one counts as the student's.
    """
    ours = Counter(cell["source"] for cell in released)
    room = Room()
    shown = []
    for cell in cells:
        source = cell["source"]
        if ours[source]:
            ours[source] -= 1
        elif not room.cell(cell):
            continue
        elif cell["cell_type"] == "markdown":
            cell["source"] = room.markdown(source, cell.get("attachments", ()))
        else:
            cell["source"] = room.code(source)
        shown.append(cell)
    if left_out := len(cells) - len(shown):
        words = f"*{left_out} more cells are not shown. All of their code ran.*"
        shown.append(markdown_cell(words, "left-out"))
    cells[:] = shown


class Room:
    """The amounts that the page of one notebook may still show.

    cells: those that the student has added. rendered: characters of Markdown. work: the time that
    this may take, see `work`. typed: characters of code, and of Markdown that is shown as it was
    typed. tokens: words and signs of code that is shown in colours.
    """

    def __init__(self) -> None:
        self.cells = 300
        self.rendered = 20_000
        self.work = 100_000_000
        self.typed = 200_000
        self.tokens = 10_000

    def cell(self, cell: NotebookCell) -> bool:
        """True if a cell is to be shown: a cell with an answer, or one for which there is room."""
        if nbgrader_mark(cell):
            return True
        self.cells -= 1
        return self.cells >= 0

    def markdown(self, source: str, pictures: Collection[str]) -> str:
        """Return a text to show: as Markdown if there is room for that, else as it was typed.

        pictures: the names of those attached to the cell, which are always shown.
        """
        text = _narrow(source[:MAX_CELL])
        note = _cut(source)
        if len(text) <= self.rendered and work(text) <= self.work:
            self.rendered -= len(text)
            self.work -= work(text)
            shown = "".join([f"*{note}*\n\n" if note else "", harmless(text, pictures)])
            return with_pictures(shown, pictures)
        if len(text) > self.typed:
            return with_pictures(f"*{TOO_MUCH}*", pictures)
        self.typed -= len(text)
        typed = f"*{' '.join([AS_TYPED, note]).strip()}*\n\n{_as_typed(text)}"
        return with_pictures(typed, pictures)

    def code(self, source: str) -> str:
        """Return code to show, with a line at the top if it is not the whole or has no colours."""
        text = LONG_LINE.sub(r"\1 …", _narrow(source[:MAX_CELL]))
        if len(text) > self.typed:
            return f"# {TOO_MUCH} All of its code ran."
        self.typed -= len(text)
        note = _cut(source) or ("" if text == source else "Long lines are cut here.")
        tokens = len(TOKEN.findall(text))
        # A cell such as %%perl is coloured by the rules of another language, and some are slow.
        spent = 10 * work(text) if "%%" in text else 0
        if tokens > self.tokens or spent > self.work:
            # A cell that begins with a magic that nbconvert does not know is shown without colours.
            return f"{UNCOLOURED} {note}".rstrip() + f"\n{text}"
        self.tokens -= tokens
        self.work -= spent
        return f"# {note} All of the code ran.\n{text}" if note else text


def work(text: str) -> int:
    """Return a bound of the steps that it takes to render a text.

    At each special character, a rule of Markdown may begin that searches to the end of the text.
    """
    return len(PUNCTUATION.findall(text)) * len(text)


def _narrow(text: str) -> str:
    """Return the text with short runs of white space: their first and last characters."""
    half = MAX_SPACE // 2
    return SPACE.sub(lambda run: run[0][:half] + run[0][-half:], text)


def _cut(source: str) -> str:
    """Return a sentence that says how much of a cell is shown, or an empty text if it is all."""
    if len(source) <= MAX_CELL:
        return ""
    return f"Only the first {MAX_CELL:,} of {len(source):,} characters are shown here."


def _as_typed(text: str) -> str:
    """Return Markdown that shows a text as it is, in lines of a bounded length."""
    lines = PIECE_OF_LINE.sub(lambda piece: piece[0] + "\n", harmless(text))
    fence = "~" * max(3, 1 + max(map(len, TILDES.findall(lines)), default=0))
    return f"{fence}\n{lines}\n{fence}"
