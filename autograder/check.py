"""The function `check`, which marks one question in the notebook or page that calls it."""

import difflib
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # these modules import NumPy, which `autograder --help` need not wait for
    from .marking.answer_key import AnswerKey
    from .marking.judge import Judgement
    from .marking.verdict import Verdict

PUBLIC_SEED = 0
FROZEN = Path(__file__).parent / "frozen"


def check(question: Any, hint: int | None = None) -> float:
    """Mark your answer to a question, print the report, and return the points.

    It runs the functions that your notebook has defined so far. Errors in them do not stop the
    notebook: the report shows them. Code that runs for too long is stopped. An unknown question
    prints one line and gives no points. For a written question it shows a model answer to somebody
    who studies alone, when the saved notebook holds an answer.

    question: its name, or the function that you have written for it. hint: 1 tells what is right
    and what is not, 2 narrows it down, 3 names the mistake and shows an example. Without a hint the
    report tells everything.
    """
    from .notebook_result import tell

    code = sys._getframe(1).f_globals  # the names of the calling notebook
    question_id = _id_of(question, code)
    key = answer_key(question_id)
    if key is None:
        from .written_answer import tell_model_answer

        told = tell_model_answer(question_id)
        if told is None:
            print(_unknown(question_id))
            return 0.0
        return told
    if hint not in (None, 1, 2, 3):
        print(f'check: write check("{question_id}", hint=1), and then 2 or 3 to be told more')
        return 0.0
    return tell(_verdict(key, code).step(hint))


def _id_of(question: Any, code: dict[str, Any]) -> str:
    """Return the id of a question that is named, or given as the student's function or class."""
    if isinstance(question, str):
        return question
    names = [getattr(question, "__name__", ""), *(n for n, v in code.items() if v is question)]
    return next((n for n in names if n in known_questions()), "")


def _verdict(key: "AnswerKey", code: dict[str, Any]) -> "Verdict":
    """Return the verdict on the answer of a notebook with these names."""
    from .marking.explain import explain

    return explain(*judged_with_earlier(key, code))


def judged_with_earlier(key: "AnswerKey", code: dict[str, Any]) -> "tuple[Judgement, list[str]]":
    """Judge the answer of a notebook with these names, which holds earlier answers, too.

    Returns the judgement, and the earlier questions that right functions have answered because a
    mistake in them would cost points here once more.
    """
    from .marking.judge import judge, wrong_before

    judged = judge(key, key.observe(code, key.patience))
    before = [
        judge(k, k.observe(code, k.patience))
        for k in map(answer_key, key.uses)
        if k and judged.lost_parts
    ]
    given: list[str] = []
    if earlier := wrong_before(judged, before):
        again = _with_right_functions(key, code)
        judged, given = (again, earlier) if again.score > judged.score else (judged, [])
    return judged, given


def _with_right_functions(key: "AnswerKey", code: dict[str, Any]) -> "Judgement":
    """Judge an answer that calls right functions instead of the student's earlier answers.

    They are the reference, or the calls that a frozen key holds. We swap them in the notebook
    itself, because an answer looks up what it calls there, and put the student's back afterwards.
    """
    from .marking.frozen_calls import stand_ins
    from .marking.judge import judge

    own = {name: code[name] for name in key.uses if name in code}
    right = {name: reference()[name] for name in key.uses if name in reference()}
    code.update(right or stand_ins(key.calls(), own))
    try:
        return judge(key, key.observe(code, key.patience))
    finally:
        for name in key.uses:
            code.pop(name, None)
        code.update(own)


@cache
def reference() -> dict[str, Any]:
    """Return the functions of the reference by name; an empty dict if it is not installed.

    A kit has its own answer keys, also on a machine on which the reference is installed.
    """
    if FROZEN.is_dir():
        return {}
    try:
        import backprop
    except ImportError:
        return {}
    return vars(backprop)


@cache
def answer_key(question_id: str) -> "AnswerKey | None":
    """Return the answer key with the public seed, or None if there is none.

    It is computed from the reference if that is installed, and otherwise read from a frozen file.
    """
    if not reference():
        return _frozen().get(question_id)
    from .bank import QUESTIONS
    from .marking.answer_key import from_reference

    question = QUESTIONS.get(question_id)
    return from_reference(question, reference(), PUBLIC_SEED) if question else None


def known_questions() -> list[str]:
    """Return the ids of all questions that can be marked here."""
    if not reference():
        return list(_frozen())
    from .bank import QUESTIONS

    return list(QUESTIONS)


def add_frozen(data: bytes) -> None:
    """Let the answer keys that were frozen as these bytes be used, too. Raises WireError."""
    from .marking.answer_key import thaw

    _frozen().update((key.id, key) for key in thaw(data))
    answer_key.cache_clear()


@cache
def _frozen() -> "dict[str, AnswerKey]":
    """Return the answer keys in the frozen files of this kit, by question id."""
    from .marking.answer_key import thaw

    files = sorted(FROZEN.glob("*.key"))
    return {key.id: key for file in files for key in thaw(file.read_bytes())}


def _unknown(question_id: str) -> str:
    """Return the line to print for a question that cannot be marked here."""
    known = known_questions()
    if not known:
        return f'check("{question_id}"): there is no answer key here; the grader marks later.'
    if not question_id:
        return 'check: write the name of a question in quotes, for example check("softmax")'
    close = difflib.get_close_matches(question_id, known, 1)
    hint = f'did you mean "{close[0]}"?' if close else "the cell of a question shows its name"
    return f'check: there is no question "{question_id}"; {hint}'
