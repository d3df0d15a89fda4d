"""Marking written answers by question: what a person types in a browser is in the gradebook."""

import contextlib
import json
import threading
import urllib.error
import urllib.request
from argparse import Namespace

import pytest
from axe_playwright_python.sync_playwright import Axe

from autograder.cli import main, new_parser
from autograder.commands.mark import marking_server
from autograder.grading.assignment import Assignment
from support.dresses import DRESSES
from support.here import grade_here, hand_in, new_gradebook
from support.notebooks import released
from support.stock import gradebook

ASSIGNMENT = "01-neuron"
QUESTION = Assignment.of_course(ASSIGNMENT).manual[0]
STUDENTS = [f"student-{number:02}" for number in range(30)]
HOSTILE = (
    "<img src=x onerror=pwned()> $\\href{javascript:pwned()}{\\text{<script>pwned()</script>}}$"
)
PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)

pytestmark = pytest.mark.sandbox


def with_answer(text, pictures=None):
    """Return the released notebook with a written answer and nothing else."""
    notebook = released(ASSIGNMENT)
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == QUESTION.id:
            cell["source"] = text
            if pictures:
                cell["attachments"] = pictures
    return notebook


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    """A graded course in which 30 students have written an answer, and one has not."""
    course = tmp_path_factory.mktemp("written")
    (course / "gradebook.db").write_bytes(new_gradebook(ASSIGNMENT))
    for number, student in enumerate(STUDENTS):
        hand_in(course, student, ASSIGNMENT, with_answer(f"Answer {number}: $w_1 + b > 0$."))
    hand_in(course, "nobody", ASSIGNMENT, released(ASSIGNMENT))
    hand_in(course, STUDENTS[1], ASSIGNMENT, with_answer(HOSTILE))
    drawn = {"proof.png": {"image/png": PICTURE}}
    hand_in(course, STUDENTS[2], ASSIGNMENT, with_answer("![it](attachment:proof.png)", drawn))
    assert {r.status for r in grade_here(course, ASSIGNMENT).values()} == {"graded"}
    return course


@contextlib.contextmanager
def served(course):
    """Yield the address of the page while it is served."""
    options = Namespace(course=str(course), assignment=ASSIGNMENT, question=QUESTION.id, db=None)
    with marking_server(options) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.address
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def opened(chromium, address, scheme="light", window=None):
    """Yield the open page, which fails the test if a script of it fails."""
    context = chromium.new_context(color_scheme=scheme, viewport=window or DRESSES[0][1])
    try:
        page = context.new_page()
        page.failures = []
        page.on("pageerror", lambda error: page.failures.append(str(error)))
        page.goto(address)
        yield page
        assert page.failures == []
    finally:
        context.close()


def marks(course):
    """Return by student the points, the comment and whether a person still has to look."""
    with gradebook(course) as book:
        found = {}
        for submission in book.assignment_submissions(ASSIGNMENT):
            (notebook,) = submission.notebooks
            (grade,) = (g for g in notebook.grades if g.name == QUESTION.id)
            (comment,) = (c for c in notebook.comments if c.name == QUESTION.id)
            told = grade.manual_score, comment.manual_comment, grade.needs_manual_grade
            found[submission.student.id] = told
    return found


def send(address, body, **headers):
    """Send a mark as the page does and return the status and the words of the reply."""
    request = urllib.request.Request(
        f"{address}mark",
        data=body if isinstance(body, bytes) else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **headers},
    )
    try:
        with urllib.request.urlopen(request) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_thirty_answers_marked_with_the_keyboard_are_in_the_gradebook(answered, chromium):
    with served(answered) as address, opened(chromium, address) as page:
        for number, student in enumerate(STUDENTS):
            page.keyboard.press(str(number % 4))
            if number % 10 == 0:
                page.keyboard.press("c")
                page.keyboard.type(f"Read 1.2 again, {student}.")
                page.keyboard.press("Escape")
            if number == 5:
                page.keyboard.press("h")
            page.keyboard.press("Enter")
        page.wait_for_function("document.querySelectorAll('.state.saved').length === 30")
        assert page.locator("#marked").text_content() == "30"
    found = marks(answered)
    assert "nobody" in found
    assert found.pop("nobody") == (None, None, False)
    for number, student in enumerate(STUDENTS):
        score = 1.5 if number == 5 else number % 4
        comment = f"Read 1.2 again, {student}." if number % 10 == 0 else None
        assert found[student] == (score, comment, False), student


def test_regrading_leaves_the_ticks_of_a_person_and_a_new_answer_waits(answered):
    course = answered
    with served(course) as address:
        for student in STUDENTS[:3]:
            sent = {"student": student, "score": 2, "comment": "fine"}
            assert send(address, sent) == (200, "saved")
    before = marks(course)
    again = ("grade", ASSIGNMENT, "--course", str(course), "--seed-file", str(course / "seed"))
    (course / "seed").write_text("the secret of a small course")
    assert main([*again, "--regrade", "neuron"]) == 0
    assert marks(course) == before
    hand_in(course, STUDENTS[0], ASSIGNMENT, with_answer("Another answer."))
    assert main([*again]) == 0
    assert marks(course) == before | {STUDENTS[0]: (2, "fine", True)}
    with served(course) as address, urllib.request.urlopen(address) as reply:
        assert "marked before; look at it again" in reply.read().decode()


def test_a_mark_is_there_when_the_page_is_opened_again(answered, chromium):
    student = STUDENTS[7]
    with served(answered) as address, opened(chromium, address) as page:
        article = page.locator(f"[data-student={student}]")
        article.locator("input").fill("2.5")
        article.locator("textarea").fill("Nearly.")
        article.locator("textarea").blur()
        article.locator(".state.saved").wait_for()
        page.reload()
        article = page.locator(f"[data-student={student}]")
        assert article.locator("input").input_value() == "2.5"
        assert article.locator("textarea").input_value() == "Nearly."


def test_a_mark_that_cannot_be_saved_is_told(answered, chromium):
    with served(answered) as address, opened(chromium, address) as page:
        page.route("**/mark", lambda route: route.abort())
        page.keyboard.press("1")
        page.locator("article.here .state.failed").wait_for()
        page.unroute("**/mark")
        page.keyboard.press("1")
        page.locator("article.here .state.saved").wait_for()


def test_pictures_are_shown_and_nothing_of_a_student_runs(answered, chromium):
    with served(answered) as address, opened(chromium, address) as page:
        picture = page.locator(f"[data-student={STUDENTS[2]}] img")
        picture.scroll_into_view_if_needed()
        page.wait_for_function("each => each.complete", arg=picture.element_handle())
        assert picture.evaluate("each => each.naturalWidth") == 1
        assert (
            page.locator(f"[data-student={STUDENTS[1]}] :is(img, script, a, [href])").count() == 0
        )


@pytest.mark.parametrize(("scheme", "window"), DRESSES)
def test_the_page_is_accessible(answered, chromium, scheme, window):
    with served(answered) as address:
        context = chromium.new_context(color_scheme=scheme, viewport=window, bypass_csp=True)
        page = context.new_page()
        page.goto(address)
        assert Axe().run(page).response["violations"] == []
        width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(width) <= 0
        context.close()


@pytest.mark.parametrize("score", [-1, QUESTION.points + 0.5, "3", True, 1e999, [1]])
def test_points_outside_the_full_marks_are_refused(answered, score):
    before = marks(answered)
    with served(answered) as address:
        status, words = send(address, {"student": STUDENTS[3], "score": score, "comment": ""})
    assert status == 400
    assert words == "the points must be a number from 0 to 3"
    assert marks(answered) == before


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"student": "nobody", "score": 1, "comment": ""}', b"x" * 200_000]
)
def test_what_is_no_mark_is_refused(answered, body):
    before = marks(answered)
    with served(answered) as address:
        assert send(address, body)[0] == 400
    assert marks(answered) == before


def test_points_can_be_taken_back(answered):
    with served(answered) as address:
        for score, waits in ((1, False), (None, True)):
            sent = {"student": STUDENTS[4], "score": score, "comment": ""}
            assert send(address, sent)[0] == 200
            assert marks(answered)[STUDENTS[4]] == (score, None, waits)


def test_only_the_page_itself_is_answered(answered):
    sent = {"student": STUDENTS[3], "score": 1, "comment": ""}
    before = marks(answered)
    with served(answered) as address:
        port = address.split(":")[2].split("/")[0]
        assert send(f"http://127.0.0.1:{port}/", sent)[0] == 404
        assert send(f"http://127.0.0.1:{port}/another-token/", sent)[0] == 404
        assert send(address, sent, Host="example.org")[0] == 404
        assert send(address, sent, **{"Content-Type": "text/plain"})[0] == 404
    assert marks(answered) == before


def test_a_question_that_the_checks_mark_is_refused(answered, capsys):
    assert main(["mark", ASSIGNMENT, "neuron", "--course", str(answered)]) == 2
    assert QUESTION.id in capsys.readouterr().err


def test_the_only_written_question_need_not_be_named(answered):
    options = new_parser().parse_args(["mark", ASSIGNMENT, "--course", str(answered)])
    with marking_server(options) as server:
        assert server.points == QUESTION.points
        assert QUESTION.rubric[0][1] in server.page()


def test_the_report_says_how_many_answers_wait(answered):
    with served(answered) as address:
        for student in STUDENTS[5:8]:
            assert send(address, {"student": student, "score": None, "comment": ""})[0] == 200
    file = answered / "report.json"
    command = ["report", ASSIGNMENT, "--course", str(answered), "--json", str(file)]
    assert main(command) == 0
    (states,) = (
        q["states"] for q in json.loads(file.read_text())["questions"] if q["id"] == QUESTION.id
    )
    unmarked = [student for student, (score, _, _) in marks(answered).items() if score is None]
    assert states["untouched"] == 1
    assert states["waiting"] == len(unmarked) - 1 >= 3
