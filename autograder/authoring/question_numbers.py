"""Put numbers into an exercise text, so that nobody has to write them by hand.

The written text holds only what does not change when a question is added:

    ## ReLU, backward               ->  ## 3. ReLU, backward (2 points)
    question {number}`rnn_forward`  ->  question 7
    There are {counts}.             ->  There are nine questions with 30 points, one bonus ...
    {limits}                        ->  When this notebook is graded, each cell may compute ...
"""

import re

from ..bank import MANUAL_QUESTIONS, QUESTION_CELL, QUESTIONS
from ..sandbox.inside.cell_time import OWN_SHARE
from ..sandbox.policy import Limits

SECTION = re.compile(r"^(?=## )", re.MULTILINE)
NUMBER = re.compile(r"\{number\}`(\w+)`")
COUNTS, LIMITS = "{counts}", "{limits}"
WORDS = "no one two three four five six seven eight nine ten eleven twelve".split()


def with_numbers(text: str) -> str:
    """Number the questions of a text, and say points and counts.

    Raises ValueError where the text refers to a question that it does not ask.
    """
    sections: list[str] = []
    numbers: dict[str, int] = {}
    asking = 0
    for section in SECTION.split(text):
        ids = QUESTION_CELL.findall(section)
        if ids:
            asking += 1
            numbers |= dict.fromkeys(ids, asking)
            title, rest = section.removeprefix("## ").split("\n", 1)
            section = f"## {asking}. {title} ({_worth(ids)})\n{rest}"
        sections.append(section)

    def number(match: re.Match[str]) -> str:
        if match[1] not in numbers:
            raise ValueError(f"{match[0]}: this text asks no question of that name")
        return str(numbers[match[1]])

    numbered = NUMBER.sub(number, "".join(sections))
    return numbered.replace(COUNTS, counts(list(numbers))).replace(LIMITS, limits())


def limits() -> str:
    """Say how long cells may compute when they are graded, and what they can import."""
    most = Limits()
    return (
        f"When this notebook is graded, each cell may compute for {most.cell_seconds:g} seconds, "
        f"and the cells that you add may compute for {OWN_SHARE * most.cells_seconds:g} seconds "
        "together. NumPy and Matplotlib are there, and so are small files that you hand in beside "
        "the notebook, such as `helpers.py` or `data.csv`. Other packages are not."
    )


def counts(ids: list[str]) -> str:
    """Say how many questions there are and what they are worth: core, bonus, marked by a person."""
    marked = [QUESTIONS[id] for id in ids if id in QUESTIONS]
    core = [q.points for q in marked if not q.bonus]
    bonus = [q.points for q in marked if q.bonus]
    by_person = [MANUAL_QUESTIONS[id].points for id in ids if id in MANUAL_QUESTIONS]
    return (
        f"{_plural(len(core), 'question')} with {sum(core):g} points, "
        f"{_plural(len(bonus), 'bonus question')} with {sum(bonus):g} more, and "
        f"{_plural(len(by_person), 'question')} with {sum(by_person):g} points that a person marks"
    )


def _worth(ids: list[str]) -> str:
    """Return what stands in brackets behind the heading of these questions."""
    questions = [QUESTIONS.get(id) or MANUAL_QUESTIONS[id] for id in ids]
    points = sum(q.points for q in questions)
    words = f"{points:g} point{'s' * (points != 1)}"
    if any(id in MANUAL_QUESTIONS for id in ids):
        return f"{words}, marked by a person"
    return f"bonus, {words}" if QUESTIONS[ids[0]].bonus else words


def _plural(count: int, what: str) -> str:
    """Return a count in words, with the noun in its number: "one question", "two questions"."""
    number = WORDS[count] if count < len(WORDS) else str(count)
    return f"{number} {what}{'s' * (count != 1)}"
