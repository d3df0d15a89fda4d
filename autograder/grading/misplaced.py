"""Find what a student has written in another place than the one for it.

The checks do not mark it, so the student is told, and a person looks at it.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from ..marking.verdict import Verdict
from .assignment import Assignment
from .notebook import NotebookCell, grade_id, nbgrader_mark, plain
from .restore import Restored
from .wrong_notebook import defines

# Words, the signs around formulas, and letters that stand for words or syllables.
WORD = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]|[^\W\d_]{2,}|\$")
MIN_WORDS = 3  # in code, where fewer are a label such as "# test"
# The words in code: comments, texts in three quotes, and lines that begin as a sentence does.
WORDS_IN_CODE = re.compile(
    r"""^\s*#+(.*)$|"{3}([^"]*+)"{3}|'{3}([^']*+)'{3}|^\s*([^\W\d_a-z][\w'-]*+,? [^\W\d_].*)$""",
    re.MULTILINE,
)
ELSEWHERE = "You have written beside the cell for this answer. A person looks there, too."
NOT_RUN = (
    "A text cell contains code for {names}. The code of text cells does not run, so the check has "
    "not marked it, but a person looks at it. Change the type of the cell to code."
)


class Notes:
    """Sentences about a submission that tell the student, and make a person look at it.

    message: those about the whole notebook, or an empty text.
    """

    def __init__(self, restored: Restored, assignment: Assignment, message: str) -> None:
        cells, released = restored.cells, [plain(c["source"]) for c in assignment.released["cells"]]
        self._assignment = assignment
        self._by_question: dict[str, list[str]] = {}
        general = [message] if message else []
        places_of = {q.id: around(cells, released, q.id) for q in assignment.manual}
        for place, sentence in restored.notes:
            id = grade_id(cells[place])
            about = id or next((q for q, places in places_of.items() if place in places), "")
            (self._by_question.setdefault(about, []) if about else general).append(sentence)
        for question, places in places_of.items():
            if places and _has_words((cells[i] for i in places), released):
                self._by_question.setdefault(question, []).append(ELSEWHERE)
        self.message = " ".join(general)
        self._if_missing = _code_in_texts(cells, released, assignment)

    def has_words_beside(self, question: str) -> bool:
        """True if words of the student stand beside the cell for an answer in words."""
        return ELSEWHERE in self._by_question.get(question, [])

    def on(self, verdict: Verdict) -> Verdict:
        """Return the verdict with the sentences about its question."""
        sentences = self._about(verdict)
        if not sentences:
            return verdict
        return replace(verdict, headline="\n".join([verdict.headline, *sentences]))

    def flagged(self, verdicts: Iterable[Verdict]) -> list[str]:
        """Return the ids of the questions that a person should look at, sorted.

        A sentence about the whole notebook flags the first question.
        """
        first = [self._assignment.first] if self.message else []
        about = [verdict.id for verdict in verdicts if self._about(verdict)]
        return sorted({*first, *about, *self._by_question})

    def _about(self, verdict: Verdict) -> list[str]:
        unseen = self._if_missing.get(verdict.id) if verdict.verdict == "missing" else None
        return self._by_question.get(verdict.id, []) + ([unseen] if unseen else [])


def around(cells: list[NotebookCell], released: list[str], id: str) -> list[int]:
    """Return the places of a student's own cells around the cell for an answer.

    These are the cells from there to the next answer or check, and those directly in front of it.
    """
    at = next(i for i, cell in enumerate(cells) if grade_id(cell) == id)
    found = []
    for i in range(at + 1, len(cells)):
        if nbgrader_mark(cells[i]):
            break
        found.append(i)
    for i in range(at - 1, -1, -1):
        if nbgrader_mark(cells[i]) or plain(cells[i]["source"]) in released:
            break
        found.append(i)
    return [i for i in found if plain(cells[i]["source"]) not in released]


def _has_words(cells: Iterable[NotebookCell], released: list[str]) -> bool:
    """True if there are words in some cells that are not in the released notebook."""
    ours = {line.strip("# ") for source in released for line in source.split("\n")}
    for cell in cells:
        lines = plain(cell["source"]).split("\n")
        own = "\n".join(line for line in lines if line.strip("# ") not in ours)
        is_code = cell["cell_type"] == "code"
        text = " ".join(map("".join, WORDS_IN_CODE.findall(own))) if is_code else own
        if len(WORD.findall(text)) >= (MIN_WORDS if is_code else 1):
            return True
    return False


def _code_in_texts(
    cells: list[NotebookCell], released: list[str], assignment: Assignment
) -> dict[str, str]:
    """Return a sentence for each question that a text cell seems to answer in code, by its id."""
    sources = [c["source"] for c in cells if c["cell_type"] == "markdown" and not grade_id(c)]
    text = "\n".join(source for source in sources if plain(source) not in released)
    if not text:
        return {}
    found = {q.id: defines(text, set(q.writes)) for q in assignment.questions}
    return {id: NOT_RUN.format(names=", ".join(names)) for id, names in found.items() if names}
