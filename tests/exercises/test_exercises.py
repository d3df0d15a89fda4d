"""The parts of each exercise text: warm-ups, points, time, and a question that a person marks."""

import re

import pytest

from autograder.authoring.question_numbers import with_numbers
from autograder.grading.assignment import course_assignments
from support.places import EXERCISES

ASSIGNMENTS = course_assignments()


def text(assignment):
    return with_numbers((EXERCISES / f"{assignment}.md").read_text())


def core_points(assignment):
    return sum(q.points for q in ASSIGNMENTS[assignment].questions if not q.bonus)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_warm_ups_have_one_right_choice_and_a_reason_for_each(assignment):
    section = re.search(r"^## Warm-up\n(.*?)^## ", text(assignment), re.DOTALL | re.MULTILINE)
    assert section, assignment
    questions = re.split(r"^\*\*Warm-up \d+\.\*\*", section.group(1), flags=re.MULTILINE)[1:]
    assert len(questions) >= 4
    for question in questions:
        choices = re.findall(
            r"<details><summary>(.+?)</summary>(.+?)</details>", question, re.DOTALL
        )
        assert len(choices) >= 2
        starts = [answer.strip().split(":")[0] for _, answer in choices]
        assert sorted(set(starts)) == ["No", "Right"]
        assert starts.count("Right") == 1
        assert all(len(answer.split()) > 4 for _, answer in choices)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_headings_tell_the_points_that_the_bank_gives(assignment):
    parts = re.split(r"^## ", text(assignment), flags=re.MULTILINE)
    told = {}
    for part in parts:
        points = re.search(
            r"\((bonus, )?(\d+) points?(, marked by a person)?\)", part.split("\n")[0]
        )
        if points:
            ids = re.findall(r"^```\{(?:answer|check|manual)\} (\S+)", part, re.MULTILINE)
            told[tuple(ids)] = (int(points.group(2)), bool(points.group(1)))
    given = {q.id: (q.points, q.bonus) for q in ASSIGNMENTS[assignment].questions}
    given[ASSIGNMENTS[assignment].manual[0].id] = (ASSIGNMENTS[assignment].manual[0].points, False)
    asked = [id for ids in told for id in ids]
    assert sorted(asked) == sorted(given)
    for ids, (points, bonus) in told.items():
        assert points == sum(given[id][0] for id in ids), ids
        assert all(given[id][1] == bonus for id in ids), ids


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_opening_tells_points_and_time(assignment):
    opening = text(assignment).split("\n## ")[0]
    assert re.search(r"\b(hours?|minutes)\b", opening)
    assert f"{core_points(assignment):g}" in opening


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_rubric_stands_in_the_text(assignment):
    question = ASSIGNMENTS[assignment].manual[0]
    task, model_answer, *_ = text(assignment).split(f"```{{manual}} {question.id}\n")
    section = task[task.rindex("\n## ") :].split("\n", 2)[2]
    told = [int(points) for points in re.findall(r"\((\d+) points?\)", section)]
    assert told == [points for points, _ in question.rubric]
    assert len(model_answer.split("\n```")[0].split()) > 30
