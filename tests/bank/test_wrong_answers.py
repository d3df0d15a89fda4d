"""Wrong answers by authors who did not read the bank: they lose marks, and most get the right name.

wrong_answers/names.json records, for each answer, the name of the mistake that the marking
found, and whether a teacher who read the answer agreed. If this module is run as a program,
with `tests` on the path, it prints the page docs/wrong-answers.md.
"""

import json
import re

import pytest

from autograder.grading.assignment import course_assignments
from support.answers import REFERENCE, WRONG_ANSWERS, marked, wrong_answers
from support.places import ROOT

pytestmark = pytest.mark.slow

ASSIGNMENTS = course_assignments()

SEED = 1
MIN_LOST, MIN_RIGHTLY_NAMED = 0.97, 0.60
ANSWERS = {assignment: wrong_answers(assignment) for assignment in ASSIGNMENTS}
NAMES = json.loads((WRONG_ANSWERS / "names.json").read_text())


def verdict(answer):
    return marked(answer.question, SEED, {**REFERENCE, **answer.names})


def every_verdict():
    return {a.key: verdict(a) for answers in ANSWERS.values() for a in answers}


@pytest.fixture(scope="module")
def verdicts():
    return every_verdict()


def test_there_are_at_least_200_and_every_core_question_has_some(verdicts):
    assert len(verdicts) >= 200
    assert sum(map(len, ANSWERS.values())) == len(verdicts)  # no two answers have the same key
    core = {q.id for a in ASSIGNMENTS.values() for q in a.questions if not q.bonus}
    without = core - {key.split(":")[0] for key in verdicts}
    assert not without, f"write wrong answers for {without} into tests/bank/wrong_answers/"


def test_nearly_all_lose_marks(verdicts):
    lost = [v for v in verdicts.values() if v.score < v.max_score]
    assert len(lost) >= MIN_LOST * len(verdicts)


def test_most_get_the_right_name(verdicts):
    right = [key for key, known in NAMES.items() if known["right"]]
    assert all(verdicts[key].misconception for key in right)
    assert len(right) >= MIN_RIGHTLY_NAMED * len(verdicts)


def test_names_are_those_that_were_judged(verdicts):
    now = {key: v.misconception for key, v in verdicts.items()}
    then = {key: known["name"] for key, known in NAMES.items()}
    assert now == then, what_to_write(now, then)


def what_to_write(now, then):
    """Return a message that lists the lines of names.json to add, to change or to delete."""
    lines = ["change tests/bank/wrong_answers/names.json:"]
    for key in sorted(now.keys() | then.keys()):
        if key not in now:
            lines.append(f"  delete   {json.dumps(key)}")
        elif key not in then or now[key] != then[key]:
            entry = json.dumps({"name": now[key], "right": False})
            lines.append(f"  write    {json.dumps(key, ensure_ascii=False)}: {entry}")
    lines.append("write true instead of false if you have read the answer and the name is right")
    return "\n".join(lines)


def test_who_gets_no_name_is_told_where_or_how_it_goes_wrong(verdicts):
    for key, v in verdicts.items():
        if v.score < v.max_score and not v.misconception:
            lines = [line for line in v.message.split("\nExample")[0].splitlines() if line]
            # A first line such as "it should be a float" explains the mistake completely.
            whole = r"should be (an? |'|the integer)|there (was an error|should be)|must return"
            kind = re.search(whole, lines[0])
            assert v.verdict != "wrong" or kind or len(lines) > 1, (key, v.message)


def test_the_published_counts_are_those_of_these_answers(verdicts):
    page = (ROOT / "docs" / "wrong-answers.md").read_text()
    fresh = f"{HEADING}\n{table(verdicts)}\n"
    assert page == fresh, (
        "docs/wrong-answers.md is out of date; write it again: "
        "PYTHONPATH=tests python tests/bank/test_wrong_answers.py > docs/wrong-answers.md"
    )


def table(verdicts):
    """Return a table of the wrong answers by assignment.

    It counts all answers, those that lose marks, those that get a name, and those whose name is
    right.
    """
    lines = [
        "| assignment | wrong answers | lose marks | named | rightly named |",
        "|---|---|---|---|---|",
    ]
    total = [0, 0, 0, 0]
    for assignment, answers in ANSWERS.items():
        found = [(a.key, verdicts[a.key]) for a in answers]
        counts = [
            len(found),
            sum(v.score < v.max_score for _, v in found),
            sum(v.misconception is not None for _, v in found),
            sum(NAMES[key]["right"] for key, _ in found),
        ]
        total = [t + c for t, c in zip(total, counts, strict=True)]
        lines.append(f"| {assignment} | " + " | ".join(map(str, counts)) + " |")
    shares = [f"{t} ({t / total[0]:.1%})" for t in total[1:]]
    return "\n".join([*lines, f"| all | {total[0]} | " + " | ".join(shares) + " |"])


HEADING = """\
# Wrong answers for which the bank was not made

`PYTHONPATH=tests python tests/bank/test_wrong_answers.py > docs/wrong-answers.md` writes this page.
The answers in `tests/bank/wrong_answers/` were written from the exercise texts, without a look \
at the
bank. *Named* counts the wrong answers for which the marking recognises a mistake by name. *Rightly
named* counts those of them for which a teacher, who read the answer, agreed with the name.
"""

if __name__ == "__main__":
    print(f"{HEADING}\n{table(every_verdict())}")
