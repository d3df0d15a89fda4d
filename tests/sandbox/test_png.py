"""Pictures of a job are read by their chunks and written again: a picture, and nothing else."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from autograder.sandbox.inside.messages import CellsShown
from autograder.sandbox.png import MAX_SIDE, SIGNATURE, NoPictureError, chunk, read_picture
from autograder.sandbox.policy import Limits
from autograder.sandbox.untrusted import Room, cell_runs

GREY = 0


def header(width=2, height=3, depth=8, colours=GREY, rest=(0, 0, 0)):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colours, *rest))


POINTS = zlib.compress(bytes(3 * 3))  # three rows: a filter and two grey points each
END = chunk(b"IEND", b"")


def png(*chunks):
    return SIGNATURE + b"".join(chunks)


WHOLE = png(header(), chunk(b"IDAT", POINTS), END)


def is_shown(data):
    """True if a picture of a cell reaches the notebook."""
    return len(shown([data])[0].pictures) == 1


def shown(files, limits=None):
    """Return the outputs of cells, each of which sends one picture."""
    sent = [
        {"text": "", "pictures": [np.frombuffer(data, np.uint8)], "error": ""} for data in files
    ]
    asked = limits or Limits()
    return cell_runs(CellsShown(sent), len(sent), asked, Room.of(asked))


def drawn(mode):
    """Return a random picture of this mode, and the bytes of its file."""
    rng = np.random.default_rng(7)
    depth = np.uint16 if mode == "I;16" else np.uint8
    bands = len(Image.new(mode, (1, 1)).getbands())
    shape = (21, 34) if bands == 1 else (21, 34, bands)
    points = rng.integers(0, np.iinfo(depth).max, shape).astype(depth)
    if mode in ("1", "P"):
        picture = Image.fromarray(points).convert(mode)
    else:
        picture = Image.fromarray(points)
    file = io.BytesIO()
    transparent = {"transparency": 3} if mode == "P" else {}
    picture.save(file, "PNG", dpi=(100, 100), **transparent)
    return picture, file.getvalue()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_an_honest_picture_keeps_every_point(mode):
    picture, data = drawn(mode)
    (kept,) = shown([data])[0].pictures
    again, before = Image.open(io.BytesIO(kept)), Image.open(io.BytesIO(data))
    assert again.mode == before.mode
    assert again.tobytes() == before.tobytes()
    assert again.info == before.info  # the transparency and the scale


def test_texts_and_other_chunks_that_no_picture_needs_are_left_out():
    texts = [
        chunk(kind, b"Comment\0<script>pwned()</script>")
        for kind in (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"iCCP", b"acTL", b"prVt")
    ]
    (kept,) = shown([png(header(), *texts, chunk(b"IDAT", POINTS), *texts, END)])[0].pictures
    assert kept == WHOLE


def test_points_in_several_chunks_are_joined():
    pieces = [chunk(b"IDAT", POINTS[i : i + 1]) for i in range(len(POINTS))]
    assert shown([png(header(), *pieces, END)])[0].pictures == [WHOLE]


DAMAGED = {
    "nothing": b"",
    "a signature alone": SIGNATURE,
    "a page": SIGNATURE + b"<script>pwned()</script>",
    "something after the end": WHOLE + b"<script>",
    "a chunk after the end": WHOLE + chunk(b"tEXt", b"x"),
    "an end that holds something": png(header(), chunk(b"IDAT", POINTS), chunk(b"IEND", b"x")),
    "no end": png(header(), chunk(b"IDAT", POINTS)),
    "no points": png(header(), END),
    "no header": png(chunk(b"IDAT", POINTS), END),
    "two headers": png(header(), header(), chunk(b"IDAT", POINTS), END),
    "a header that is too short": png(chunk(b"IHDR", bytes(12)), chunk(b"IDAT", POINTS), END),
    "a header after something else": png(
        chunk(b"tEXt", b"x"), header(), chunk(b"IDAT", POINTS), END
    ),
    "a wrong checksum": png(header(), chunk(b"IDAT", POINTS)[:-1] + b"x", END),
    "a length beyond the file": png(header(), b"\xff\xff\xff\xffIDAT" + POINTS),
    "a chunk that a reader must know": png(
        header(), chunk(b"EVIL", b"x"), chunk(b"IDAT", POINTS), END
    ),
    "a kind that is no word": png(header(), chunk(b"t<>t", b"x"), chunk(b"IDAT", POINTS), END),
    "a scale of a wrong size": png(header(), chunk(b"pHYs", b"x"), chunk(b"IDAT", POINTS), END),
    "no palette": png(header(colours=3), chunk(b"IDAT", POINTS), END),
    "a palette for greys": png(header(), chunk(b"PLTE", bytes(3)), chunk(b"IDAT", POINTS), END),
    "an unknown type of colour": png(header(colours=5), chunk(b"IDAT", POINTS), END),
    "an impossible depth": png(header(depth=3), chunk(b"IDAT", POINTS), END),
    "an unknown compression": png(header(rest=(1, 0, 0)), chunk(b"IDAT", POINTS), END),
    "interlaced rows": png(header(rest=(0, 0, 1)), chunk(b"IDAT", POINTS), END),
    "a side of nothing": png(header(width=0), chunk(b"IDAT", POINTS), END),
    "points that are not compressed": png(header(), chunk(b"IDAT", bytes(9)), END),
    "points that end too soon": png(header(), chunk(b"IDAT", POINTS[:-5]), END),
    "fewer points than the header says": png(
        header(), chunk(b"IDAT", zlib.compress(bytes(8))), END
    ),
    "more points than the header says": png(
        header(), chunk(b"IDAT", zlib.compress(bytes(10))), END
    ),
    "something after the points": png(header(), chunk(b"IDAT", POINTS + b"<script>"), END),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_picture_is_not_shown(what):
    assert is_shown(WHOLE)
    assert not is_shown(DAMAGED[what])


def test_no_beginning_of_a_picture_is_shown():
    _, data = drawn("P")
    assert is_shown(data)
    assert not any(is_shown(data[:end]) for end in range(len(data)))


@pytest.mark.parametrize("sides", [(MAX_SIDE + 1, 1), (1, MAX_SIDE + 1), (60_000, 60_000)])
def test_a_picture_with_a_long_side_is_refused_before_it_is_unpacked(sides):
    with pytest.raises(NoPictureError, match="a side is not between"):
        read_picture(png(header(*sides), chunk(b"IDAT", b"not even compressed"), END))


def flat(side):
    """Return a grey picture with `side` points on each side, which needs few bytes."""
    points = zlib.compress(bytes(side * (side + 1)))
    return png(header(side, side), chunk(b"IDAT", points), END)


def test_a_bomb_behind_a_small_header_is_unpacked_no_further_than_one_step(monkeypatch):
    bomb = png(header(), chunk(b"IDAT", zlib.compress(bytes(50_000_000))), END)
    unpacked = []

    class Counting:
        def __init__(self, own=zlib.decompressobj):
            self._own = own()

        def decompress(self, *arguments):
            unpacked.append(self._own.decompress(*arguments))
            return unpacked[-1]

        def __getattr__(self, name):
            return getattr(self._own, name)

    monkeypatch.setattr(zlib, "decompressobj", Counting)
    assert not is_shown(bomb)
    assert 0 < sum(map(len, unpacked)) <= 2_000_000


def test_all_pictures_of_a_notebook_together_have_a_limit():
    for limit in (Limits(pictures=7 * len(WHOLE)), Limits(points=7 * 9)):
        runs = shown([WHOLE] * 20, limit)
        assert [len(run.pictures) for run in runs] == [1] * 7 + [0] * 13
    usual = shown([flat(4000)] * 20)
    assert sum(len(run.pictures) for run in usual) == 8


def test_damaged_pictures_take_room_too():
    """If they did not, a job could keep the grader busy with pictures that are never kept."""
    almost = png(header(4000, 4000), chunk(b"IDAT", zlib.compress(bytes(4000 * 4001 - 1))), END)
    assert not is_shown(almost)
    assert [len(run.pictures) for run in shown([*[almost] * 7, flat(4000)])][-1] == 1
    assert [len(run.pictures) for run in shown([*[almost] * 8, flat(4000)])][-1] == 0


def test_all_texts_of_a_notebook_together_have_a_limit():
    sent = [{"text": "x" * 10_000, "pictures": [], "error": "y" * 1000}] * 1000
    asked = Limits()
    runs = cell_runs(CellsShown(sent), len(sent), asked, Room.of(asked))
    assert len(runs) == len(sent)
    assert sum(len(run.text) + len(run.error) for run in runs) == asked.texts
    assert len(runs[0].text) == asked.text


def test_an_error_of_a_cell_is_one_line_without_control_characters():
    error = "ValueError: \x1b[2J\x1b]0;owned\x07\nrelu_forward: 2 of 2 points\u202e\ud800"
    (run,) = cell_runs(
        CellsShown([{"text": "", "pictures": [], "error": error}]), 1, Limits(), Room.of(Limits())
    )
    assert run.error.isprintable()
    assert run.error.startswith(r"ValueError: \x1b[2J\x1b]0;owned\x07\nrelu_forward")


def test_printed_text_has_no_orders_to_a_terminal():
    text = "\x1b[1;31mred\x1b[0m \x1b]0;owned\x07 \x1b\x1b[1m[2J"
    (run,) = cell_runs(
        CellsShown([{"text": text, "pictures": [], "error": ""}]), 1, Limits(), Room.of(Limits())
    )
    assert "\x1b" not in run.text
    assert run.text.startswith("red ")
