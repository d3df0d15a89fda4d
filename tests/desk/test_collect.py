"""`autograder collect` takes what platforms give, and nothing that could do harm."""

import csv
import io
import stat
import unicodedata
import zipfile

import pytest

from autograder.cli import main
from autograder.desk import archive
from support import downloads
from support.downloads import NOTEBOOK, with_more, zipped

A = "02-forward"
FILE = f"{A}.ipynb"


@pytest.fixture
def collect(tmp_path, capsys):
    """A function that collects files as a zip. It returns the exit code, stdout and stderr."""

    def run(files, *options):
        path = tmp_path / "download.zip"
        path.write_bytes(files) if isinstance(files, bytes) else zipped(files, path)
        course = tmp_path / "course"
        course.mkdir(exist_ok=True)
        code = main(["collect", A, str(path), "--course", str(course), *map(str, options)])
        out, err = capsys.readouterr()
        return code, out, err

    run.course = tmp_path / "course"
    return run


@pytest.fixture
def small_limits(monkeypatch):
    """Limits of an archive that small files exceed, so that no test has to make a large one."""
    monkeypatch.setattr(archive, "MAX_BYTES", 1_000_000)
    monkeypatch.setattr(archive, "MAX_GROWTH", 10)


def submitted(course):
    """Return the contents of submitted/ by path, without the folder of the assignment."""
    return {
        path.relative_to(course / "submitted").as_posix().replace(f"/{A}/", "/"): path.read_bytes()
        for path in (course / "submitted").rglob("*")
        if path.is_file()
    }


def records(course):
    text = (course / "collected" / f"{A}.csv").read_text(encoding="utf-8")
    return {row["student"]: row for row in csv.DictReader(io.StringIO(text))}


def test_canvas_the_last_file_of_a_name_counts_and_who_is_late_is_told(collect):
    code, out, err = collect(downloads.canvas())
    assert code == 0
    found = submitted(collect.course)
    assert found[f"doejane_4711/{FILE}"] == with_more("second")
    assert found["doejane_4711/helper.py"] == b"x = 1\n"
    assert set(found) == {
        *(f"doejane_4711/{name}" for name in (FILE, "helper.py")),
        *(f"{who}/{FILE}" for who in ("王小明_4712", "müllerzoë_4713", "anon_x7Kq2")),
        "leekim_4714/essay.pdf",
    }
    assert "5 submissions collected from Canvas" in out
    assert "late, says Canvas: 王小明_4712. The download has no times" in err
    assert out.endswith("look at the 3 cases above\n")
    assert records(collect.course)["王小明_4712"]["late"] == "late"


def test_each_file_that_has_no_place_is_told_in_a_line_of_its_own(collect):
    _, _, err = collect(downloads.canvas())
    lines = err.splitlines()
    starts = ("leekim_4714: no notebook", "roeann_4715_text.html: a text", "readme.md: Canvas")
    for start in starts:
        assert len([line for line in lines if line.startswith(start)]) == 1, err


def test_files_with_numbers_in_their_names_do_not_replace_one_another(collect):
    data = {f"doejane_4711_9001{i}_weights-{i}.npy": b"%d" % i for i in (1, 2)}
    collect({"doejane_4711_90001_02-forward.ipynb": NOTEBOOK, **data})
    found = submitted(collect.course)
    assert [found[f"doejane_4711/weights-{i}.npy"] for i in (1, 2)] == [b"1", b"2"]


def test_of_two_notebooks_handed_in_together_the_one_with_the_name_counts(collect):
    folder = "Zoë Müller_31_assignsubmission_file_"
    names = ("02-forward.ipynb", "02-forward (1).ipynb", "notes.ipynb")
    collect({f"{folder}/{name}": with_more(name) for name in names})
    found = submitted(collect.course)
    assert {name: found[f"Zoë_Müller_31/{name}"] for name in names} == {
        name: with_more(name) for name in names
    }


def test_the_time_is_kept_when_no_notebook_has_the_name(collect):
    attempt = "Homework 2_bkim_attempt_2027-03-01-21-00-00"
    collect({f"{attempt}_a.ipynb": NOTEBOOK, f"{attempt}_b.ipynb": NOTEBOOK})
    assert submitted(collect.course)["bkim/timestamp.txt"].endswith(b" UTC\n")


def test_moodle_folders_and_flat_lists_in_several_scripts(collect):
    code, _, err = collect(downloads.moodle())
    assert code == 0
    found = submitted(collect.course)
    assert found["Zoë_Müller_31/data/x.csv"] == b"1,2\n"
    assert {path for path in found if path.endswith(FILE)} == {
        f"{who}/{FILE}" for who in ("Zoë_Müller_31", "Иван_Петров_32", "Participant_33")
    }
    assert "onlinetext.html: a text typed into Moodle" in err


def test_blackboard_the_last_attempt_counts_and_gives_the_time(collect):
    code, _, _ = collect(downloads.blackboard())
    assert code == 0
    found = submitted(collect.course)
    assert found[f"jane_doe/{FILE}"] == with_more("second")
    assert f"bkim/{FILE}" in found
    assert found["jane_doe/timestamp.txt"].decode().strip().endswith("UTC")


def test_gradescope_a_group_hands_in_for_each_member_with_the_time(collect):
    code, _, err = collect(downloads.gradescope())
    assert code == 0
    found = submitted(collect.course)
    assert found[f"amelie@example.edu/{FILE}"] == found[f"wang@example.edu/{FILE}"] == NOTEBOOK
    assert found["wang@example.edu/timestamp.txt"] == b"2027-03-01 20:15:00.123456 UTC\n"
    assert "submission_703" in err


def test_an_older_download_does_not_replace_a_later_attempt(collect):
    files = downloads.blackboard()
    older = {name: content for name, content in files.items() if "23-58" not in name}
    collect(files)
    _, _, err = collect(older)
    assert submitted(collect.course)[f"jane_doe/{FILE}"] == with_more("second")
    assert "jane_doe: not collected, because a later attempt was collected before" in err


def test_the_same_download_twice_changes_nothing(collect):
    collect(downloads.moodle())
    before = {path: path.stat().st_mtime_ns for path in collect.course.rglob(FILE)}
    _, out, _ = collect(downloads.moodle())
    assert "0 submissions collected from Moodle, 3 as before" in out
    assert {path: path.stat().st_mtime_ns for path in collect.course.rglob(FILE)} == before


def test_with_a_roster_the_folders_have_the_logins(collect, tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section\n"
        '"Doe, Jane",4711,u1,jdoe,A\n"王, 小明",4712,u2,wxm,A\n',
        encoding="utf-8-sig",
    )
    _, _, err = collect(downloads.canvas(), "--roster", roster)
    assert {"jdoe", "wxm", "müllerzoë_4713"} <= {p.split("/")[0] for p in submitted(collect.course)}
    assert "müllerzoë_4713: the roster has no such student" in err


def test_names_that_lead_out_of_the_archive_are_refused(collect):
    bad = {
        "../../doe_1_2_02-forward.ipynb": NOTEBOOK,
        "/etc/doe_1_3_02-forward.ipynb": NOTEBOOK,
        "..\\doe_1_4_02-forward.ipynb": NOTEBOOK,
        "C:\\doe_1_5_02-forward.ipynb": NOTEBOOK,
        "fine_6_7_02-forward.ipynb": NOTEBOOK,
    }
    code, _, err = collect(bad)
    assert code == 0
    assert set(submitted(collect.course)) == {f"fine_6/{FILE}"}
    assert err.count("leads out of the archive") == 4


def test_a_link_in_an_archive_is_refused(collect, tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        link = zipfile.ZipInfo("doe_1_2_02-forward.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
        made.writestr("fine_6_7_02-forward.ipynb", NOTEBOOK)
    _, _, err = collect(buffer.getvalue())
    assert "it is a link" in err
    assert set(submitted(collect.course)) == {f"fine_6/{FILE}"}


def test_a_link_in_the_course_folder_is_not_followed(collect, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (collect.course / "submitted").mkdir(parents=True)
    (collect.course / "submitted" / "fine_6").symlink_to(elsewhere)
    _, _, err = collect({"fine_6_7_02-forward.ipynb": NOTEBOOK})
    assert "remove the link" in err
    assert list(elsewhere.iterdir()) == []


def test_a_bomb_is_not_unpacked(collect, small_limits):
    code, _, err = collect({f"doe_1_{i}_02-forward.ipynb": b"0" * 300_000 for i in range(9)})
    assert code == 2
    assert len(err.splitlines()) == 1
    assert "unpacks to more than" in err
    assert not (collect.course / "submitted").exists()


def test_a_bomb_of_one_student_costs_nobody_else(collect, small_limits):
    bomb = zipped({f"{i}.ipynb": b"0" * 300_000 for i in range(9)})
    code, _, err = collect({"evil_1_2_hw.zip": bomb, "fine_6_7_02-forward.ipynb": NOTEBOOK})
    assert code == 0
    assert "evil_1: not collected" in err
    assert set(submitted(collect.course)) == {f"fine_6/{FILE}"}


def test_a_size_that_lies_does_not_deceive(collect, small_limits):
    honest = zipped({"doe_1_2_02-forward.ipynb": b"0" * 3_000_000})
    lying = honest.replace((3_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lying != honest
    code, _, err = collect(lying)
    assert code == 0
    assert "doe_1: not collected" in err
    assert not (collect.course / "submitted" / "doe_1").exists()


def test_names_without_the_mark_for_utf8_are_read_all_the_same(collect):
    name = unicodedata.normalize("NFD", "Zoë Müller_31_assignsubmission_file_/a.ipynb")
    encoded = zipped({name: NOTEBOOK})
    # Take the mark away in both headers of the file.
    unmarked = encoded.replace(b"PK\x03\x04\x14\x00\x00\x08", b"PK\x03\x04\x14\x00\x00\x00")
    at = unmarked.index(b"PK\x01\x02") + 8
    unmarked = unmarked[:at] + b"\x00\x00" + unmarked[at + 2 :]
    assert unmarked != encoded
    collect(unmarked)
    assert set(submitted(collect.course)) == {f"Zoë_Müller_31/{FILE}"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"no zip", "no zip file"),
        (b"", "no zip file"),
        (zipped({"a.ipynb": NOTEBOOK}), "no name in it is of the form"),
        (zipped({"submission_metadata.yml": b"a: [b"}), "cannot be read"),
    ],
)
def test_a_file_that_is_no_download_is_refused_in_one_line(collect, content, says):
    code, _, err = collect(content)
    assert code == 2
    assert len(err.splitlines()) == 1
    assert says in err


def test_an_assignment_that_is_not_in_the_course_is_refused(collect, tmp_path, capsys):
    collect(downloads.canvas())
    command = ["collect", "hw9", str(tmp_path / "download.zip"), "--course", str(collect.course)]
    assert main(command) == 2
    assert "Is this the course folder? If not, name it with --course" in capsys.readouterr().err
    (collect.course / "source" / "hw2").mkdir(parents=True)
    assert main(command) == 2
    assert capsys.readouterr().err.endswith("In this course folder there is hw2\n")
    assert not list(collect.course.glob("submitted/*/hw9"))


def test_paths_that_cannot_be_used_end_with_exit_code_2(tmp_path, capsys):
    for command in (
        ["collect", A, str(tmp_path / "none.zip"), "--course", str(tmp_path)],
        ["collect", A, str(tmp_path), "--course", str(tmp_path)],
        ["collect", A, str(tmp_path / "none.zip"), "--course", str(tmp_path / "none")],
        ["collect", "../x", str(tmp_path / "none.zip"), "--course", str(tmp_path)],
    ):
        assert main(command) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
