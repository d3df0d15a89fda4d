"""Plain data as bytes: numbers, text, lists, tuples, dicts and NumPy arrays; never pickle.

A message is an 8-byte little-endian length, a JSON header of that length, and the arrays of the
header one after another in NumPy's .npy format. `decode` trusts nothing: whatever is not such a
message raises WireError.
"""

import io
import json
import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

PLAIN = (bool, int, float, str, type(None))
ARRAY_KINDS = "biufc"  # no objects, no text, no records
MAX_DEPTH = 20


class WireError(ValueError):
    """Bytes that are not a message, or a value that does not fit into one."""


@dataclass(frozen=True)
class Opaque:
    """Stands for a value that is not plain data: all that is known of it is its type's name."""

    type_name: str


def encode(value: Any) -> bytes:
    """Turn plain data into bytes. What is not plain data becomes an Opaque."""
    blobs: list[bytes] = []
    tree = _pack(value, blobs, 0)
    header = json.dumps({"tree": tree, "blobs": [len(blob) for blob in blobs]}).encode()
    return b"".join([len(header).to_bytes(8, "little"), header, *blobs])


def decode(data: bytes) -> Any:
    """Turn bytes from `encode` back into plain data. Raises WireError on anything else."""
    try:
        length = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + length])
        blobs, start = [], 8 + length
        for size in header["blobs"]:
            if not (isinstance(size, int) and 0 <= size <= len(data) - start):
                raise WireError("an array is longer than the message")
            blobs.append(data[start : start + size])
            start += size
        return _unpack(header["tree"], blobs, 0)
    except WireError:
        raise
    except (ValueError, KeyError, IndexError, TypeError, OverflowError, RecursionError) as error:
        raise WireError(f"not a message: {type(error).__name__}") from None


def _pack(value: Any, blobs: list[bytes], depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise WireError(f"nested deeper than {MAX_DEPTH}")
    if type(value) in PLAIN:
        return value
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        return value.item()
    if isinstance(value, np.ndarray | np.generic) and np.asarray(value).dtype.kind in ARRAY_KINDS:
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, np.array(value), version=(1, 0), allow_pickle=False)
        blobs.append(buffer.getvalue())
        return {"array": len(blobs) - 1}
    if type(value) in (list, tuple):
        return {type(value).__name__: [_pack(item, blobs, depth + 1) for item in value]}
    if type(value) is dict:
        return {"dict": [[str(k), _pack(item, blobs, depth + 1)] for k, item in value.items()]}
    if isinstance(value, Opaque):
        return {"opaque": value.type_name}
    return {"opaque": type(value).__name__[:80]}


def _unpack(tree: Any, blobs: list[bytes], depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise WireError(f"nested deeper than {MAX_DEPTH}")
    if type(tree) in PLAIN:
        return tree
    ((kind, content),) = tree.items()
    if kind == "array":
        return _array(blobs[content])
    if kind == "list":
        return [_unpack(item, blobs, depth + 1) for item in content]
    if kind == "tuple":
        return tuple(_unpack(item, blobs, depth + 1) for item in content)
    if kind == "dict":
        return {str(k): _unpack(item, blobs, depth + 1) for k, item in content}
    if kind == "opaque":
        return Opaque(str(content)[:80])
    raise WireError(f"unknown kind {kind!r}")


def _array(blob: bytes) -> np.ndarray:
    stream = io.BytesIO(blob)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise WireError("an array in another version of the .npy format")
    shape, fortran_order, dtype = np.lib.format.read_array_header_1_0(stream)
    raw = blob[stream.tell() :]
    # Checked before anything of that size is allocated: the header may promise terabytes.
    if dtype.kind not in ARRAY_KINDS or math.prod(shape) * dtype.itemsize != len(raw):
        raise WireError("an array whose header does not fit its bytes")
    order: Literal["F", "C"] = "F" if fortran_order else "C"
    return np.frombuffer(raw, dtype=dtype).reshape(shape, order=order).copy()
