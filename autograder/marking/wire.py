"""Turn plain data (numbers, text, lists, tuples, dicts, NumPy arrays) into bytes and back.

We do not use pickle, because loading a pickle can run any code. A message has three parts: the
length of the header (8 bytes, little-endian), the header (JSON), and the bytes of the arrays, one
after another. The header holds the other values, and the type and shape of each array. (NumPy's own
.npy header is a Python literal, which takes ten times as long to read.)

Messages come from student code, so `decode` trusts nothing and raises WireError for anything else.
"""

import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

PLAIN = frozenset((bool, int, float, str, type(None)))
TYPES = {np.dtype(code).str: np.dtype(code) for code in "?bBhHiIqQlLefdFD"}
# Numbers of other types (longdouble, other byte orders) are sent as these, by their kind.
OTHER_TYPES = {"i": np.int64, "u": np.uint64, "f": np.float64}
MAX_DEPTH = 20  # of lists in lists
MAX_HEADER = 8 << 20  # bytes; each can expand to about a hundred bytes of Python objects


class WireError(ValueError):
    """Bytes that are not a message, or a value that cannot be sent as one."""


@dataclass(frozen=True)
class Opaque:
    """A value that is not plain data. We know only the name of its type."""

    type_name: str


def encode(value: Any) -> bytes:
    """Turn plain data into bytes. Values that are not plain data become Opaque."""
    arrays: list[np.ndarray] = []
    tree = _pack(value, arrays, 0)
    specs = [[array.dtype.str, array.shape, _order(array)] for array in arrays]
    header = json.dumps({"tree": tree, "arrays": specs}).encode()
    blobs = [array.tobytes("A") for array in arrays]
    return b"".join([len(header).to_bytes(8, "little"), header, *blobs])


def decode(data: bytes) -> Any:
    """Return the plain data that `encode` turned into bytes. Raises WireError for other bytes."""
    try:
        start = 8 + int.from_bytes(data[:8], "little")
        if start > MAX_HEADER:
            raise WireError("the header is too long")
        header = json.loads(data[8:start])
        arrays: list[np.ndarray | None] = []
        for code, shape, order in header["arrays"]:
            dtype = TYPES[code]
            size = _size(shape) * dtype.itemsize
            if size > len(data) - start:
                raise WireError("an array is longer than the message")
            flat = np.frombuffer(data, dtype, size // dtype.itemsize, start)
            arrays.append(flat.reshape(shape, order="F" if order == "F" else "C").copy("K"))
            start += size
        return _unpack(header["tree"], arrays, 0)
    except WireError:
        raise
    except (ValueError, LookupError, TypeError, OverflowError, RecursionError) as error:
        raise WireError(f"not a message: {type(error).__name__}") from None


def count_items(data: bytes) -> int:
    """Return about how many items all lists and dicts in a message have, without decoding it.

    Commas in texts count, too, so that a message cannot hide items.
    """
    header = data[8 : 8 + int.from_bytes(data[:8], "little")]
    return header.count(b",") + header.count(b"{")


def plain(value: Any, depth: int = 0) -> Any:
    """Return a copy of a value: the same as `decode(encode(value))`, but faster."""
    if depth > MAX_DEPTH:
        raise WireError(f"nested deeper than {MAX_DEPTH}")
    kind = type(value)
    if kind is str:
        return _text(value)
    if kind in PLAIN or kind is Opaque:
        return value
    if kind is np.ndarray and value.dtype.str in TYPES:
        return value.copy("A" if _order(value) == "F" else "C")
    if kind in (list, tuple):
        return kind(plain(item, depth + 1) for item in value)
    if kind is dict:
        return {_text(str(key)): plain(item, depth + 1) for key, item in value.items()}
    return decode(encode(value))


def frame(data: bytes) -> bytes:
    """Return bytes with their length in front, so that the reader knows where they end."""
    return len(data).to_bytes(8, "little") + data


def _order(array: np.ndarray) -> str:
    """Return "F" for an array that is stored column by column, otherwise "C"."""
    return "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"


def _size(shape: Any) -> int:
    """Return the number of entries of an array. Raises WireError if the shape is not valid."""
    # `type` and not `isinstance`, because a bool is an int, too.
    if not all(type(length) is int and 0 <= length < 1 << 40 for length in shape):
        raise WireError("not a shape of an array")
    return math.prod(shape)


def _pack(value: Any, arrays: list[np.ndarray], depth: int) -> Any:
    """Return a value as JSON data; append its arrays to `arrays` and refer to them by number."""
    if depth > MAX_DEPTH:
        raise WireError(f"nested deeper than {MAX_DEPTH}")
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind is np.ndarray and value.dtype.str in TYPES:
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if kind is dict:
        return {"dict": [[str(k), _pack(item, arrays, depth + 1)] for k, item in value.items()]}
    if kind is list or kind is tuple:
        return {kind.__name__: [_pack(item, arrays, depth + 1) for item in value]}
    if isinstance(value, Opaque):
        return {"opaque": value.type_name}
    if isinstance(value, np.generic) and value.dtype.str in TYPES and value.dtype.kind != "c":
        return value.item()
    if isinstance(value, np.ndarray | np.generic):
        array = np.array(value)
        if array.dtype == object and array.ndim == 0 and array.item() is None:
            return None  # as np.copy(None) makes it, if a driver copies what a function returned
        if array.dtype.kind in OTHER_TYPES and array.dtype.str not in TYPES:
            array = array.astype(OTHER_TYPES[array.dtype.kind])
        if array.dtype.str in TYPES:
            arrays.append(array)
            return {"array": len(arrays) - 1}
    return {"opaque": kind.__name__[:80]}


def _unpack(tree: Any, arrays: list[np.ndarray | None], depth: int) -> Any:
    """Return the value that `_pack` turned into JSON data. Removes each array that is used."""
    if depth > MAX_DEPTH:
        raise WireError(f"nested deeper than {MAX_DEPTH}")
    if type(tree) is str:
        return _text(tree)
    if type(tree) in PLAIN:
        return tree
    ((kind, content),) = tree.items()
    if kind == "array":
        # An array that is used twice would be one object in two places of the value.
        if (array := arrays[content]) is None:
            raise WireError("an array is named twice")
        arrays[content] = None
        return array
    if kind == "list":
        return [_unpack(item, arrays, depth + 1) for item in content]
    if kind == "tuple":
        return tuple(_unpack(item, arrays, depth + 1) for item in content)
    if kind == "dict":
        return {_text(str(k)): _unpack(item, arrays, depth + 1) for k, item in content}
    if kind == "opaque":
        return Opaque(_text(str(content))[:80])
    raise WireError(f"unknown kind {kind!r}")


def _text(text: str) -> str:
    """Return a text that UTF-8 can encode: lone surrogates, which it cannot, become "?"."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
