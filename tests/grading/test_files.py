"""Files are written whole, links are not followed, and only what nbgrader needs lies beside."""

import json
import os
import stat

import pytest

from autograder.grading import files
from autograder.grading.files import in_place, keep_beside, small_text, write_whole
from autograder.grading.secret import SEED_FILE, course_secret
from support.here import autograded, grade_here, hand_in, lines_of_results, new_gradebook
from support.limited import largest_file
from support.notebooks import released

ASSIGNMENT = "01-neuron"
SECRET = "the secret of the course"


@pytest.fixture
def course(tmp_path):
    """A course in which ada has handed in a notebook without answers, with the exchange's files."""
    (tmp_path / "gradebook.db").write_bytes(new_gradebook(ASSIGNMENT))
    folder = hand_in(tmp_path, "ada", ASSIGNMENT, released(ASSIGNMENT))
    (folder / "timestamp.txt").write_text("2026-02-03 04:05:06 UTC\n")
    (folder / "submission_secret.txt").write_text("0123456789abcdef")
    (tmp_path / SEED_FILE).write_text(SECRET)
    return tmp_path


def beside(course, student):
    """Return the names of everything in the autograded folder of a student."""
    folder = autograded(course, student, ASSIGNMENT).parent
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    file = tmp_path / "results.jsonl"
    write_whole(file, ["old"])
    with largest_file(1000), pytest.raises(OSError, match="large"):
        write_whole(file, ["x" * 5000])

    def texts():
        yield "new"
        assert file.read_text() == "old"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(file, texts())
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_in_the_place_of_a_file_is_replaced_and_not_followed(tmp_path, monkeypatch):
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    file = tmp_path / "notebook.ipynb"
    file.symlink_to(victim)
    monkeypatch.setattr(files.secrets, "token_hex", lambda count: "guessed")
    guessed = tmp_path / f".{file.name}.guessed.part"
    guessed.symlink_to(victim)
    with pytest.raises(FileExistsError):
        write_whole(file, ["new"])
    assert sorted(tmp_path.iterdir()) == sorted([victim, file, guessed])
    monkeypatch.undo()
    write_whole(file, ["new"])
    assert victim.read_text() == "untouched"
    assert (file.read_text(), file.is_symlink()) == ("new", False)


def linked(path, target):
    path.symlink_to(target)


def hard_linked(path, target):
    os.link(path.parent / target, path)


def piped(path, target):
    os.mkfifo(path)


STRANGE = {
    "a link to the secret": lambda path: linked(path, f"../../../{SEED_FILE}"),
    "a second name of the secret": lambda path: hard_linked(path, f"../../../{SEED_FILE}"),
    "a link to a link": lambda path: (
        linked(path.with_name("step"), f"../../../{SEED_FILE}"),
        linked(path, "step"),
    ),
    "a link to an endless device": lambda path: linked(path, "/dev/zero"),
    "a link to itself": lambda path: linked(path, path.name),
    "a named pipe": lambda path: piped(path, ""),
    "a folder": lambda path: path.mkdir(),
    "a large file": lambda path: path.write_text("x" * 1001),
    "bytes that are no text": lambda path: path.write_bytes(b"2026-02-03 \xff"),
    "orders to a terminal": lambda path: path.write_text("\x1b[2J"),
}


@pytest.mark.parametrize("kind", STRANGE)
@pytest.mark.parametrize("name", files.OF_THE_EXCHANGE)
def test_only_small_regular_files_are_taken_from_a_submission(course, kind, name):
    file = course / "submitted" / "ada" / ASSIGNMENT / name
    assert small_text(file) is not None
    file.unlink()
    STRANGE[kind](file)
    assert small_text(file) is None


@pytest.mark.sandbox
def test_the_files_of_the_exchange_and_nothing_else_lie_beside_an_autograded_notebook(course):
    folder = course / "submitted" / "ada" / ASSIGNMENT
    (folder / "notes.txt").symlink_to(f"../../../{SEED_FILE}")
    (folder / "more").symlink_to("../../..")
    (folder / "data.csv").write_text("1,2")
    there = autograded(course, "ada", ASSIGNMENT).parent
    (there / "folder").mkdir(parents=True)
    (there / "folder" / "copy.txt").write_text(SECRET)
    (there / f"{ASSIGNMENT}.part").symlink_to(course / SEED_FILE)
    assert grade_here(course, ASSIGNMENT)["ada"].status == "graded"
    assert beside(course, "ada") == [f"{ASSIGNMENT}.ipynb", *sorted(files.OF_THE_EXCHANGE)]
    for name in files.OF_THE_EXCHANGE:
        assert (there / name).read_text() == (folder / name).read_text()
    assert (course / SEED_FILE).read_text() == SECRET


@pytest.mark.sandbox
def test_an_autograded_folder_that_leads_elsewhere_is_a_failure_and_nothing_changes_there(course):
    elsewhere = course / "elsewhere"
    (elsewhere / ASSIGNMENT).mkdir(parents=True)
    (elsewhere / ASSIGNMENT / "kept.txt").write_text("kept")
    (course / "autograded").mkdir()
    (course / "autograded" / "ada").symlink_to(elsewhere)
    result = grade_here(course, ASSIGNMENT)["ada"]
    assert result.status == "failed"
    assert "leads to another folder: remove the link" in result.message
    assert [str(p.relative_to(elsewhere)) for p in elsewhere.rglob("*")] == [
        ASSIGNMENT,
        f"{ASSIGNMENT}/kept.txt",
    ]
    (course / "autograded" / "ada").unlink()
    assert grade_here(course, ASSIGNMENT)["ada"].status == "graded"


@pytest.mark.sandbox
def test_a_submission_that_is_a_link_gets_no_files_of_another_student(course):
    (course / "submitted" / "eve").symlink_to(course / "submitted" / "ada")
    assert grade_here(course, ASSIGNMENT)["eve"].status == "rejected"
    assert beside(course, "eve") == [f"{ASSIGNMENT}.ipynb"]


def test_a_folder_is_in_place_unless_a_link_below_its_step_leads_away(tmp_path):
    step = tmp_path / "submitted"
    (step / "ada" / ASSIGNMENT).mkdir(parents=True)
    (step / "eve").symlink_to("ada")
    (tmp_path / "other").symlink_to(step)
    assert in_place(step / "ada" / ASSIGNMENT, step)
    assert in_place(step / "not yet" / ASSIGNMENT, step)
    assert in_place(tmp_path / "other" / "ada" / ASSIGNMENT, tmp_path / "other")
    assert not in_place(step / "eve" / ASSIGNMENT, step)


def test_what_is_removed_is_not_what_a_link_leads_to(tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_text("kept")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to(tmp_path / "kept")
    keep_beside(tmp_path / "folder" / "a.ipynb", None)
    assert list((tmp_path / "folder").iterdir()) == []
    assert (tmp_path / "kept" / "file").read_text() == "kept"


@pytest.mark.sandbox
def test_the_file_of_results_stays_whole_if_writing_fails(course):
    grade_here(course, ASSIGNMENT)
    before = lines_of_results(course, ASSIGNMENT)
    assert json.loads(before)["student"] == "ada"
    hand_in(course, "bao", ASSIGNMENT, released(ASSIGNMENT))
    grade_here(course, ASSIGNMENT)
    with largest_file(len(before) + 10), pytest.raises(OSError, match="large"):
        lines_of_results(course, ASSIGNMENT)
    assert (course / "results.jsonl").read_text() == before


def test_a_new_secret_is_readable_by_its_owner_only_and_kept_out_of_git(tmp_path):
    ignored = tmp_path / ".gitignore"
    for before in (None, "", "gradebook.db", "gradebook.db\n"):
        (tmp_path / SEED_FILE).unlink(missing_ok=True)
        if before is not None:
            ignored.write_text(before)
        secret = course_secret(tmp_path / SEED_FILE)
        assert course_secret(tmp_path / SEED_FILE) == secret
        assert stat.S_IMODE((tmp_path / SEED_FILE).stat().st_mode) == 0o600
        lines = ignored.read_text().splitlines()
        assert lines == [*(before or "").splitlines(), SEED_FILE]
    (tmp_path / SEED_FILE).unlink()
    course_secret(tmp_path / SEED_FILE)
    assert ignored.read_text().splitlines() == lines
