"""Read the JPEG pictures that students hand in, and write them again from the needed parts.

The bytes may be anything. As for PNG, we use no library for pictures, because a mistake in its C
code would give the student the rights of the grader.
"""

import re
import struct
from collections.abc import Iterator

from ..sandbox.png import NoPictureError

START, END = b"\xff\xd8", b"\xff\xd9"
MAX_SEGMENTS = 500  # a progressive picture has about forty
# The segments that a picture cannot be shown without: tables of quantisation and of Huffman codes,
# the interval of restarts, and the frame: baseline, extended or progressive.
QUANTISATION, HUFFMAN, RESTARTS, SCAN = 0xDB, 0xC4, 0xDD, 0xDA
FRAMES = (0xC0, 0xC1, 0xC2)
APP0, EXIF, ADOBE, LAST_APP, COMMENT = 0xE0, 0xE1, 0xEE, 0xEF, 0xFE
# In the points, a byte 255 is followed by 0 or by one of eight marks of restarts; else they end.
END_OF_POINTS = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")
ORIENTATION = 0x0112  # the entry of Exif that says how the camera was held


def read_jpeg(data: bytes, max_side: int) -> tuple[bytes, int]:
    """Return a picture, written again from its frame, tables, points and orientation, and its size.

    The size is the number of bytes that its points have when they are unpacked. Texts, the place of
    the camera, other pictures and all that follows the picture are left out. Raises NoPictureError
    if a segment is damaged or unknown, or if a side is too long. The points are not unpacked here.
    """
    if not data.startswith(START):
        raise NoPictureError("the file does not begin as a JPEG file")
    kept, size, with_points = [START], 0, False
    for number, (kind, body, points) in enumerate(_segments(data)):
        if number >= MAX_SEGMENTS:
            raise NoPictureError("there are too many segments")
        if kind in FRAMES:
            if size:
                raise NoPictureError("there are two frames")
            size = _size_of_frame(body, max_side)
        elif kind == EXIF:
            body = _exif(_orientation(body))
        elif kind in (APP0, ADOBE):
            body = body[:12] if body.startswith((b"JFIF\0", b"Adobe")) else b""
            if kind == APP0 and body:
                body = body.ljust(12, b"\0") + b"\0\0"  # without a small picture of the picture
        elif APP0 < kind <= LAST_APP or kind == COMMENT:
            body = b""
        elif not _is_well_formed(kind, body):
            raise NoPictureError("a segment is unknown or has a wrong size")
        with_points |= bool(points)
        if body:
            kept += [bytes((0xFF, kind)), struct.pack(">H", len(body) + 2), body, points]
    if not size or not with_points:
        raise NoPictureError("there is no frame, or there are no points")
    return b"".join([*kept, END]), size


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield the kind and the body of each segment up to the end, and the points after a scan."""
    start = len(START)
    while (kind := _kind(data, start)) != END[1]:
        length = int.from_bytes(data[start + 2 : start + 4], "big")
        end = start + 2 + length
        if length < 2 or end > len(data):
            raise NoPictureError("a segment is damaged")
        body, start = data[start + 4 : end], end
        if kind == SCAN:
            if not (found := END_OF_POINTS.search(data, start)):
                raise NoPictureError("the points do not end")
            start = found.start()
        yield kind, body, data[end:start]
        while data[start : start + 2] == b"\xff\xff":  # bytes that only fill
            start += 1


def _kind(data: bytes, start: int) -> int:
    if len(data) < start + 2 or data[start] != 0xFF:
        raise NoPictureError("a segment is damaged")
    return data[start + 1]


def _is_well_formed(kind: int, body: bytes) -> bool:
    """True if a segment is one that a picture needs, and exactly as long as it says."""
    if kind == RESTARTS:
        return len(body) == 2
    if kind == SCAN:
        return bool(body) and 1 <= body[0] <= 4 and len(body) == 4 + 2 * body[0]
    if kind not in (QUANTISATION, HUFFMAN):
        return False
    place = 0
    while place < len(body):  # a segment holds one table after another
        place += (
            17 + sum(body[place + 1 : place + 17])
            if kind == HUFFMAN
            else (65 if body[place] < 16 else 129)
        )
    return place == len(body)


def _size_of_frame(body: bytes, max_side: int) -> int:
    """Return the number of bytes that the points of a picture with this frame have."""
    if len(body) < 6 or body[0] != 8 or body[5] not in (1, 3, 4) or len(body) != 6 + 3 * body[5]:
        raise NoPictureError("the frame asks for something unknown")
    height, width = struct.unpack(">HH", body[1:5])
    if not (0 < width <= max_side and 0 < height <= max_side):
        raise NoPictureError(f"a side is not between 1 and {max_side:,} points")
    return int(width * height * body[5])


def _orientation(exif: bytes) -> int:
    """Return how the camera was held, a number from 1 to 8; 1 if Exif does not say so."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[6:10])
    if not exif.startswith(b"Exif\0\0") or not order:
        return 1
    tiff = exif[6:]
    (first,) = struct.unpack_from(f"{order}I", tiff.ljust(8, b"\0"), 4)
    (count,) = struct.unpack(f"{order}H", tiff[first : first + 2].ljust(2, b"\0"))
    for entry in range(first + 2, min(first + 2 + 12 * count, len(tiff) - 11), 12):
        tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
        if (tag, kind) == (ORIENTATION, 3) and 1 <= value <= 8:
            return int(value)
    return 1


def _exif(orientation: int) -> bytes:
    """Return Exif with one entry, or nothing if the picture is upright."""
    if orientation == 1:
        return b""
    entry = struct.pack(">HHIHH", ORIENTATION, 3, 1, orientation, 0)
    return b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
