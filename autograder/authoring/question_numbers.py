"""Put numbers into an exercise text, so that nobody has to write them by hand.

The written text holds only what does not change when a question is added:

    ## ReLU, backward               ->  ## 3. ReLU, backward (2 points)
    question {number}`rnn_forward`  ->  question 7
    There are {counts}.             ->  There are nine questions with 30 points, one bonus ...
    {limits}                        ->  When this notebook is graded, each cell may compute ...
"""

import re
from collections.abc import Mapping

from ..bank import QUESTION_CELL
from ..marking.question import ManualQuestion, Question
from ..sandbox.inside.cell_time import OWN_SHARE
from ..sandbox.policy import Limits
from .material import COURSE

Questions = Mapping[str, Question | ManualQuestion]
SECTION = re.compile(r"^(?=## )", re.MULTILINE)
NUMBER = re.compile(r"\{number\}`(\w+)`")
COUNTS, LIMITS = "{counts}", "{limits}"
WORDS = "no one two three four five six seven eight nine ten eleven twelve".split()


def with_numbers(text: str, questions: Questions = COURSE.questions) -> str:
    """Number the questions of an exercise text, and fill in points, counts and limits.

    questions: those that the text may ask, by their ids. Raises ValueError where the text refers to
    a question that it does not ask.
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
            section = f"## {asking}. {title} ({_worth([questions[id] for id in ids])})\n{rest}"
        sections.append(section)

    def number(match: re.Match[str]) -> str:
        if match[1] not in numbers:
            raise ValueError(f"{match[0]}: this text asks no question of that name")
        return str(numbers[match[1]])

    numbered = NUMBER.sub(number, "".join(sections))
    asked = counts([questions[id] for id in numbers])
    return numbered.replace(COUNTS, asked).replace(LIMITS, limits())


def limits() -> str:
    """Say how long cells may compute when they are graded, and what they can import."""
    most = Limits()
    return (
        f"When this notebook is graded, each cell may compute for {most.cell_seconds:g} seconds, "
        f"and the cells that you add may compute for {OWN_SHARE * most.cells_seconds:g} seconds "
        "together. NumPy and Matplotlib are there, and so are small files that you hand in beside "
        "the notebook, such as `helpers.py` or `data.csv`. Other packages are not."
    )


def counts(asked: list[Question | ManualQuestion]) -> str:
    """Say how many questions there are and what they are worth: core, bonus, marked by a person."""
    marked = [q for q in asked if isinstance(q, Question)]
    kinds = [
        ("question", [q.points for q in marked if not q.bonus], "with {:g} points"),
        ("bonus question", [q.points for q in marked if q.bonus], "with {:g} more"),
        (
            "question",
            [q.points for q in asked if isinstance(q, ManualQuestion)],
            "with {:g} points that a person marks",
        ),
    ]
    said = [f"{_plural(len(p), what)} {words.format(sum(p))}" for what, p, words in kinds if p]
    return " and ".join(said) if len(said) < 3 else f"{said[0]}, {said[1]}, and {said[2]}"


def _worth(questions: list[Question | ManualQuestion]) -> str:
    """Return what stands in brackets behind the heading of these questions."""
    points = sum(q.points for q in questions)
    words = f"{points:g} point{'s' * (points != 1)}"
    first = questions[0]
    if any(isinstance(q, ManualQuestion) for q in questions):
        return f"{words}, marked by a person"
    return f"bonus, {words}" if isinstance(first, Question) and first.bonus else words


def _plural(count: int, what: str) -> str:
    """Return a count in words, with the noun in its number: "one question", "two questions"."""
    number = WORDS[count] if count < len(WORDS) else str(count)
    return f"{number} {what}{'s' * (count != 1)}"
