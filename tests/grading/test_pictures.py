"""Pictures in a student's text cells reach the person who marks, and nothing else does."""

import base64
import io
import re

import pytest
from PIL import Image

from attacks import notebook, pictures
from autograder.grading.assignment import course_assignments
from autograder.grading.jpeg import read_jpeg
from autograder.grading.markdown import BREAK, harmless
from autograder.grading.notebook import markdown_cell
from autograder.grading.page import fit_page
from autograder.grading.pictures import MAX_BYTES, MAX_PICTURES, MAX_SIDE, PictureRoom
from autograder.grading.restore import restore
from autograder.grading.submission import parse
from autograder.sandbox.png import NoPictureError
from support.accidents import WRITTEN, in_base64, photo

RELEASED = course_assignments()["02-forward"].released
JPEG, PNG = photo(), photo("PNG")


def kept(source, **files):
    """Return a text cell with attached files, by names with _ for the dot, after the checks."""
    attachments = {name.replace("_", "."): in_base64(data) for name, data in files.items()}
    return PictureRoom().keep(source, attachments)


def opened(cell, name):
    ((kind, text),) = cell.attachments[name].items()
    picture = Image.open(io.BytesIO(base64.b64decode(text)))
    assert f"image/{picture.format.lower()}" == kind
    return picture


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"optimize": True, "quality": 99}])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_an_honest_jpeg_keeps_every_point(mode, options):
    file = io.BytesIO()
    Image.effect_noise((90, 70), 80).convert(mode).save(file, "JPEG", dpi=(72, 72), **options)
    cell = kept("![x](attachment:x.jpg)", x_jpg=file.getvalue())
    assert opened(cell, "x.jpg").tobytes() == Image.open(file).tobytes()
    assert cell.left_out == []


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stays_the_right_way_up_and_loses_the_place(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "a maker"
    exif.get_ifd(0x8825)[1] = "N"  # the place
    file = io.BytesIO()
    Image.open(io.BytesIO(JPEG)).save(file, "JPEG", exif=exif)
    again = opened(kept("", x_jpg=file.getvalue()), "x.jpg").getexif()
    assert dict(again) == ({} if orientation == 1 else {0x0112: orientation})


def test_what_follows_a_photo_in_its_file_is_left_out():
    cell = kept("", x_jpg=JPEG + JPEG + b"<script>")
    assert base64.b64decode(cell.attachments["x.jpg"]["image/jpeg"]) == read_jpeg(JPEG, 99)[0]


def test_a_damaged_jpeg_is_read_or_refused():
    for place in range(len(JPEG)):
        flipped = bytes([JPEG[place] ^ 0xFF])
        for data in (JPEG[:place] + flipped + JPEG[place + 1 :], JPEG[:place]):
            try:
                written, size = read_jpeg(data, MAX_SIDE)
            except NoPictureError:
                continue
            assert written.startswith(b"\xff\xd8")
            assert written.endswith(b"\xff\xd9")
            assert 0 < size <= 4 * MAX_SIDE**2


def frame(height, width):
    """Return a small JPEG whose frame says another size."""
    at = JPEG.index(b"\xff\xc0") + 5
    return JPEG[:at] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + JPEG[at + 4 :]


def test_a_side_may_have_nine_thousand_points():
    assert kept("", x_jpg=frame(MAX_SIDE, 10), y_png=photo("PNG", (MAX_SIDE, 1))).left_out == []
    for data in (frame(MAX_SIDE + 1, 10), frame(10, MAX_SIDE + 1), frame(0, 10)):
        assert "a side is not between 1 and 9,000 points" in kept("", x_jpg=data).left_out[0]


def test_pictures_together_have_a_largest_size():
    room = PictureRoom()
    large = JPEG + bytes(MAX_BYTES // 2)
    first = room.keep("", {"a.jpg": in_base64(large)})
    second = room.keep("", {"b.jpg": in_base64(large), "c.jpg": in_base64(JPEG)})
    assert list(first.attachments) == ["a.jpg"]
    assert list(second.attachments) == ["c.jpg"]
    (words,) = second.left_out
    assert words.startswith("The picture `b.jpg` is not shown, because")
    assert "8 MB together" in words


def test_a_picture_that_is_left_out_takes_no_room():
    large = {f"x{i}.heic": in_base64(bytes(MAX_BYTES)) for i in range(2)}
    cell = PictureRoom().keep("", {**large, "a.jpg": in_base64(JPEG + bytes(MAX_BYTES // 2))})
    assert list(cell.attachments) == ["a.jpg"]


def test_pictures_together_have_a_largest_number_of_points():
    room = PictureRoom()
    cells = [room.keep("", {"x.jpg": in_base64(frame(MAX_SIDE, MAX_SIDE))}) for _ in range(3)]
    assert [bool(cell.attachments) for cell in cells] == [True, True, False]
    assert "too many points" in cells[2].left_out[0]


def test_there_is_a_largest_number_of_pictures_and_of_names_of_others():
    files = {f"x{i}.png": in_base64(PNG) for i in range(MAX_PICTURES + 100)}
    cell = PictureRoom().keep("", files)
    assert len(cell.attachments) == MAX_PICTURES
    assert len(cell.left_out) == 6
    assert cell.left_out[-1] == "More pictures of this cell are not shown."


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ("attachment:page.jpg", "page.jpg"),
        ("attachment:my%20page%20(1).jpg", "my page (1).jpg"),
        ("<attachment:page.jpg>", "page.jpg"),
        ('attachment:page.jpg "My page"', "page.jpg"),
        ("attachment:%E7%AC%AC1%E9%A1%B5.png", "第1页.png"),
        ("attachment:my page.png", "my page.png"),
        ("", "without a link.png"),
    ],
)
def test_every_picture_is_shown_whatever_its_name_and_link(link, name):
    source = f"On paper:\n\n![words]({link})"
    cell = PictureRoom().keep(source, {name: in_base64(JPEG)})
    (new,) = cell.attachments
    shown = harmless(cell.source, cell.attachments)
    assert shown.count(f"](attachment:{new})") == 1
    assert shown.startswith("On paper:")
    assert cell.left_out == []


def test_a_picture_in_the_text_becomes_an_attachment():
    text = in_base64(PNG)
    source = f'![a](data:image/png;base64,{text}) <img src="data:image/png;base64,{text}">'
    cell = PictureRoom().keep(source, {})
    assert len(cell.attachments) == 2
    assert text not in cell.source
    shown = re.findall(r"!\[.*?\]\(attachment:(.*?)\)", harmless(cell.source, cell.attachments))
    assert sorted(shown) == sorted(cell.attachments)


@pytest.mark.parametrize(
    ("source", "files", "name"),
    [
        ("![x](attachment:x.heic)", {"x_heic": b"\0\0\0\x18ftypheic"}, "x.heic"),
        ("![x](attachment:x.svg)", {"x_svg": b"<svg/>"}, "x.svg"),
        ("![x](data:image/svg+xml;base64,PHN2Zy8+)", {}, "number 1 of the cell"),
        ("![x](data:image/svg+xml,%3Csvg/%3E)", {}, "number 1 of the cell"),
        ("![x](data:image/png;base64,!!)", {}, "number 1 of the cell"),
        ("![x](photo.jpg)", {}, "photo.jpg"),
        ("![x](https://example.org/a.png)", {}, "https://example.org/a.png"),
    ],
)
def test_what_is_not_shown_is_named_in_its_cell(source, files, name):
    cell = kept(source, **files)
    assert cell.attachments == {}
    (words,) = cell.left_out
    assert cell.source.startswith(words)
    assert words.startswith(f"The picture `{name}` is not shown, because ")


def test_a_long_text_is_cut_and_its_pictures_are_shown():
    cell = markdown_cell("word\n" * 10_000 + "![x](attachment:x.png)", "own-1")
    cell["attachments"] = {"x.png": {"image/png": in_base64(PNG)}}
    typed = markdown_cell("$[`" * 9_000, "own-2") | {"attachments": cell["attachments"]}
    cells = [cell, typed]
    fit_page(cells, [])
    for each in cells:
        assert each["source"].endswith("\n\n![x.png](attachment:x.png)")


def test_a_page_holds_a_picture_once_however_often_it_is_linked():
    cell = kept("![x](attachment:x.png)\n" * 1000, x_png=PNG)
    shown = harmless(cell.source, cell.attachments)
    assert shown.startswith("![x](attachment:x.png)")
    assert shown.count("](attachment:x.png)") == 1


def test_a_link_to_a_picture_that_is_not_there_does_not_work():
    text = "![x](attachment:x.png) [x](attachment:x.png)"
    assert harmless(text) == text.replace("](", f"]{BREAK}(")
    assert harmless(text, ["x.png"]) == text.replace(" [x](", f" [x]{BREAK}(")


@pytest.mark.parametrize("attack", pictures.ATTACKS, ids=lambda attack: attack.name)
def test_of_an_attack_only_pictures_are_kept(attack):
    cells = restore(parse(notebook(attack), "x.ipynb"), RELEASED).cells
    for cell in cells:
        for name, bundle in cell.get("attachments", {}).items():
            ((kind, text),) = bundle.items()
            data = base64.b64decode(text, validate=True)
            assert kind == f"image/{Image.open(io.BytesIO(data)).format.lower()}"
            assert b"pwned" not in data
            assert re.fullmatch(r"[\w-]+\.\w+", name)


def test_the_honest_part_of_an_attack_is_kept():
    (attack,) = (
        a for a in pictures.ATTACKS if a.name == "a_jpeg_with_a_page_in_a_comment_loses_the_page"
    )
    cells = restore(parse(notebook(attack), "x.ipynb"), RELEASED).cells
    (written,) = (cell for cell in cells if cell["id"] == WRITTEN)
    data = base64.b64decode(written["attachments"]["x.png"]["image/jpeg"])
    assert Image.open(io.BytesIO(data)).size == (4, 4)
