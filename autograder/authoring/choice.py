"""Choose some questions of an exercise text, and make a text of them that stands by itself.

A question that is left out may have been needed: an answer calls a function that another question
asks for. The new text gives such functions as finished code.
"""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ..bank import QUESTION_CELL
from ..marking.question import Question, source
from .material import COURSE, FENCE, Material
from .question_numbers import COUNTS, NUMBER, SECTION

RANGE = re.compile(r"(\d+)(?:-(\d+))?")
CALL = re.compile(r'check\("(\w+)"\)')
SENTENCE = re.compile(r"(?<=[.!?]) +(?=[A-Z])")
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
PART_OF = (
    "There are {counts}. They are a part of the notebook *{title}*, and each names its reading."
)
GIVEN = (
    "The questions below use these functions. This notebook does not ask for them, so they are "
    "finished."
)
OTHER_POINTS = "*This question is worth {now:g} here. Points in its text are shares of {before:g}.*"


class ChoiceError(ValueError):
    """An error for a choice of questions that cannot be made. The text is one line."""


@dataclass
class Choice:
    """The text of the chosen questions, and the names of the functions that it gives."""

    text: str
    given: list[str] = field(default_factory=list)


def chosen_ids(words: str, text: str, own: Iterable[str] = ()) -> list[str]:
    """Return the ids that a list such as `1-8,adam_step` names, in the order of the text.

    A number is that of a section of the full notebook. own: ids of questions outside the text,
    which come last. Raises ChoiceError if the list names anything else.
    """
    numbered = [ids for section in SECTION.split(text) if (ids := QUESTION_CELL.findall(section))]
    known = [*(id for ids in numbered for id in ids), *own]
    found: set[str] = set()
    for word in filter(None, (word.strip() for word in words.split(","))):
        if match := RANGE.fullmatch(word):
            first, last = int(match[1]), int(match[2] or match[1])
            if not 1 <= first <= last <= len(numbered):
                raise ChoiceError(f"{word}: the questions have the numbers 1 to {len(numbered)}")
            found.update(id for ids in numbered[first - 1 : last] for id in ids)
        elif word in known:
            found.add(word)
        else:
            raise ChoiceError(f"there is no question {word}; the questions are {', '.join(known)}")
    if not found:
        raise ChoiceError(f"no question is named; the questions are {', '.join(known)}")
    return [id for id in known if id in found]


def chosen_text(text: str, chosen: list[str], material: Material) -> Choice:
    """Return the text with only the chosen questions. Raises ChoiceError if one cannot be alone."""
    asked = set(chosen)
    if asked >= set(QUESTION_CELL.findall(text)):
        return Choice(_with_notes(text, asked, material))
    sections = SECTION.split(text)
    kept = [s for s in sections if not _asks(s) or asked & _asks(s)]
    dropped = [s for s in sections if _asks(s) and not asked & _asks(s)]
    _require_answers(asked, material)
    there = _written(asked, material) | _given("".join(kept))
    left_out = {id for section in dropped for id in _asks(section)}
    pool = (_written(left_out, material) | _given("".join(dropped))) & set(material.reference)
    pool -= there
    given = _needed(kept, asked, pool, material)
    kept = [s for s in kept if _can_run(s, pool - given)]
    checked = [id for id in chosen if isinstance(material.questions[id], Question)]
    preamble = _with_preamble(kept[0], sorted(given), text)
    kept[0] = _without_others(preamble, asked, (checked or chosen)[0])
    return Choice(_with_notes("".join(kept), asked, material), sorted(given))


def _asks(section: str) -> set[str]:
    return set(QUESTION_CELL.findall(section))


def _given(text: str) -> set[str]:
    """Return the names of the functions and classes that a text defines.

    It does so in its `given` and `code` blocks.
    """
    found: set[str] = set()
    for kind, names, body in FENCE.findall(text):
        if kind == "given":
            found |= set(names.split())
        elif kind == "code":
            defined = (ast.FunctionDef, ast.ClassDef)
            found |= {node.name for node in ast.parse(body).body if isinstance(node, defined)}
    return found


def _written(ids: Iterable[str], material: Material) -> set[str]:
    """Return the names of the functions and classes that some questions ask for."""
    found = (material.questions.get(id) for id in ids)
    return {
        name for question in found if isinstance(question, Question) for name in question.writes
    }


def _require_answers(asked: set[str], material: Material) -> None:
    """Raise ChoiceError if a question checks functions of a question that was not chosen."""
    for id in sorted(asked):
        question = material.questions[id]
        if not isinstance(question, Question) or question.writes:
            continue
        called = _called_by(question) & set(material.reference)
        if missing := called - _written(asked, material) - set(question.uses):
            raise ChoiceError(
                f"{id} checks what is written for {', '.join(sorted(missing))}, so choose that "
                "question, too"
            )


def _needed(kept: list[str], asked: set[str], pool: set[str], material: Material) -> set[str]:
    """Return those names of the pool that the chosen questions need, directly or through others."""
    wanted: set[str] = set()
    for id in asked:
        question = material.questions[id]
        if isinstance(question, Question):
            wanted |= {*question.uses, *_called_by(question)}
            for name in question.writes:
                wanted |= _names_in(source(material.reference[name]))
    for section in kept:
        if _asks(section):
            for kind, names, body in FENCE.findall(section):
                wanted |= set(names.split()) if kind == "try" else set()
                wanted |= set(re.findall(r"\w+", body)) if kind in ("code", "try") else set()
    found: set[str] = set()
    while new := (wanted & pool) - found:
        found |= new
        for name in new:
            wanted |= _names_in(source(material.reference[name]))
    return found


def _names_in(code: str) -> set[str]:
    """Return the names that a piece of code uses."""
    return {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}


def _called_by(question: Question) -> set[str]:
    """Return the names of the student's code that the driver of a question uses."""
    return set(re.findall(r"\bcode\.(\w+)", question.driver_source))


def _can_run(section: str, missing: set[str]) -> bool:
    """True unless a section without a question tries out functions that are missing."""
    tried = {n for kind, names, _ in FENCE.findall(section) if kind == "try" for n in names.split()}
    return bool(_asks(section)) or tried.isdisjoint(missing)


def _with_preamble(section: str, given: list[str], text: str) -> str:
    """Return the first section, which says what the notebook is and gives finished functions."""
    title = (TITLE.search(text) or [text, "of the course"])[1]
    lines = [
        PART_OF.replace("{title}", title) if line.startswith(f"There are {COUNTS}.") else line
        for line in section.rstrip("\n").split("\n")
    ]
    if given:
        lines += ["", GIVEN, "", f"```{{given}} {' '.join(given)}", "```"]
    return "\n".join(lines) + "\n\n"


def _without_others(section: str, asked: set[str], example: str) -> str:
    """Return the first section without its sentences about questions that are not here.

    example: the question for which it calls `check`, where it shows how a question works.
    """

    def call(match: re.Match[str]) -> str:
        return match[0] if match[1] in asked else f'check("{example}")'

    section = CALL.sub(call, section)
    lines = []
    for line in section.split("\n"):
        sentences = SENTENCE.split(line)
        lines.append(" ".join(s for s in sentences if asked >= set(NUMBER.findall(s))))
    return "\n".join(lines)


def _with_notes(text: str, asked: set[str], material: Material) -> str:
    """Return a text that says where points differ, and which questions are not here."""

    def reference(match: re.Match[str]) -> str:
        return match[0] if match[1] in asked else f"`{match[1]}` (not in this notebook)"

    sections = [_with_points(section, material) for section in SECTION.split(text)]
    return NUMBER.sub(reference, "".join(sections))


def _with_points(section: str, material: Material) -> str:
    """Return a section that says so if its questions have other points than in the course."""
    ids = [id for id in QUESTION_CELL.findall(section) if id in COURSE.questions]
    before = sum(COURSE.questions[id].points for id in ids)
    now = sum(material.questions[id].points for id in ids)
    if before == now:
        return section
    title, rest = section.split("\n", 1)
    return f"{title}\n\n{OTHER_POINTS.format(now=now, before=before)}\n{rest}"
