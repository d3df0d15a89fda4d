"""Plain data as bytes: numbers, text, lists, tuples, dicts and NumPy arrays; never pickle.

A message is an 8-byte little-endian length, a JSON header of that length, and the bytes of its arrays
one after another; the header has their types and shapes. (NumPy's own .npy header is a Python literal,
which takes ten times as long to read.) `decode` trusts nothing: whatever is not such a message raises
WireError.
"""

import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

PLAIN = frozenset((bool, int, float, str, type(None)))
TYPES = {np.dtype(code).str: np.dtype(code) for code in "?bBhHiIqQlLefdFD"}
MAX_DEPTH = 20
MAX_HEADER = 8 << 20  # bytes, each of which may become a hundred


class WireError(ValueError):
    """Bytes that are not a message, or a value that does not fit into one."""


@dataclass(frozen=True)
class Opaque:
    """Stands for a value that is not plain data: all that is known of it is its type's name."""

    type_name: str


def encode(value: Any) -> bytes:
    """Turn plain data into bytes. What is not plain data becomes an Opaque."""
    arrays: list[np.ndarray] = []
    tree = _pack(value, arrays, 0)
    specs = [[array.dtype.str, array.shape, _order(array)] for array in arrays]
    header = json.dumps({"tree": tree, "arrays": specs}).encode()
    blobs = [array.tobytes("A") for array in arrays]
    return b"".join([len(header).to_bytes(8, "little"), header, *blobs])


def decode(data: bytes) -> Any:
    """Turn bytes from `encode` back into plain data. Raises WireError on anything else."""
    try:
        start = 8 + int.from_bytes(data[:8], "little")
        if start > MAX_HEADER:
            raise WireError("a header that is too long")
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


def plain(value: Any, depth: int = 0) -> Any:
    """A value as `decode(encode(value))` would give it back, without the bytes between."""
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
    """Bytes with their length before them, to be sent one after another."""
    return len(data).to_bytes(8, "little") + data


def _order(array: np.ndarray) -> str:
    return "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"


def _size(shape: Any) -> int:
    if not all(type(length) is int and 0 <= length < 1 << 40 for length in shape):
        raise WireError("a shape that is none")
    return math.prod(shape)


def _pack(value: Any, arrays: list[np.ndarray], depth: int) -> Any:
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
    if isinstance(value, np.ndarray | np.generic) and np.asarray(value).dtype.str in TYPES:
        arrays.append(np.array(value))
        return {"array": len(arrays) - 1}
    return {"opaque": kind.__name__[:80]}


def _unpack(tree: Any, arrays: list[np.ndarray | None], depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise WireError(f"nested deeper than {MAX_DEPTH}")
    if type(tree) is str:
        return _text(tree)
    if type(tree) in PLAIN:
        return tree
    ((kind, content),) = tree.items()
    if kind == "array":
        if (array := arrays[content]) is None:
            raise WireError("an array that is named twice")
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
    """Text that can be written as UTF-8: halves of surrogate pairs cannot."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
