"""The feedback pages: what a student finds on them, and that nbgrader can release them."""

from datetime import datetime

import pytest
from bs4 import BeautifulSoup
from nbgrader.apps.api import NbGraderAPI
from traitlets.config import Config

from autograder.cli import main
from support.dresses import PHONE
from support.single_pages import opened, troubles
from support.stock import gradebook, nbgrader

ASSIGNMENT = "02-forward"
WRITTEN = "shift_of_softmax"
BOOK = "https://example.org/book"


@pytest.fixture(scope="module")
def feedback(shared_course):
    """Write the pages and return a function from a student to the path of the page."""
    course = shared_course
    assert main(["feedback", ASSIGNMENT, "--course", str(course), "--book-url", BOOK]) == 0
    return lambda student: course / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html"


def parsed(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def mark_by_hand(course, student, question, score, comment):
    with gradebook(course) as book:
        grade = book.find_grade(question, ASSIGNMENT, ASSIGNMENT, student)
        grade.manual_score, grade.needs_manual_grade = score, False
        cell = question if question == WRITTEN else f"{question}-answer"
        book.find_comment(cell, ASSIGNMENT, ASSIGNMENT, student).manual_comment = comment
        book.db.commit()


def test_marks_and_named_mistakes_are_on_the_first_screen_of_a_phone(feedback, chromium):
    with opened(chromium, feedback("hina"), PHONE) as page:
        for words in ("23 of 33 points", "Divided by N only"):
            box = page.get_by_text(words).first.bounding_box()
            assert box["y"] + box["height"] <= PHONE["height"]


def test_right_questions_are_folded_and_the_others_are_not(feedback, chromium):
    with opened(chromium, feedback("hina")) as page:
        assert page.locator("#mse").is_visible()
        assert not page.locator("#tanh_forward").is_visible()
        page.get_by_text("7 questions are right").click()
        assert page.locator("#tanh_forward").is_visible()


def test_core_and_bonus_are_told_apart(feedback):
    page = parsed(feedback("ada"))
    assert page.h1.get_text() == "30 of 33 points"
    assert "Bonus: 0 of 2 points" in " ".join(page.get_text().split())
    assert not page.select(".next a[href='#log_probabilities']")


def test_links_lead_into_the_book(feedback):
    links = [a["href"] for a in parsed(feedback("hina")).select("#mse a")]
    assert links == [f"{BOOK}/book/2-concepts.html#mean-squared-error"]


def test_the_page_shows_the_students_code_and_not_the_stub(feedback):
    page = parsed(feedback("hina"))
    assert "np.sum((pred - y) ** 2) / N" in page.select_one("#mse .code").get_text()
    assert page.select_one("#log_probabilities .code") is None


def test_points_and_comment_of_a_person_are_shown_with_formulas(course):
    mark_by_hand(course, "hina", WRITTEN, 2, "The step from $e^{a+c}$ is missing. <b>Why?</b>")
    mark_by_hand(course, "hina", "mse", 1.5, "Half, because the idea is right.")
    assert main(["feedback", ASSIGNMENT, "--course", str(course)]) == 0
    path = course / "feedback" / "hina" / ASSIGNMENT / f"{ASSIGNMENT}.html"
    page = parsed(path)
    assert page.h1.get_text() == "26.5 of 33 points"
    said = page.select_one(f"#{WRITTEN} .said")
    assert said.find("math") is not None
    assert said.find("b") is None
    assert "<b>Why?</b>" in said.get_text()
    assert "1.5 of 3 points" in " ".join(page.select_one("#mse").get_text().split())


def test_a_rejected_submission_is_told_why_and_what_to_do(feedback):
    page = parsed(feedback("damaged"))
    assert page.h1.get_text() == "Your submission could not be read"
    assert "cannot be read as a notebook" in page.get_text()
    assert f"{ASSIGNMENT}.ipynb" in page.get_text()


def test_a_late_submission_shows_its_penalty(course):
    with gradebook(course) as book:
        submission = book.find_submission(ASSIGNMENT, "hina")
        submission.timestamp = datetime(2026, 3, 1, 4, 5)
        submission.notebooks[0].late_submission_penalty = 4.0
        book.db.commit()
    assert main(["feedback", ASSIGNMENT, "--course", str(course)]) == 0
    page = parsed(course / "feedback" / "hina" / ASSIGNMENT / f"{ASSIGNMENT}.html")
    text = " ".join(page.get_text().split())
    assert "4 points will be taken off" in text
    assert "handed in 01 March 2026, 04:05 UTC" in text


def test_a_page_is_accessible_and_loads_nothing(feedback, chromium):
    for student in ("hina", "damaged", "leilani"):
        assert troubles(chromium, feedback(student)) == []


def test_folded_answers_are_printed(feedback, chromium):
    with opened(chromium, feedback("hina")) as page:
        page.emulate_media(media="print")
        heading = page.locator("#tanh_forward h3")
        assert heading.evaluate("each => each.checkVisibility()")
        assert heading.bounding_box()["height"] > 0


def test_nbgrader_releases_our_pages_and_those_of_generate_feedback(course, tmp_path):
    for step in ("submitted", "autograded"):
        folder = course / step / "hina" / ASSIGNMENT
        (folder / "timestamp.txt").write_text("2026-03-01 04:05:06 UTC")
        (folder / "submission_secret.txt").write_text("a secret of hina")
    config = Config()
    config.Exchange.root = str(tmp_path / "exchange")
    config.CourseDirectory.course_id = "backprop"
    config.CourseDirectory.student_id = "hina"
    released = tmp_path / "exchange" / "backprop" / "feedback"
    released.mkdir(parents=True)
    with nbgrader(course, config) as api:
        api.coursedir.update_config(config)
        assert main(["feedback", ASSIGNMENT, "--course", str(course)]) == 0
        ours = released_page(api, released)
        done = api.generate_feedback(ASSIGNMENT, "hina", force=True)
        assert done["success"], done["log"]
        stock = released_page(api, released)
    assert "What to do next" in ours
    assert "What to do next" not in stock
    assert "Divided by N only" in stock


def released_page(api: NbGraderAPI, folder):
    assert api.release_feedback(ASSIGNMENT, "hina")["success"]
    (page,) = folder.glob("*.html")
    return page.read_text(encoding="utf-8")


def test_grading_writes_the_pages_if_asked(course):
    command = ["grade", ASSIGNMENT, "--course", str(course)]
    assert main(command) == 0
    assert not (course / "feedback").exists()
    assert main([*command, "--feedback"]) == 0
    assert len(list(course.glob(f"feedback/*/{ASSIGNMENT}/{ASSIGNMENT}.html"))) == 23


def test_a_course_without_marks_says_what_to_do(tmp_path, capsys):
    assert main(["feedback", ASSIGNMENT, "--course", str(tmp_path)]) == 2
    assert "run `autograder grade 02-forward` first" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_link_in_the_feedback_folder_is_not_followed(course, tmp_path, capsys):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (course / "feedback").mkdir()
    (course / "feedback" / "ada").symlink_to(elsewhere)
    assert main(["feedback", ASSIGNMENT, "--course", str(course)]) == 2
    assert "remove the link" in capsys.readouterr().err
    assert list(elsewhere.iterdir()) == []
