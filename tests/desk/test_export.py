"""`autograder export` gives platforms the marks of the gradebook, and hides nobody without one."""

import csv
import io
import json

import pytest
from nbgrader.api import Gradebook

from autograder.cli import main
from autograder.desk.class_records import read_class
from autograder.desk.export import defused
from autograder.grading.assignment import Assignment
from support.commands import run_well
from support.notebooks import released, solved

pytestmark = pytest.mark.sandbox

A = "02-forward"
WRITTEN = "shift_of_softmax"
ROSTER = """\
Student,ID,SIS User ID,SIS Login ID,Section,02-forward (778)
    Points Possible,,,,,33
"Doe, Jane",4711,u1,jane,A,
"=HYPERLINK(""http://x"")",4712,u2,王小明,A,
"Kim, Lee",4713,u3,lee,A,
"Absent, Ann",4714,u4,ann,A,
"Student, Test",4799,,test,A,
"""
WORKSHEET = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Feedback comments
Participant 31,Jane Doe,jane@example.edu,Submitted for grading,,{most},Yes,
Participant 32,王小明,王小明@example.edu,Submitted for grading,,{most},Yes,
Participant 33,Ann Absent,ann@example.edu,No submission,,{most},Yes,
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A graded course: right answers, none at all, no notebook; a person and a penalty, too."""
    folder = tmp_path_factory.mktemp("course")
    for student, notebook in (("jane", solved(A)), ("王小明", released(A)), ("lee", "no notebook")):
        place = folder / "submitted" / student / A
        place.mkdir(parents=True)
        (place / f"{A}.ipynb").write_text(json.dumps(notebook))
    run_well("autograder.cli", "grade", A, "--course", folder)
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        submission = gradebook.find_submission(A, "jane").notebooks[0]
        grade = next(g for g in submission.grades if g.name == WRITTEN)
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        submission.late_submission_penalty = 4.0
        gradebook.db.commit()
    return folder


@pytest.fixture
def export(course, tmp_path, capsys):
    """A function that exports. It returns the exit code, the rows of the file, and stderr."""

    def run(form, *options, roster=None):
        path = tmp_path / "marks.csv"
        if roster:
            (tmp_path / "roster.csv").write_text(roster, encoding="utf-8")
            options = (*options, "--roster", str(tmp_path / "roster.csv"))
        code = main(["export", A, "--course", str(course), f"--{form}", str(path), *options])
        text = path.read_text(encoding="utf-8-sig") if path.exists() else ""
        return code, list(csv.DictReader(io.StringIO(text))), capsys.readouterr().err

    return run


def totals_of_nbgrader(course):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        found = {s.student.id: s for s in gradebook.assignment_submissions(A)}
        return {id: max(0.0, s.score - s.late_submission_penalty) for id, s in found.items()}


def test_the_report_and_the_table_count_the_same_points(course, export):
    _, rows, _ = export("csv")
    works = read_class(f"sqlite:///{course / 'gradebook.db'}", Assignment.of_course(A)).works
    told = {row["student"]: float(row["core"]) + float(row["bonus"]) for row in rows}
    assert told == {work.student: sum(mark.score for mark in work.marks) for work in works}
    penalties = {row["student"]: float(row["penalty"]) for row in rows}
    assert penalties == {work.student: work.penalty for work in works}
    assert penalties["jane"] == 4


def test_the_totals_are_those_that_nbgrader_exports(course, export):
    code, rows, _ = export("csv")
    assert code == 0
    found = {row["student"]: float(row["total"]) for row in rows}
    assert found == totals_of_nbgrader(course)
    assert found["jane"] == 30.5


def test_core_bonus_penalty_and_each_question_have_columns(export):
    _, rows, _ = export("csv")
    jane = next(row for row in rows if row["student"] == "jane")
    assert (jane["core"], jane["core_max"]) == ("32.5", "33")
    assert (jane["bonus"], jane["bonus_max"], jane["penalty"]) == ("2", "2", "4")
    assert jane[f"{WRITTEN} (3)"] == "2.5"
    assert jane["softmax (4)"] == "4"


def test_who_has_no_mark_is_told(export):
    _, rows, err = export("csv", roster=ROSTER)
    assert "1 student without marks: ann" in err
    assert "1 student with 0 points, because the submission was rejected: lee" in err
    ann = next(row for row in rows if row["student"] == "ann")
    assert (ann["name"], ann["status"], ann["total"]) == ("Absent, Ann", "no marks", "")
    assert next(row for row in rows if row["student"] == "jane")["name"] == "Doe, Jane"
    _, _, err = export("csv", roster=ROSTER.replace("王小明", "wang"))
    assert "1 student with marks, but not in the roster: 王小明" in err


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (WRITTEN, f"written answer to be marked, so type `autograder mark {A}` and export again"),
        ("softmax", "submission that a person should look at in formgrader"),
    ],
)
def test_who_waits_for_a_person_is_told_with_what_to_do(course, export, question, says):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        grade = gradebook.find_grade(question, A, A, "jane")
        grade.needs_manual_grade = True
        gradebook.db.commit()
        _, rows, err = export("csv")
        grade.needs_manual_grade = False
        gradebook.db.commit()
    assert f"1 student with a {says}: jane" in err
    assert next(row for row in rows if row["student"] == "jane")["waiting"] == question


def test_canvas_gets_its_own_ids_column_and_points_possible(export):
    code, rows, _ = export("canvas", roster=ROSTER)
    assert code == 0
    assert list(rows[0]) == [
        *("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "02-forward (778)"),
    ]
    assert rows[0]["Student"].strip() == "Points Possible"
    assert rows[0]["02-forward (778)"] == "33"
    assert {row["ID"]: row["02-forward (778)"] for row in rows[1:]} == {
        **{"4711": "30.5", "4712": "0", "4713": "0"},
        "4714": "",  # no submission is no zero
    }
    _, rows, _ = export("canvas", "--by-question", roster=ROSTER)
    assert (rows[0]["softmax"], rows[1]["softmax"], rows[2]["softmax"]) == ("4", "4", "0")


def test_a_column_that_canvas_does_not_know_is_told(export):
    _, _, err = export("canvas", roster=ROSTER)
    assert "Canvas will ask" not in err
    _, rows, err = export("canvas", roster=ROSTER.replace("02-forward", "Homework 2"))
    assert A in rows[0]
    assert f"no column of the roster is called {A}, so Canvas will ask" in err


def test_a_name_that_is_a_formula_is_defused(export):
    _, rows, _ = export("canvas", roster=ROSTER)
    assert rows[2]["Student"] == """'=HYPERLINK("http://x")"""
    for text in ("=1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1"):
        assert defused(text) == f"'{text}"
    assert defused("Jane - Doe = 1") == "Jane - Doe = 1"


def test_moodle_gets_its_worksheet_back_with_grades_and_points_by_question(export):
    code, rows, err = export("moodle", roster=WORKSHEET.format(most="33.00"))
    assert code == 0
    assert [row["Grade"] for row in rows] == ["30.5", "0", ""]
    assert "core 32.5 of 33; bonus 2 of 2; late: 4 points less" in rows[0]["Feedback comments"]
    assert "softmax 4/4" in rows[0]["Feedback comments"]
    assert "1 student without marks: ann@example.edu" in err


def test_a_worksheet_with_another_maximum_is_refused(export):
    code, rows, err = export("moodle", roster=WORKSHEET.format(most="100.00"))
    assert (code, rows) == (2, [])
    assert len(err.splitlines()) == 1
    assert "set the maximum grade of the assignment in Moodle to this" in err


def test_moodle_imports_a_list_of_participants_with_grades(export):
    people = "First name;Last name;Username;Email address\nJane;Doe;jane;j@example.edu\n"
    _, rows, _ = export("moodle", roster=people)
    assert rows == [
        {
            **{"Username": "jane", "Email address": "j@example.edu", "02-forward": "30.5"},
            **{"02-forward core": "32.5", "02-forward bonus": "2"},
        }
    ]


def test_students_who_were_collected_need_no_roster_for_canvas(course, export):
    (course / "collected").mkdir()
    lines = [f"{s},Canvas,x_{i},{s},{i},1,,,a" for s, i in (("jane", 1), ("王小明", 2), ("lee", 3))]
    head = "student,platform,id,name,keys,order,time,late,files"
    (course / "collected" / f"{A}.csv").write_text("\n".join([head, *lines]), encoding="utf-8")
    _, rows, _ = export("canvas")
    (course / "collected" / f"{A}.csv").unlink()
    (course / "collected").rmdir()
    assert {row["ID"]: row[A] for row in rows[1:]} == {"1": "30.5", "2": "0", "3": "0"}


@pytest.mark.parametrize(
    ("form", "roster", "says"),
    [
        ("canvas", None, "is not known; add --roster"),
        ("moodle", None, "Moodle needs --roster"),
        ("canvas", "Username\njane\n", "the roster has none"),
        ("csv", "Colour\nblue\n", "names no column with students"),
        ("csv", "ID,Email\njane,\nx,jane\n", ""),
    ],
)
def test_what_a_platform_needs_and_is_not_there_is_said_in_one_line(export, form, roster, says):
    code, _, err = export(form, roster=roster)
    if says:
        assert code == 2
        assert len(err.splitlines()) == 1
        assert says in err
    else:  # two rows of the roster share a key, so the key identifies neither of them
        assert code == 0
        assert "jane" in next(line for line in err.splitlines() if "not in the roster" in line)


def test_paths_that_cannot_be_used_end_with_exit_code_2(course, tmp_path, capsys):
    there = ["--course", str(course)]
    for command in (
        ["export", A, "--course", str(tmp_path), "--csv", str(tmp_path / "x")],
        ["export", A, "--course", str(tmp_path / "none"), "--csv", str(tmp_path / "x")],
        ["export", "07-none", *there, "--csv", str(tmp_path / "x")],
        ["export", A, *there, "--csv", str(tmp_path / "none" / "x")],
        ["export", A, *there, "--csv", str(tmp_path)],
        ["export", A, *there, "--csv", str(tmp_path / "x"), "--roster", str(tmp_path / "none")],
        ["export", A, *there, "--csv", str(tmp_path / "x"), "--roster", str(tmp_path)],
        ["export", A, *there, "--csv", str(tmp_path / "x"), "--db", "nonsense"],
    ):
        assert main(command) == 2, command
        assert len(capsys.readouterr().err.splitlines()) == 1
