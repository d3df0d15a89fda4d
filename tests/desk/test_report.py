"""The class report: its numbers are those of the class, and its page needs no other file."""

import json
import re
import shutil
import statistics
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from autograder.bank import ASSIGNMENTS, QUESTIONS
from autograder.cli import main
from autograder.desk.class_records import NOT_ATTEMPTED, read_class
from autograder.desk.report import class_questions
from autograder.desk.report.page import make_report, report_as_html
from autograder.desk.report.similar import tokens
from autograder.grading.assignment import Assignment
from autograder.marking import missing
from support.single_pages import opened, troubles
from support.stock import gradebook

ASSIGNMENT = "02-forward"
FORWARD = Assignment.of_course(ASSIGNMENT)


def write_report(course, *options):
    """Write the report and return its page, its data and the path of the page."""
    file = course / "report.json"
    command = ["report", ASSIGNMENT, "--course", str(course), "--json", str(file), *options]
    assert main(command) == 0
    path = course / "reports" / f"{ASSIGNMENT}.html"
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    return page, json.loads(file.read_text(encoding="utf-8")), path


@pytest.fixture(scope="module")
def reported(shared_course):
    """The report on the sample class: its page, its data and the path of the page."""
    with gradebook(shared_course) as book:
        book.add_student("zoe", first_name="Zoë", last_name="<b>Zimmer</b>")
    return write_report(shared_course, "--similar")


@pytest.fixture(scope="module")
def records(shared_course):
    """The records of the sample class, as `autograder grade --json` wrote them."""
    lines = (shared_course / f"{ASSIGNMENT}.jsonl").read_text().splitlines()
    return [record for line in lines if (record := json.loads(line))["status"] == "graded"]


def test_every_student_is_counted_once_in_every_question(reported, records):
    _, data, _ = reported
    assert data["graded"] == len(records) == sum(data["spread"]["counts"])
    for question in data["questions"]:
        assert sum(question["states"].values()) == len(records)


def test_the_share_of_the_points_is_that_of_the_records(reported, records):
    _, data, _ = reported
    for question in data["questions"]:
        verdicts = [q for r in records for q in r["questions"] if q["id"] == question["id"]]
        reached = sum(q["score"] for q in verdicts) / sum(q["max_score"] for q in verdicts)
        assert question["share"] == pytest.approx(reached)


def test_the_discrimination_compares_a_question_with_all_others(reported, records):
    _, data, _ = reported
    found = {question["id"]: question["discrimination"] for question in data["questions"]}
    softmax = [q["score"] for r in records for q in r["questions"] if q["id"] == "softmax"]
    others = [r["score"] - own for r, own in zip(records, softmax, strict=True)]
    assert found["softmax"] == pytest.approx(statistics.correlation(softmax, others))
    assert found["log_probabilities"] is None  # nobody has tried it, so there is none


def test_a_class_whose_submissions_were_all_rejected_has_a_report(shared_course):
    records = read_class(f"sqlite:///{shared_course / 'gradebook.db'}", FORWARD)
    rejected = [work for work in records.works if work.status == "rejected"]
    page = report_as_html(make_report(replace(records, works=rejected)))
    assert "1 submission: 0 graded" in " ".join(
        BeautifulSoup(page, "html.parser").get_text().split()
    )


def test_the_gradebook_can_be_named(shared_course, tmp_path, capsys):
    elsewhere = tmp_path / "marks.db"
    command = [
        "report",
        ASSIGNMENT,
        "--course",
        str(shared_course),
        "--db",
        f"sqlite:///{elsewhere}",
    ]
    assert main(command) == 2
    shutil.copy(shared_course / "gradebook.db", elsewhere)
    assert main(command) == 0


def test_named_mistakes_are_ranked_by_students(reported, records):
    page, data, _ = reported
    named = [
        (q["id"], q["misconception"])
        for r in records
        for q in r["questions"]
        if q["misconception"] and q["score"] < q["max_score"]
    ]
    told = [(m["question"], m["id"]) for m in data["mistakes"] for _ in m["students"]]
    assert sorted(told) == sorted(named)
    counts = [len(m["students"]) for m in data["mistakes"]]
    assert counts == sorted(counts, reverse=True)
    assert page.select_one("#mistakes ~ section h3").get_text().startswith("1. Exp overflow")


def test_a_mistake_has_the_question_of_the_book_or_one_from_its_own_text(reported):
    _, data, _ = reported
    asked = {(m["question"], m["id"]): m["ask"] for m in data["mistakes"]}
    assert asked["mse", "divided-by-n-only"] == "How many numbers were added?"
    own = asked["count_evaluations", "inputs-counted"]
    assert own.startswith("The inputs are counted as evaluations.")
    assert own.endswith("?")


def test_the_parts_for_the_class_name_no_student(reported):
    page, data, _ = reported
    students = {row["student"] for row in data["students"]} - {"loop", "crash", "deleted"}
    for_the_class = []
    for element in page.main.find_all(recursive=False):
        if element.get("id") == "people":
            break
        for_the_class.append(element.get_text(" "))
    words = set(" ".join(for_the_class).split())
    assert "Sigmoid" in words
    assert not words & students


def test_who_is_absent_rejected_or_needs_a_talk_is_named(reported):
    page, data, _ = reported
    assert data["absent"] == ["Zoë <b>Zimmer</b>"]
    assert "Zoë <b>Zimmer</b>" in page.get_text()
    assert [person["student"] for person in data["rejected"]] == ["damaged"]
    talk = [person["student"] for person in data["talk"]]
    assert {"untouched", "leilani"} <= set(talk)
    assert "farah" not in talk


def test_a_roster_gives_names_and_tells_who_has_not_handed_in(course):
    roster = course / "roster.csv"
    roster.write_text('Student,ID,SIS Login ID\n"Ito, Hina",1,hina\n"Poe, Ann",2,ann\n')
    page, data, _ = write_report(course, "--roster", str(roster))
    assert "Poe, Ann" in data["absent"]
    assert "Ito, Hina" not in data["absent"]
    assert next(row for row in data["students"] if row["student"] == "hina")["name"] == "Ito, Hina"
    assert (
        "Poe, Ann"
        in page.select_one("#people").find_next("h3", string="Not handed in").find_next("p").text
    )


def test_the_first_lines_are_sentences(reported):
    page, data, _ = reported
    words = " ".join(page.header.get_text().split())
    assert f"{len(data['rejected'])} rejected. 1 student has not handed in. The median is" in words
    assert not re.search(r"\.(?=[A-Z])|\d\.\d+ answers", words)


def test_the_page_is_accessible_and_loads_nothing(reported, chromium):
    _, _, path = reported
    assert troubles(chromium, path) == []


def test_the_distribution_is_drawn(reported, chromium):
    _, data, path = reported
    with opened(chromium, path) as page:
        heights = [bar.bounding_box()["height"] for bar in page.locator(".bar").all()]
    counts = data["spread"]["counts"]
    assert len(set(counts)) > 2
    tallest = max(heights)
    for height, count in zip(heights, counts, strict=True):
        drawn = tallest * count / max(counts)
        assert height == pytest.approx(max(1, drawn), abs=0.5)  # an empty bar is a line of 1 pixel


def test_similar_submissions_are_those_with_the_same_rare_answers(reported):
    _, data, _ = reported
    copies = {"farah", "crash", "deleted", "loop"}  # made from the answers of farah
    assert {student for pair in data["similar"] for student in pair["students"]} == copies


def test_similar_submissions_are_left_out_unless_asked_for(course):
    page, data, _ = write_report(course)
    assert data["similar"] is None
    assert page.find(id="similar") is None


def test_names_comments_and_given_lines_do_not_make_answers_different():
    given = "def f(x):\n    raise NotImplementedError"
    one = 'def f(x):\n    """Text."""\n    total = np.sum(x, axis=1)  # rows\n    return total / 3'
    other = "def f(x):\n    s=np.sum(x,axis=1)\n\n    return s/3"
    assert tokens(one, given).endswith(tokens(other, given))
    assert tokens(other, given) != tokens(other.replace("sum", "mean"), given)
    assert tokens(given, given) == ""


def test_every_mistake_that_the_teaching_page_asks_about_is_one_of_the_bank():
    questions = class_questions._questions()
    assert len(questions) > 30
    for assignment, mistake in questions:
        known = {
            each.id
            for id in ASSIGNMENTS[assignment]
            if id in QUESTIONS
            for each in QUESTIONS[id].misconceptions
        }
        assert mistake in known


@pytest.mark.parametrize(
    "words", [missing.not_attempted("f"), missing.unfinished("f"), missing.only_comments("f")]
)
def test_what_nobody_has_attempted_is_recognised(words):
    assert words.startswith(NOT_ATTEMPTED)


def test_an_unusable_path_for_the_data_is_told_in_one_line(course, capsys):
    command = ["report", ASSIGNMENT, "--course", str(course), "--json", "/no/such/folder/x.json"]
    assert main(command) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
