"""The event loop of a notebook, for cells with `await` and for tasks that go on between cells."""

import re
from collections.abc import Coroutine
from types import CodeType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # most notebooks do not need this module, which takes long to import
    from asyncio import AbstractEventLoop

ASYNC = re.compile(r"\basync(?:io)?\b|\bawait\b")
CO_COROUTINE = 0x80  # of inspect: the code must be awaited


class EventLoop:
    """A loop of asyncio that is made when a cell first needs it.

    From then on all cells run inside it, as in a kernel, so that the tasks of earlier cells go on.
    """

    def __init__(self) -> None:
        self._loop: AbstractEventLoop | None = None

    def is_for(self, source: str) -> bool:
        """True if a cell is to be run inside the loop."""
        return self._loop is not None or bool(ASYNC.search(source))

    def is_free_for(self, source: str) -> bool:
        """True if a cell is to be run inside the loop, which no cell runs in at the moment."""
        return self.is_for(source) and not (self._loop and self._loop.is_running())

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine to its end and return its result, while the tasks of cells go on."""
        if self._loop is None:
            import asyncio

            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
        task = self._loop.create_task(coroutine)
        try:
            return self._loop.run_until_complete(task)
        except BaseException:  # also where the time of the cell is over
            task.cancel()
            raise


async def evaluate_all(parts: list[CodeType], names: dict[str, Any]) -> Any:
    """Evaluate parts of a cell, one after another, and return the value of the last one."""
    import asyncio

    value = None
    for part in parts:
        value = eval(part, names)
        if part.co_flags & CO_COROUTINE:
            value = await value
    await asyncio.sleep(0)  # so that tasks begin even if the cell waits for nothing
    return value
