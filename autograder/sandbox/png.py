"""Read the PNG pictures that a job sends, and write them again from the parts that a picture needs.

The bytes may be anything. We use no library for pictures, because a mistake in its C code would
give the student the rights of the grader.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_SIDE = 4000  # points
STEP = 1 << 20  # bytes that we decompress at a time
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # numbers for each point, by the type of colour
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
NEEDED = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
# The chunks that we keep before the points, in the order in which we write them, with their sizes.
KEPT = {
    b"gAMA": range(4, 5),
    b"sRGB": range(1, 2),
    b"pHYs": range(9, 10),
    b"PLTE": range(3, 769, 3),
    b"tRNS": range(1, 257),
}


class NoPictureError(ValueError):
    """An error for bytes that are not a picture that we keep. The text says why."""


@dataclass(frozen=True)
class Picture:
    """A picture, written again. packed: its compressed points. unpacked: their size by the header.

    Show it only if `is_whole` says so.
    """

    data: bytes
    packed: bytes
    unpacked: int

    def is_whole(self) -> bool:
        """True if the points unpack to exactly the size that the header says.

        They are unpacked in steps and thrown away, so this needs little memory.
        """
        unpacker = zlib.decompressobj()
        packed, count = self.packed, 0
        try:
            while packed and not unpacker.eof and count <= self.unpacked:
                count += len(unpacker.decompress(packed, STEP))
                packed = unpacker.unconsumed_tail
        except zlib.error:
            return False
        return unpacker.eof and count == self.unpacked and not unpacker.unused_data


def read_picture(data: bytes, max_side: int = MAX_SIDE) -> Picture:
    """Return the picture, written again from its header, palette, transparency, scale and points.

    Texts and other chunks that a picture can do without are left out. Raises NoPictureError if a
    chunk is damaged, unknown or in a wrong place, if a side is longer than max_side points, or if
    the picture is interlaced. The points are not unpacked here.
    """
    chunks = list(_chunks(data))
    kinds = [kind for kind, _ in chunks]
    if not chunks or kinds[0] != b"IHDR" or kinds[-1] != b"IEND" or chunks[-1][1]:
        raise NoPictureError("the first chunk is no header, or the last one is no end")
    single = [kind for kind in kinds if kind in KEPT or kind in (b"IHDR", b"IEND")]
    if len(set(single)) < len(single):
        raise NoPictureError("a chunk comes twice")
    if any(is_needed(kind) and kind not in NEEDED for kind in kinds):
        raise NoPictureError("a chunk is unknown")
    packed = b"".join(body for kind, body in chunks if kind == b"IDAT")
    found = dict(chunks)
    before = [(kind, found[kind]) for kind in KEPT if kind in found]
    if any(len(body) not in KEPT[kind] for kind, body in before):
        raise NoPictureError("a chunk has a wrong size")
    written = [chunks[0], *before, (b"IDAT", packed), (b"IEND", b"")]
    return Picture(
        SIGNATURE + b"".join(chunk(kind, body) for kind, body in written),
        packed,
        _size_of_points(chunks[0][1], max_side, with_palette=b"PLTE" in found),
    )


def is_needed(kind: bytes) -> bool:
    """True for a kind that a picture cannot be shown without: its first letter is a capital."""
    return not kind[0] & 0x20


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return a chunk as it stands in a file: length, kind, body and checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the kind and the body of every chunk. Raises NoPictureError if one is damaged."""
    if not data.startswith(SIGNATURE):
        raise NoPictureError("the file does not begin as a PNG file")
    start = len(SIGNATURE)
    while start < len(data):
        length = int.from_bytes(data[start : start + 4], "big")
        kind, body = data[start + 4 : start + 8], data[start + 8 : start + 8 + length]
        end = start + 12 + length
        if end > len(data) or not kind.isalpha() or data[start:end] != chunk(kind, body):
            raise NoPictureError("a chunk is damaged")
        yield kind, body
        start = end


def _size_of_points(header: bytes, max_side: int, with_palette: bool) -> int:
    """Return the number of bytes that the points of a picture with this header must have."""
    if len(header) != 13:
        raise NoPictureError("the header has a wrong size")
    width, height, depth, colours, compression, filters, interlaced = struct.unpack(
        ">IIBBBBB", header
    )
    if not (0 < width <= max_side and 0 < height <= max_side):
        raise NoPictureError(f"a side is not between 1 and {max_side:,} points")
    if depth not in DEPTHS.get(colours, ()) or compression or filters or interlaced:
        raise NoPictureError("the header asks for something unknown")
    if (colours == 3 and not with_palette) or (colours in (0, 4) and with_palette):
        raise NoPictureError("the palette is missing or is not needed")
    # A row begins with one byte that names its filter.
    return int(height * (1 + -(-width * depth * SAMPLES[colours] // 8)))
