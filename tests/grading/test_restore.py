"""Whatever an editor does to cells, the released ones come back and the student's words stay."""

import pytest

from autograder.grading.assignment import course_assignments
from autograder.grading.notebook import plain
from autograder.grading.restore import restore
from autograder.grading.submission import SubmittedCell
from support.accidents import WRITTEN, in_base64, photo

RELEASED = course_assignments()["02-forward"].released
SOURCES = {cell["id"]: cell["source"] for cell in RELEASED["cells"]}
IDS = [cell["metadata"].get("nbgrader", {}).get("grade_id", "") for cell in RELEASED["cells"]]
CHECK = 'check("softmax")'


def untouched():
    """Return the cells of a submission that is exactly as students got it."""
    return [
        SubmittedCell(cell["cell_type"], cell["source"], id)
        for cell, id in zip(RELEASED["cells"], IDS, strict=True)
    ]


def changed(grade_id, kind, source):
    """Return the restored cells of a submission in which one cell was changed."""
    cells = untouched()
    cells[IDS.index(grade_id)] = SubmittedCell(kind, source, grade_id)
    return restore(cells, RELEASED)


def own(restored):
    """Return the sources of the cells that the student has added."""
    added = [cell for cell in restored.cells if cell["id"].startswith("own-")]
    return [c["source"] for c in added if c["source"] not in SOURCES.values()]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (f"def half(z):\n    return z / 2\n{CHECK}", "def half(z):\n    return z / 2"),
        (f"{CHECK}\n\n\nx = 1", "x = 1"),
        ("x = 1", "x = 1"),
        (f"x = 1\r\n{CHECK}  \r\n", "x = 1"),
    ],
)
def test_what_is_typed_into_a_check_cell_becomes_a_cell_in_front_of_it(typed, kept):
    restored = changed("softmax", "code", typed)
    assert own(restored) == [kept]
    place = next(i for i, cell in enumerate(restored.cells) if cell["id"] == "softmax")
    assert restored.cells[place]["source"] == CHECK
    assert restored.cells[place - 1]["source"] == kept
    ((noted, words),) = restored.notes
    assert noted == place
    assert "read-only cell" in words


@pytest.mark.parametrize(
    "typed",
    ["", CHECK, f"# {CHECK}", "check('softmax');", f"{CHECK}\r\n", f"{CHECK}\n{CHECK}", "#"],
)
def test_a_check_cell_without_anything_else_in_it_is_only_restored(typed):
    restored = changed("softmax", "code", typed)
    assert (own(restored), restored.notes) == ([], [])
    assert "".join(c["source"] for c in restored.cells if c["id"] == "softmax") == CHECK


def test_words_in_a_check_cell_that_was_turned_to_text_stay_words():
    restored = changed("softmax", "markdown", "Why not?")
    assert own(restored) == ["Why not?"]
    (cell,) = (cell for cell in restored.cells if cell["source"] == "Why not?")
    assert cell["cell_type"] == "markdown"


@pytest.mark.parametrize("end", ["\r\n", "\r", " \n", "\t\r\n"])
@pytest.mark.parametrize("name", ["softmax-answer", WRITTEN])
def test_a_stub_with_other_line_ends_is_the_released_stub(name, end):
    stub = SOURCES[name]
    restored = changed(name, "code", stub.replace("\n", end) + f"{end}{end}")
    assert restored.cells[IDS.index(name)]["source"] == stub


@pytest.mark.parametrize(
    ("first", "second"),
    [("x = 1", "x = 2"), ("x\n  = 1", "x\n= 1"), ("x", " x"), ("x", "x\ny"), ("a\n\nb", "a\nb")],
)
def test_no_other_difference_is_overlooked(first, second):
    assert plain(first) != plain(second)
    name = "softmax-answer"
    assert (
        changed(name, "code", SOURCES[name] + "\n# x")
        .cells[IDS.index(name)]["source"]
        .endswith("# x")
    )


def test_a_missing_cell_comes_back_to_its_place():
    cells = [cell for i, cell in enumerate(untouched()) if i % 3 and IDS[i] != WRITTEN]
    order = [cell["id"] for cell in restore(cells, RELEASED).cells]
    back = [name for name in order if name in IDS]
    assert back == [name for name in IDS if name]
    assert [cell["id"] for cell in restore([], RELEASED).cells] == [name for name in IDS if name]


def test_the_cells_of_a_student_keep_their_order():
    cells = [SubmittedCell("code", f"x = {i}", "") for i in range(30)]
    cells[10:10] = reversed(untouched())
    assert own(restore(cells, RELEASED)) == [f"x = {i}" for i in range(30)]


def test_notes_stay_with_their_cell_when_missing_cells_come_back():
    picture = {"x.svg": "PHN2Zy8+"}
    cells = [SubmittedCell("markdown", "words", WRITTEN, picture)]
    restored = restore(cells, RELEASED)
    ((place, words),) = restored.notes
    assert restored.cells[place]["id"] == WRITTEN
    assert "`x.svg`" in words


def test_of_several_cells_with_an_id_the_first_that_is_no_stub_counts():
    name = "softmax-answer"
    stub = SubmittedCell("code", SOURCES[name] + "\r\n", name)
    first, second = (SubmittedCell("code", f"x = {i}", name) for i in (1, 2))
    for cells in ([stub, first, second], [first, stub, second], [first, second, stub]):
        made = restore(cells, RELEASED).cells
        assert [c["source"] for c in made if c["id"] == name] == ["x = 1"]
        assert "x = 2" in [c["source"] for c in made]


def test_a_picture_alone_is_an_answer():
    picture = {"page.jpg": in_base64(photo())}
    stub, words = SubmittedCell("markdown", SOURCES[WRITTEN], WRITTEN, picture), "not the first"
    made = restore([stub, SubmittedCell("markdown", words, WRITTEN)], RELEASED).cells
    (cell,) = (cell for cell in made if cell["id"] == WRITTEN)
    assert list(cell["attachments"]) == ["page.jpg"]
    assert cell["source"].endswith("![page.jpg](attachment:page.jpg)")
