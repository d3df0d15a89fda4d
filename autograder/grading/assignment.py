"""Assignments: their questions, their points, and the notebooks that students got."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import backprop

from ..bank import ASSIGNMENTS, EXERCISES, MANUAL_QUESTIONS, QUESTIONS
from ..marking.question import ManualQuestion, Question
from ..sandbox.inside.definitions import functions, imports
from .notebook import Notebook, is_answer, is_student_code, is_try_out, read_notebook
from .own_questions import OwnFiles, load

BY_PERSON = "what the text of the question asks for"


class UnknownAssignmentError(ValueError):
    """An error for an unknown assignment or question. The text lists the known ones."""


@dataclass(frozen=True)
class Assignment:
    """A named choice of questions, with the points for each.

    points: pairs of a question's id and its points, in the order of the notebook. released: the
    notebook that students got. own: the files of the instructor's own questions. written: the ids
    of questions that a person marks and that are in no file, but only in the notebook.
    An assignment can be pickled, so that a worker process can get it.
    """

    name: str
    points: tuple[tuple[str, float], ...]
    released: Notebook = field(compare=False, repr=False)
    own: OwnFiles = ()
    written: tuple[str, ...] = ()

    @classmethod
    def of_course(cls, name: str) -> "Assignment":
        """Return an assignment of this course. Raises UnknownAssignmentError if there is none."""
        if name not in ASSIGNMENTS:
            raise UnknownAssignmentError(
                f"there is no assignment {name}; the assignments are {', '.join(ASSIGNMENTS)}"
            )
        points = {id: known_questions()[id].points for id in ASSIGNMENTS[name]}
        return cls.chosen(name, points, read_notebook(notebook_path(name)))

    @classmethod
    def chosen(cls, name: str, points: Mapping[str, float], released: Notebook) -> "Assignment":
        """Return an assignment made of the given questions of the course, with the given points.

        Raises UnknownAssignmentError if a question is unknown.
        """
        for id in points:
            if id not in known_questions():
                raise UnknownAssignmentError(f"{name}: the course has no question {id}")
        return cls(name, tuple(points.items()), released)

    @property
    def questions(self) -> list[Question]:
        """The questions that the checks mark, with the points of this assignment."""
        return [q for q in self._all() if isinstance(q, Question)]

    @property
    def manual(self) -> list[ManualQuestion]:
        """The questions that a person marks."""
        return [q for q in self._all() if isinstance(q, ManualQuestion)]

    @property
    def everything(self) -> list[Question | ManualQuestion]:
        """All questions: first those that the checks mark, then those that a person marks."""
        return [*self.questions, *self.manual]

    @cached_property
    def imports(self) -> tuple[str, ...]:
        """The import statements of the cells that the course gives, in their order."""
        return tuple(dict.fromkeys(line for cell in self.given_cells for line in imports(cell)))

    @cached_property
    def given(self) -> dict[str, str]:
        """The source of each function and class that the course gives; no answer is among them."""
        answers = {name for question in self.questions for name in question.writes}
        found = {n: source for cell in self.given_cells for n, source in functions(cell).items()}
        return {name: source for name, source in found.items() if name not in answers}

    @cached_property
    def given_cells(self) -> list[str]:
        """The sources of the code cells that the course gives, without the trials."""
        cells = self.released["cells"]
        given = [c["source"] for c in cells if is_student_code(c) and not is_answer(c)]
        return [source for source in given if not is_try_out(source)]

    @property
    def max_score(self) -> float:
        """The sum of all points, bonus and manual questions included."""
        return float(sum(points for _, points in self.points))

    def needed(self, only: str) -> list[Question]:
        """Return the questions to run: all, or `only` and the questions that its answer may call.

        only: the id of a question, or an empty text for all.
        """
        uses = next((q.uses for q in self.questions if q.id == only), ())
        return [q for q in self.questions if not only or q.id == only or q.id in uses]

    def require(self, question: str) -> None:
        """Raise UnknownAssignmentError unless the checks mark this question in this assignment."""
        ids = [q.id for q in self.questions]
        if question not in ids:
            words = f"{self.name} has no question {question}; its questions are {', '.join(ids)}"
            raise UnknownAssignmentError(words)

    @property
    def first(self) -> str:
        """The id of the first question, which is flagged if a person should see the notebook."""
        return self.points[0][0]

    @property
    def reference(self) -> dict[str, Any]:
        """The right answers by name: those of the course, and those of the instructor."""
        return {**vars(backprop), **load(self.own).answers}

    @cached_property
    def digest(self) -> bytes:
        """A digest of all that can change a mark: the questions, points, files and cells."""
        cells = [(c["cell_type"], c["source"], c["metadata"]) for c in self.released["cells"]]
        text = repr((self.points, self.own, self.written, cells))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()

    def _all(self) -> list[Question | ManualQuestion]:
        return [
            ManualQuestion(id, ((points, BY_PERSON),))
            if id in self.written
            else _worth(id, points, self.own)
            for id, points in self.points
        ]


@cache
def course_assignments() -> dict[str, Assignment]:
    """Return every assignment of the course by its name."""
    return {name: Assignment.of_course(name) for name in ASSIGNMENTS}


def notebook_path(assignment: str) -> Path:
    """Return the path of the notebook that students get."""
    return EXERCISES / assignment / f"{assignment}.ipynb"


@cache
def known_questions() -> dict[str, Question | ManualQuestion]:
    """Return every question of the course by its id."""
    return {**QUESTIONS, **MANUAL_QUESTIONS}


@cache
def _worth(id: str, points: float, own: OwnFiles) -> Question | ManualQuestion:
    question = known_questions().get(id) or load(own).questions[id]
    return question.worth(points)
