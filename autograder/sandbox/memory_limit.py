"""A limit on the memory of this process, for work on data that student code has sent."""

import contextlib
import resource
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def memory_limit(more: int) -> Iterator[None]:
    """Limit this process to `more` bytes above what it uses now, inside a with block.

    Beyond the limit Python raises MemoryError. Without it, a short message that unfolds to a huge
    array could use up the memory of the machine.
    """
    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + more, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
