"""Find submissions with answers that are alike, as a list to look at and not as a verdict.

Most right answers to a short question look alike, so that two students share one says nothing. We
look at the answers that few students have written in this way. What the course has given, comments,
texts and the names of variables do not count. The comparison itself is done by rapidfuzz.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from keyword import iskeyword

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Indel

from ...grading.assignment import Assignment
from ...grading.course_folder import CourseFolder
from ...grading.notebook import grade_id, is_answer
from ..marked_notebooks import marked_cells

# Two answers are alike if this share of their tokens is the same, in the same order.
ALIKE = 0.9
MIN_TOKENS = 25  # shorter answers, in tokens, are not compared
MAX_TOKENS = 3000  # only so many tokens of an answer are compared
RARE = 0.03  # an answer is rare if at most this share of the class has one like it ...
ALWAYS_RARE = 4  # ... or at most so many students
MIN_QUESTIONS = 2  # a pair is listed if it shares rare answers to at least so many questions
MAX_PAIRS = 50

TEXT = re.compile(r"""(?:'{3}.*?'{3}|"{3}.*?"{3}|'[^'\n]*'|"[^"\n]*")""", re.DOTALL)
COMMENT = re.compile(r"#[^\n]*")
TOKEN = re.compile(r"(\.\s*)?(\w+)|(\S)")


@dataclass(frozen=True)
class Pair:
    """Two students who share rare answers. questions: those. alike: how much of them is alike."""

    students: tuple[str, str]
    questions: list[str]
    alike: float


def similar_submissions(
    course: CourseFolder, assignment: Assignment, students: list[str]
) -> list[Pair]:
    """Return the pairs of students who share the most rare answers, at most MAX_PAIRS."""
    answers = _answers(course, assignment, students)
    shared: dict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
    few = max(ALWAYS_RARE, int(RARE * len(students)))
    for question, sources in answers.items():
        for one, other, alike in _rare_pairs(sources, few):
            shared[one, other].append((question, alike))
    pairs = [
        Pair(both, [q for q, _ in found], float(np.mean([alike for _, alike in found])))
        for both, found in shared.items()
        if len(found) >= MIN_QUESTIONS
    ]
    pairs.sort(key=lambda pair: (-len(pair.questions), -pair.alike, pair.students))
    return pairs[:MAX_PAIRS]


def tokens(source: str, given: str) -> str:
    """Return the tokens of an answer, one character for each, without those of given lines.

    All names that are neither keywords nor attributes become the same token. Indentation is left
    out.
    """
    ours = {line.strip() for line in given.split("\n")}
    bare = COMMENT.sub("", TEXT.sub('""', source))
    lines = [line for line in bare.split("\n") if line.strip() not in ours]
    words = []
    for dot, word, sign in TOKEN.findall("\n".join(lines)):
        is_name = word and not dot and not iskeyword(word) and not word[0].isdigit()
        words.append("name" if is_name else dot.strip() + word or sign)
    # A character for each word, so that rapidfuzz compares words and not letters.
    return "".join(chr(0x1000 + hash_of(word)) for word in words[:MAX_TOKENS])


def hash_of(word: str) -> int:
    """Return a number for a word that is the same in every run."""
    number = 0
    for letter in word:
        number = (31 * number + ord(letter)) % 50_021
    return number


def _answers(
    course: CourseFolder, assignment: Assignment, students: list[str]
) -> dict[str, dict[str, str]]:
    """Return the tokens of each answer that is long enough, by question and student."""
    given = {grade_id(c): c["source"] for c in assignment.released["cells"] if is_answer(c)}
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for student in students:
        for cell in filter(is_answer, marked_cells(course, student, assignment.name)):
            id = grade_id(cell)
            text = tokens(cell["source"], given[id]) if id in given else ""
            if len(text) >= MIN_TOKENS:
                found[id.removesuffix("-answer")][student] = text
    return found


def _rare_pairs(answers: dict[str, str], few: int) -> Iterator[tuple[str, str, float]]:
    """Yield each pair of students with similar answers, and how similar the answers are.

    An answer counts only if at most `few` students, its author included, have one like it.
    """
    students, sources = list(answers), list(answers.values())
    alike = process.cdist(
        sources,
        sources,
        scorer=Indel.normalized_similarity,
        score_cutoff=ALIKE,
        dtype=np.float32,
        workers=1,
    )
    rare = (alike > 0).sum(axis=1) <= few
    rows, columns = np.nonzero(np.triu(alike, 1) * rare[:, None] * rare[None, :])
    for i, j in zip(rows.tolist(), columns.tolist(), strict=True):
        yield students[i], students[j], float(alike[i, j])
