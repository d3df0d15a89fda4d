"""Unmodified nbgrader with our configuration marks in the sandbox.

This holds for its command and for the button of formgrader, nbgrader's web page.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import Execute, SaveAutoGrades
from traitlets.config.loader import PyFileConfigLoader
from traitlets.utils.importstring import import_item

from autograder.grading.assignment import course_assignments
from autograder.grading.course_folder import CourseFolder
from autograder.nbgrader_plugin import MarkInSandbox, SaveMarks, require_ours
from support.accidents import a_photo, handed_in
from support.notebooks import read
from support.places import ROOT, SAMPLE_CLASS, SOLUTIONS
from support.stock import environment, generate, gradebook, nbgrader

pytestmark = pytest.mark.sandbox

ASSIGNMENTS = course_assignments()

EXPECTED = read(SAMPLE_CLASS / "expected.json")
ASSIGNMENT = "02-forward"
SAMPLE = ("bao", "damaged", "deleted", "hina", "hostile", "loop")
TOKEN = "a-token-of-the-tests"


def run(course, *command, programs=()):
    return subprocess.run(
        (sys.executable, "-m", *command),
        cwd=course,
        env=environment(course, programs),
        capture_output=True,
        text=True,
        check=False,
    )


def program(folder, name, script):
    folder.mkdir()
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    return folder


def autograde(course, **more):
    return run(course, "nbgrader", "autograde", ASSIGNMENT, "--create", **more)


def our_config():
    return PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()


def grades(course, student, assignment=ASSIGNMENT):
    with gradebook(course) as opened:
        submission = opened.find_submission(assignment, student)
        found = [grade for notebook in submission.notebooks for grade in notebook.grades]
        return {g.name: (g.auto_score, g.needs_manual_grade) for g in found}


def total(course, student):
    with gradebook(course) as opened:
        return opened.find_submission(ASSIGNMENT, student).score


def has_no_marks(course, student, assignment=ASSIGNMENT):
    written = (course / "autograded" / student / assignment).exists()
    scores = [score for score, _ in grades(course, student, assignment).values()]
    return not written and scores == [None] * len(scores)


def autograded(course, student, assignment=ASSIGNMENT):
    path = course / "autograded" / student / assignment / f"{assignment}.ipynb"
    return nbformat.read(path, as_version=4)


def hand_in(course, student, assignment, notebook):
    folder = course / "submitted" / student / assignment
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{assignment}.ipynb")


def intruding_cell(course):
    return nbformat.v4.new_code_cell(f"open({str(course / 'intruded')!r}, 'w').close()")


def own_notebook(*more):
    """Return an assignment of the instructor: one check for one point, then the cells in `more`."""
    mark = {"grade_id": "own-check", "grade": True, "solution": False, "locked": True}
    mark |= {"points": 1, "schema_version": 3, "task": False}
    check = nbformat.v4.new_code_cell("assert True", metadata={"nbgrader": mark})
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=[check, *more], metadata={"kernelspec": kernel})


@pytest.fixture(scope="module")
def ungraded(tmp_path_factory, sample_class):
    """A course folder as an instructor has it before marking."""
    course = tmp_path_factory.mktemp("ungraded")
    for student in SAMPLE:
        folder = sample_class / student / ASSIGNMENT
        shutil.copytree(folder, course / "submitted" / student / ASSIGNMENT)
    shutil.copytree(SOLUTIONS / ASSIGNMENT, course / "source" / ASSIGNMENT)
    (course / "source" / "own").mkdir()
    nbformat.write(own_notebook(), course / "source" / "own" / "own.ipynb")
    shutil.copy(ROOT / "nbgrader_config.py", course)
    generate(course, ASSIGNMENT, "own")
    return course


@pytest.fixture
def course(ungraded, tmp_path):
    """A copy of the ungraded course folder with two honest submissions."""
    shutil.copytree(ungraded, tmp_path / "course")
    for student in set(SAMPLE) - {"bao", "hina"}:
        shutil.rmtree(tmp_path / "course" / "submitted" / student)
    return tmp_path / "course"


@pytest.fixture(scope="module")
def marked(ungraded, tmp_path_factory):
    """The sample class and an intruder, marked by nbgrader: the course folder and the output.

    The intruder handed in Hina's notebook with two changes: a cell that tries to write into the
    course folder, and a text for the question that a person marks.
    """
    course = tmp_path_factory.mktemp("marked") / "course"
    shutil.copytree(ungraded, course)
    folder = course / "submitted" / "hina" / ASSIGNMENT
    notebook = nbformat.read(folder / f"{ASSIGNMENT}.ipynb", as_version=4)
    notebook.cells.append(intruding_cell(course))
    text = next(c for c in notebook.cells if c.id == ASSIGNMENTS[ASSIGNMENT].manual[0].id)
    text.source = "The shift cancels."
    hand_in(course, "intruder", ASSIGNMENT, notebook)
    return course, autograde(course)


def test_the_list_is_nbgraders_own_with_two_exchanged():
    exchanged = {Execute: MarkInSandbox, SaveAutoGrades: SaveMarks}
    ours = [import_item(name) for name in our_config().Autograde.autograde_preprocessors]
    stock = Autograde().autograde_preprocessors
    assert ours == [exchanged.get(item, item) for item in stock]


@pytest.mark.parametrize("student", SAMPLE)
def test_everybody_gets_the_marks_of_the_list(marked, student):
    course, _ = marked
    expected = EXPECTED[f"{student}/{ASSIGNMENT}"]
    lost = {name: float(score) for name, (_, _, score) in expected["lost"].items()}
    scores = {name: score for name, (score, _) in grades(course, student).items()}
    if student == "damaged":  # this notebook cannot be read
        assert set(scores.values()) == {None}
    else:  # an answer that is not in the list is right or missing
        whole = {q.id: (0.0, float(q.points)) for q in ASSIGNMENTS[ASSIGNMENT].questions}
        assert scores.items() >= lost.items()
        assert all(scores[name] in whole.get(name, (0.0,)) for name in scores.keys() - lost)
    assert total(course, student) == expected["score"]


def test_a_notebook_that_cannot_be_read_is_an_error_of_that_student_alone(marked):
    course, done = marked
    assert done.returncode == 1
    assert done.stderr.count(f"error processing assignment '{ASSIGNMENT}' for student") == 1
    assert f"error processing assignment '{ASSIGNMENT}' for student 'damaged'" in done.stderr
    assert has_no_marks(course, "damaged")


def test_student_code_cannot_write_into_the_course_folder(marked):
    course, _ = marked
    assert not (course / "intruded").exists()
    assert list(course.rglob("gradebook.db")) == [course / "gradebook.db"]
    cell = next(c for c in autograded(course, "intruder").cells if "intruded" in c.source)
    assert "FileNotFoundError" in cell.outputs[0].text  # the sandbox does not contain the folder


def test_the_intruder_is_marked_and_a_person_marks_the_text(marked):
    course, _ = marked
    found = grades(course, "intruder")
    assert found.pop(ASSIGNMENTS[ASSIGNMENT].manual[0].id) == (None, True)
    assert sum(score for score, _ in found.values()) == EXPECTED[f"hina/{ASSIGNMENT}"]["score"]


def test_the_command_of_ours_gives_the_same_verdicts_on_the_same_inputs(marked, course):
    shutil.copy(marked[0] / ".autograder-seed", course)
    options = ("--course", ".", "--workers", "1")
    done = run(course, "autograder.cli", "grade", ASSIGNMENT, *options)
    assert done.returncode == 0, done.stderr
    assert grades(course, "hina") == grades(marked[0], "hina")
    ours, theirs = autograded(course, "hina").cells, autograded(marked[0], "hina").cells
    assert [c.get("outputs") for c in ours] == [c.get("outputs") for c in theirs]
    assert "right loss" in str(theirs)


def test_without_a_sandbox_nobody_gets_marks_and_everybody_is_reported(course):
    broken = program(course / "bin", "bwrap", "echo no namespaces here >&2; exit 1")
    done = autograde(course, programs=[broken])
    assert done.returncode == 1
    for student in ("bao", "hina"):
        assert f"error processing assignment '{ASSIGNMENT}' for student '{student}'" in done.stderr
        assert has_no_marks(course, student)
    assert "the sandbox cannot start: no namespaces here" in done.stderr


def test_other_points_in_the_gradebook_are_refused(course):
    db_url = f"sqlite:///{course / 'gradebook.db'}"
    folder = CourseFolder(course)
    require_ours(folder, ASSIGNMENT, ASSIGNMENT, db_url)
    with gradebook(course) as opened:
        opened.find_graded_cell("softmax", ASSIGNMENT, ASSIGNMENT).max_score = 10
        opened.db.commit()
    with pytest.raises(NbGraderException, match="other questions or points"):
        require_ours(folder, ASSIGNMENT, ASSIGNMENT, db_url)


def test_an_assignment_of_the_instructors_own_runs_unprotected_once_it_is_named(course):
    hand_in(course, "hina", "own", own_notebook(intruding_cell(course)))
    config = our_config()
    config.MarkInSandbox.stock_assignments = ["own"]
    with nbgrader(course, config) as api:
        assert api.autograde("own", "hina")["success"]
    assert grades(course, "hina", "own") == {"own-check": (1.0, False)}
    assert (course / "intruded").exists()


SEED = "0123456789abcdef, the secret of the course"
EXCHANGE = {"timestamp.txt": "2026-02-03 04:05:06 UTC", "submission_secret.txt": "abcdef"}


@pytest.fixture(scope="module")
def beset(ungraded, tmp_path_factory):
    """A course in which some submissions have more than a notebook, marked by nbgrader.

    hina has the files of the exchange. The others have her notebook, and mallory has links and
    other files, eve has a link for a notebook, and damaged has a link beside a damaged notebook.
    """
    course = tmp_path_factory.mktemp("beset") / "course"
    shutil.copytree(ungraded, course)
    submitted = course / "submitted"
    for student in ("loop", "hostile", "deleted", "bao"):
        shutil.rmtree(submitted / student)
    (course / ".autograder-seed").write_text(SEED)
    hina = submitted / "hina" / ASSIGNMENT
    for name, text in EXCHANGE.items():
        (hina / name).write_text(text)
    shutil.copytree(submitted / "hina", submitted / "mallory")
    beset_with_links(submitted / "mallory" / ASSIGNMENT)
    (submitted / "eve" / ASSIGNMENT).mkdir(parents=True)
    for name in (f"{ASSIGNMENT}.ipynb", *EXCHANGE):
        (submitted / "eve" / ASSIGNMENT / name).symlink_to(f"../../hina/{ASSIGNMENT}/{name}")
    (submitted / "frank").symlink_to("hina")
    (submitted / "damaged" / ASSIGNMENT / "notes.txt").symlink_to("../../../.autograder-seed")
    return course, autograde(course)


def beset_with_links(folder):
    """Put links to the secret and to others, and other files, beside a notebook."""
    secret = "../../../.autograder-seed"
    (folder / "timestamp.txt").unlink()
    (folder / "submission_secret.txt").unlink()
    for name in ("notes.txt", ".hidden", "image.png", f"{ASSIGNMENT}.html"):
        (folder / name).symlink_to(secret)
    (folder / "first").symlink_to(secret)
    (folder / "second").symlink_to("first")
    os.link(folder / secret, folder / "submission_secret.txt")
    (folder / "timestamp.txt").symlink_to(f"../../hina/{ASSIGNMENT}/timestamp.txt")
    (folder / "neighbour.txt").symlink_to(f"../../hina/{ASSIGNMENT}/{ASSIGNMENT}.ipynb")
    (folder / "machine.csv").symlink_to("/etc/passwd")
    (folder / "course").symlink_to("../../..")
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "er" / "timestamp.txt").symlink_to(f"../../{secret}")
    (folder / "helper.py").write_text("x = 1")
    shutil.copy(folder / f"{ASSIGNMENT}.ipynb", folder / "second.ipynb")


def files_in(course, step, student):
    folder = course / step / student / ASSIGNMENT
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in (".ipynb", ".html")
    }


def leaked(course, *steps):
    """Return the files of these steps that have the secret in them, or that are links."""
    found = [path for step in steps for path in (course / step).rglob("*")]
    assert found
    return [p for p in found if p.is_symlink() or (p.is_file() and SEED in p.read_text())]


def test_only_the_files_of_the_exchange_reach_autograded_and_feedback(beset):
    course, done = beset
    assert "points by the checks" in done.stderr
    assert files_in(course, "autograded", "hina") == EXCHANGE
    assert files_in(course, "autograded", "mallory") == {}
    assert total(course, "mallory") == total(course, "hina") == EXPECTED["hina/02-forward"]["score"]
    feedback = run(course, "nbgrader", "generate_feedback", ASSIGNMENT)
    assert feedback.returncode == 0, feedback.stderr
    assert files_in(course, "feedback", "hina") == EXCHANGE
    assert files_in(course, "feedback", "mallory") == {}
    assert leaked(course, "autograded", "feedback") == []


def test_a_notebook_that_is_a_link_to_anothers_is_not_marked(beset):
    course, done = beset
    for student in ("eve", "frank", "damaged"):
        assert f"error processing assignment '{ASSIGNMENT}' for student '{student}'" in done.stderr
        assert has_no_marks(course, student)
    assert "is a link, and links are not read" in done.stderr
    assert "leads to another folder: remove the link" in done.stderr


def test_the_command_of_ours_leaves_the_same_files(beset, tmp_path):
    course = shutil.copytree(beset[0], tmp_path / "course", symlinks=True)
    shutil.rmtree(course / "autograded")
    copied = course / "submitted" / "mallory" / ASSIGNMENT / "submission_secret.txt"
    copied.unlink()
    os.link(course / ".autograder-seed", copied)
    done = run(course, "autograder.cli", "grade", ASSIGNMENT, "--course", ".", "--workers", "1")
    assert done.returncode == 0, done.stderr
    for student in ("hina", "mallory"):
        ours, theirs = (
            sorted(os.listdir(folder / "autograded" / student / ASSIGNMENT))
            for folder in (course, beset[0])
        )
        assert ours == theirs
    assert files_in(course, "autograded", "hina") == EXCHANGE
    assert leaked(course, "autograded") == []


def test_nothing_stays_of_an_earlier_run_without_our_settings(course):
    there = course / "autograded" / "hina" / ASSIGNMENT
    there.mkdir(parents=True)
    (there / "notes.txt").write_text(SEED)
    # With --notebook, nbgrader keeps the folder with what is already in it.
    options = ("--student=hina", f"--notebook={ASSIGNMENT}")
    done = run(course, "nbgrader", "autograde", ASSIGNMENT, *options)
    assert done.returncode == 0, done.stderr
    assert os.listdir(there) == [f"{ASSIGNMENT}.ipynb"]


def test_an_assignment_of_the_instructors_own_with_a_link_is_not_marked(course):
    hand_in(course, "hina", "own", own_notebook(intruding_cell(course)))
    (course / "submitted" / "hina" / "own" / "notes.txt").symlink_to("/etc/passwd")
    config = our_config()
    config.MarkInSandbox.stock_assignments = ["own"]
    with nbgrader(course, config) as api:
        assert not api.autograde("own", "hina")["success"]
    assert has_no_marks(course, "hina", "own")
    assert not (course / "intruded").exists()


def address_of_server(runtime):
    """Return the address of the server, or "" if it does not answer yet."""
    for file in runtime.glob("jpserver-*.json"):
        with contextlib.suppress(OSError, ValueError):
            url = json.loads(file.read_text())["url"]
            urllib.request.urlopen(f"{url}api").close()
            return url
    return ""


@contextlib.contextmanager
def formgrader(course, programs):
    """A Jupyter server in the course: functions that push its autograde button and get a page."""
    runtime = course / "runtime"
    options = ("--allow-root", "--no-browser", "--ServerApp.port=0")
    server = subprocess.Popen(
        (sys.executable, "-m", "jupyter_server", *options, f"--IdentityProvider.token={TOKEN}"),
        cwd=course,
        env={**environment(course, programs), "JUPYTER_RUNTIME_DIR": str(runtime)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not (url := address_of_server(runtime)):
            assert server.poll() is None
            time.sleep(0.05)

        def ask(path, method):
            headers = {"Authorization": f"token {TOKEN}"}
            request = urllib.request.Request(f"{url}{path}", method=method, headers=headers)
            with urllib.request.urlopen(request) as answer:
                return answer.read().decode()

        def push(assignment, student):
            path = f"formgrader/api/submission/{assignment}/{student}/autograde"
            return json.loads(ask(path, "POST"))

        yield push, lambda path: ask(path, "GET")
    finally:
        server.terminate()
        server.wait()


def test_formgraders_button_marks_in_one_sandbox_and_fails_closed(course):
    hand_in(course, "hina", "own", own_notebook(intruding_cell(course)))
    count = f'echo started >> "{course}/starts"\nexec {shutil.which("bwrap")} "$@"'
    with formgrader(course, [program(course / "bin", "bwrap", count)]) as (push, _):
        for student in ("bao", "hina"):
            assert push(ASSIGNMENT, student)["success"]
            assert total(course, student) == EXPECTED[f"{student}/{ASSIGNMENT}"]["score"]
        assert (course / "starts").read_text() == "started\n"

        refused = push("own", "hina")
        assert not refused["success"]
        assert "c.MarkInSandbox.stock_assignments = ['own']" in refused["log"]
        assert has_no_marks(course, "hina", "own")
        assert not (course / "intruded").exists()

        (course / ".autograder-seed").write_text("short")
        shutil.copytree(course / "submitted" / "hina", course / "submitted" / "ida")
        failed = push(ASSIGNMENT, "ida")
        assert not failed["success"]
        assert ".autograder-seed: a seed file holds at least 16 characters" in failed["log"]
        assert has_no_marks(course, "ida")


def test_a_person_sees_a_picture_of_a_written_answer_in_formgrader(course):
    hand_in(course, "ida", ASSIGNMENT, nbformat.reads(handed_in(a_photo).decode(), as_version=4))
    with formgrader(course, []) as (push, get):
        assert push(ASSIGNMENT, "ida")["success"]
        with gradebook(course) as opened:
            (submitted,) = opened.find_submission(ASSIGNMENT, "ida").notebooks
        page = BeautifulSoup(get(f"formgrader/submissions/{submitted.id}/"), "html.parser")
    (picture,) = (found for found in page.find_all("img") if found.get("alt") == "my page")
    assert picture["src"].startswith("data:image/jpeg;base64,/9j/")
