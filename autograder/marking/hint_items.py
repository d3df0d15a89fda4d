"""Say which arrays are wrong, where an answer is a list or dict of arrays."""

from collections.abc import Iterator, Sequence

import numpy as np

from .pairs import Hint, Pair
from .words import listed

MAX_NAMES = 4  # of wrong items that a hint lists


def which_items(pairs: Sequence[Pair]) -> list[Hint]:
    """Say which arrays are wrong, where the right answer is a list or dict of arrays."""
    if len(pairs) < 2 or not all(p.path for p in pairs):
        return []
    failing = {id(p.case) for p in pairs if p.is_wrong}
    pairs = [p for p in pairs if id(p.case) in failing]
    wrong = np.array([p.is_wrong for p in pairs])
    for words, chosen in _selections(pairs):
        if chosen.all() or not chosen.any():
            continue
        if (wrong == chosen).all():
            return [Hint(f"Only {words} wrong; everything else is right.")]
        if (wrong == ~chosen).all():
            return [Hint(f"Only {words} right; everything else is wrong.")]
    names = dict.fromkeys(p.path[-1] for p in pairs if isinstance(p.path[-1], str))
    bad = [n for n in names if any(p.is_wrong for p in pairs if p.path[-1] == n)]
    if 0 < len(bad) < len(names) and len(bad) <= MAX_NAMES:
        return [Hint(f"Not all of it is wrong. Look at {listed(bad)}; everything else is right.")]
    return []


def _selections(pairs: Sequence[Pair]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield words for some of the arrays, and which of the pairs these are."""
    for name in dict.fromkeys(p.path[-1] for p in pairs if isinstance(p.path[-1], str)):
        yield f"{name} is", np.array([p.path[-1] == name for p in pairs])
    if not all(isinstance(p.path[0], int) for p in pairs):
        return
    index = np.array([p.path[0] for p in pairs])
    lengths: dict[int, int] = {}  # of the list of each case
    for p, i in zip(pairs, index, strict=True):
        lengths[id(p.case)] = max(lengths.get(id(p.case), 0), int(i) + 1)
    from_end = np.array([lengths[id(p.case)] for p in pairs]) - 1 - index
    layers = all(len(p.path) == 2 and p.path[1] == 2 - p.right.ndim for p in pairs)
    item, items = ("layer", "layers") if layers else ("item of the list", "items of the list")
    yield f"the first {item} is", index == 0
    yield f"the last {item} is", from_end == 0
    for count in (2, 3):
        yield f"the first {count} {items} are", index < count
    if layers:
        is_weight = np.array([p.path[1] == 0 for p in pairs])
        yield "the weights W are", is_weight
        yield "the W of the first layer is", is_weight & (index == 0)
        yield "the b of the first layer is", ~is_weight & (index == 0)
        yield "the W of the last layer is", is_weight & (from_end == 0)
        yield "the b of the last layer is", ~is_weight & (from_end == 0)
