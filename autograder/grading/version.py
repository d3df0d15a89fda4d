"""The versions of an assignment, which differ in the inputs of the questions.

As in an exam with several versions, each submission gets one of them, chosen by the secret of the
course. There are only a few, so the answer keys of a version are computed once for many
submissions.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from ..check import PUBLIC_SEED
from ..marking.answer_key import AnswerKey, from_reference
from ..marking.driver import Outcome
from ..marking.explain import explain
from ..marking.judge import Judgement, judge
from ..marking.verdict import Verdict
from ..sandbox.client import DrivenQuestion, QuestionSet
from ..sandbox.memory_limit import memory_limit
from ..sandbox.untrusted import Reply
from .assignment import Assignment
from .drawing import cells_without_drawing

VERSIONS = 8
MAX_REMEMBERED = 200  # replies per version
MAX_REMEMBERED_BYTES = 1 << 13  # bytes per reply
MARKING_MEMORY = 512 << 20  # bytes for the marking of one question
TOO_LARGE = Outcome("error", text="an answer too large to read")


def submission_seed(secret: bytes, student: str, assignment: str) -> int:
    """Return the seed for a submission: that of its version, one of VERSIONS.

    It depends only on the arguments, so it is the same at every run.
    """
    chosen = _number(secret, f"{assignment}/{student}") % VERSIONS
    return _number(secret, f"{assignment}#{chosen}")


def question_seed(seed: int, question: str) -> int:
    """Return the seed of one question in the version with this seed.

    Each question has its own, because questions that share a seed draw the same random numbers, and
    then the inputs of one question would tell those of another. The public seed hides nothing, so
    all questions share it, and `autograder check` has the same inputs as `check` in a notebook.
    """
    if seed == PUBLIC_SEED:
        return seed
    return _number(str(seed).encode(), question)


@dataclass(frozen=True)
class Version:
    """The questions of an assignment with the inputs of one seed.

    remembered: the judgements of replies that have been marked, because many students give the same
    answer. explained: for each of these judgements by its id, the verdicts with the explanation,
    by the earlier questions that the reference answered.
    """

    keys: list[AnswerKey]
    question_set: QuestionSet
    remembered: dict[tuple[int, Reply], Judgement] = field(default_factory=dict)
    explained: dict[int, dict[tuple[str, ...], Verdict]] = field(default_factory=dict)

    def judge(self, i: int, reply: Reply) -> Judgement:
        """Judge the reply to question i. Results are cached, because many replies are equal."""
        key = self.keys[i]
        if found := self.remembered.get((i, reply)):
            return found
        judged = _judge_in_little_memory(key, reply)
        if len(reply.frames) <= MAX_REMEMBERED_BYTES:
            if len(self.remembered) >= MAX_REMEMBERED:
                self.remembered.clear()
                self.explained.clear()
            self.remembered[i, reply] = judged
            self.explained[id(judged)] = {}
        return judged

    def explain(self, judged: Judgement, given: Sequence[str]) -> Verdict:
        """Return the verdict with its explanation. It is cached if the judgement is.

        given: the earlier questions that the reference answered instead of the student.
        """
        known = self.explained.get(id(judged), {})
        if tuple(given) not in known:
            known[tuple(given)] = explain_in_little_memory(judged, given)
        return known[tuple(given)]


@lru_cache(maxsize=VERSIONS)
def version(assignment: Assignment, seed: int, only: str = "") -> Version:
    """Return the version of an assignment whose inputs come from this seed.

    Many submissions share a version, so it is kept. only: the id of the only question to run, or an
    empty text for all.
    """
    questions = assignment.needed(only)
    reference = assignment.reference
    keys = [from_reference(q, reference, question_seed(seed, q.id)) for q in questions]
    driven = [
        DrivenQuestion(key.driver_source, [case.inputs for case in key.cases], q.seconds, q.writes)
        for key, q in zip(keys, questions, strict=True)
    ]
    undrawn = cells_without_drawing(assignment).values()
    return Version(keys, QuestionSet(driven, [*assignment.given_cells, *undrawn]))


def _number(secret: bytes, text: str) -> int:
    """Return a number that only those who know the secret can compute from the text."""
    digest = hmac.digest(secret, text.encode(), hashlib.sha256)
    return int.from_bytes(digest[:8], "little")


def too_large(key: AnswerKey) -> Judgement:
    """Return the judgement of an answer that does not fit into memory."""
    return judge(key, [TOO_LARGE] * len(key.cases))


def explain_in_little_memory(judged: Judgement, given: Sequence[str]) -> Verdict:
    """Return the verdict with its explanation, built under a memory limit.

    The limit is needed because a small answer can unfold to a huge array while it is compared.
    A right answer is not compared again, so it needs no limit.
    """
    if not judged.lost_parts:
        return explain(judged, given)
    try:
        with memory_limit(MARKING_MEMORY):
            return explain(judged, given)
    except MemoryError:
        return replace(explain(too_large(judged.key)), score=judged.score)


def _judge_in_little_memory(key: AnswerKey, reply: Reply) -> Judgement:
    try:
        with memory_limit(MARKING_MEMORY):  # a small answer can unfold to a huge one
            return judge(key, reply.outcomes(len(key.cases)))
    except MemoryError:
        return too_large(key)
