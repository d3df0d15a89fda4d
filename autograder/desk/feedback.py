"""Write a feedback page for each student, into the folder from which nbgrader releases them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from markupsafe import Markup

from ..bank import ASSIGNMENTS
from ..grading.course_folder import CourseFolder
from ..grading.files import in_place, keep_beside, write_whole
from ..grading.notebook import NotebookCell, grade_id, plain
from ..marking.render import html, name_in_words
from .class_records import ClassRecords, Mark, Work
from .markdown_html import embedded, markdown_html
from .marked_notebooks import marked_cells
from .templating import fill
from .titles import heading_of, titles


@dataclass(frozen=True)
class Entry:
    """One question on the page of a student.

    mistake: the name of the mistake, or empty. state: what is wrong if it has no name. verdict,
    comment, text: HTML, or empty; text is the answer in words. code: the student's code.
    """

    id: str
    title: str
    score: float
    max_score: float
    by_hand: bool
    waiting: bool
    mistake: str
    state: str
    verdict: Markup
    comment: Markup
    text: Markup
    code: str


@dataclass(frozen=True)
class Part:
    """Some questions of a page under one heading. summary: the words to open a folded part."""

    title: str
    entries: list[Entry]
    summary: str = ""

    @property
    def folded(self) -> bool:
        """True if the part is hidden until the reader opens it."""
        return bool(self.summary)


@dataclass(frozen=True)
class FeedbackPage:
    """The contents of the page of one student, as the template feedback.html shows them."""

    assignment: str
    name: str
    file: str
    handed_in: str
    score: float
    max_score: float
    bonus: float
    bonus_max: float
    waiting_points: float
    penalty: float
    message: str
    rejected: str = ""
    advice: str = ""
    steps: list[Entry] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)


def write_feedback(records: ClassRecords, course: CourseFolder, book: str = "") -> Iterator[Path]:
    """Write the page of every student and yield its path.

    book: the address of the book, or empty for the one in BOOK_URL. Raises OSError if a folder
    leads to another one by a link.
    """
    writer = FeedbackWriter(records, course, book)
    for work in records.works:
        yield writer.write(work)


class FeedbackWriter:
    """A writer of the feedback pages of a class."""

    def __init__(self, records: ClassRecords, course: CourseFolder, book: str = "") -> None:
        self._records = records
        self._course = course
        self._book = book
        self._name = records.assignment.name
        released = records.assignment.released
        self._heading = heading_of(released) or self._name
        self._titles = {id: str(title) for id, title in titles(released).items()}
        self._stubs = {grade_id(c): plain(c["source"]) for c in released["cells"] if grade_id(c)}

    def write(self, work: Work) -> Path:
        """Write the page of a student, with the files of the exchange beside it."""
        folder = self._course.step("feedback") / work.student / self._name
        if not in_place(folder, self._course.step("feedback")):
            raise OSError(f"{folder} leads to another folder: remove the link")
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self._name}.html"
        marked = self._course.step("autograded") / work.student / self._name
        keep_beside(path, marked if in_place(marked, self._course.step("autograded")) else None)
        write_whole(path, [self.page(work)])
        return path

    def page(self, work: Work) -> str:
        """Return the page of a student as HTML."""
        return fill("feedback.html", page=self._contents(work))

    def _contents(self, work: Work) -> FeedbackPage:
        core, bonus = self._records.core, self._records.bonus
        cells = self._answers(work.student)
        entries = {mark.id: self._entry(mark, cells) for mark in work.marks}
        to_do = [entries[m.id] for m in work.marks if m.id in core and _is_to_do(m)]
        waiting = sum(
            m.max_score for m in work.marks if m.waiting and m.verdict.verdict == "manual"
        )
        score, max_score = work.total(core)
        bonus_score, bonus_max = work.total(bonus)
        return FeedbackPage(
            self._heading,
            work.name,
            f"{self._name}.ipynb",
            f"{work.handed_in:%d %B %Y, %H:%M} UTC" if work.handed_in else "",
            score,
            max_score,
            bonus_score,
            bonus_max,
            waiting,
            work.penalty,
            work.message,
            rejected=work.message if work.status == "rejected" else "",
            advice=self._advice(work, to_do),
            steps=to_do,
            parts=list(_parts(work.marks, entries, bonus)),
        )

    def _entry(self, mark: Mark, cells: Mapping[str, NotebookCell]) -> Entry:
        verdict = mark.verdict
        own = cells.get(mark.id)
        written = own is not None and own["cell_type"] == "markdown"
        shows = verdict.verdict != "manual"
        return Entry(
            mark.id,
            self._titles.get(mark.id, mark.id),
            mark.score,
            mark.max_score,
            mark.by_hand,
            mark.waiting,
            name_in_words(verdict.misconception or ""),
            _state(mark),
            Markup(html(verdict, book=self._book)) if shows else Markup(""),
            Markup(markdown_html(mark.comment)) if mark.comment else Markup(""),
            self._text(own) if own and written else Markup(""),
            self._code(cells.get(f"{mark.id}-answer")),
        )

    def _text(self, cell: NotebookCell) -> Markup:
        """Return an answer in words as HTML; empty if it is as it was handed out."""
        if plain(cell["source"]) == self._stubs.get(grade_id(cell)):
            return Markup("")
        return Markup(markdown_html(cell["source"], embedded(cell.get("attachments", {}))))

    def _code(self, cell: NotebookCell | None) -> str:
        """Return the code of an answer; empty if it is as it was handed out."""
        source = plain(cell["source"]) if cell else ""
        return "" if cell is None or source == self._stubs.get(grade_id(cell)) else source

    def _answers(self, student: str) -> dict[str, NotebookCell]:
        """Return the graded cells and the answers of the student's marked notebook, by grade id."""
        cells = marked_cells(self._course, student, self._name)
        return {grade_id(cell): cell for cell in cells if grade_id(cell)}

    def _advice(self, work: Work, to_do: list[Entry]) -> str:
        """Return a sentence that says where to go on."""
        if to_do:
            untouched = {mark.id for mark in work.marks if mark.is_untouched}
            if all(entry.id in untouched for entry in to_do):
                return "All your answers are right so far. These questions have no answer yet:"
            return (
                "Start at the top, because later questions build on earlier ones. Correct one "
                "question in your notebook, run its check, and go on with the next."
            )
        if any(mark.waiting for mark in work.marks):
            return "Your code is right. A person still has to mark the written answer."
        later = [name for name in ASSIGNMENTS if name > self._name]
        following = f" Go on with {later[0]}." if self._name in ASSIGNMENTS and later else ""
        return f"Everything is right.{following}"


def _is_to_do(mark: Mark) -> bool:
    """True for a question on which the student can still work."""
    lost = mark.score < mark.max_score
    return lost and (mark.by_hand or mark.verdict.verdict != "manual")


def _state(mark: Mark) -> str:
    """Return the words in the list of next steps for a question whose mistake has no name."""
    if mark.is_untouched:
        return "no answer yet"
    states = {"missing": "its function is not defined", "timeout": "stopped at the time limit"}
    return states.get(mark.verdict.verdict, "not right yet")


def _parts(marks: list[Mark], entries: dict[str, Entry], bonus: set[str]) -> Iterator[Part]:
    """Yield the parts of a page: what is not right, what people mark, what is right, the bonus."""
    core = [m for m in marks if m.id not in bonus]
    written = {m.id for m in core if m.verdict.verdict == "manual" or (m.by_hand and m.comment)}
    checked = [m for m in core if m.id not in written]
    wrong = [entries[m.id] for m in checked if m.score < m.max_score]
    right = [entries[m.id] for m in checked if m.score >= m.max_score]
    if wrong:
        yield Part("Not right yet", wrong)
    if by_hand := [entries[m.id] for m in core if m.id in written]:
        yield Part("Marked by a person", by_hand)
    if right:
        how_many = "1 question is" if len(right) == 1 else f"{len(right)} questions are"
        yield Part("Right", right, f"{how_many} right. Show what was checked")
    if extra := [entries[m.id] for m in marks if m.id in bonus]:
        untouched = all(m.is_untouched for m in marks if m.id in bonus)
        words = f"Show the bonus question{'s' if len(extra) > 1 else ''}, which you have not tried"
        yield Part("Bonus", extra, words if untouched else "")
