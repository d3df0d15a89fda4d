"""Run tasks in an executor, and try a task again if its worker dies."""

from collections.abc import Callable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from typing import Any

MAX_ATTEMPTS = 3


class Pool:
    """An executor that applies `work` to tasks and is replaced if one of its workers dies.

    Tasks that were lost run again in the new executor. The last attempt of a task runs alone, so
    that a task that kills its worker cannot take another task with it. before_start is called
    before each executor is made.
    """

    def __init__(
        self,
        work: Callable[[Any], Any],
        make_executor: Callable[[], Executor],
        before_start: Callable[[], None],
    ) -> None:
        self._work = work
        self._make_executor = make_executor
        self._before_start = before_start
        self._executor: Executor | None = None
        self._under_way: dict[Future[Any], tuple[Any, int]] = {}
        self._again: list[tuple[Any, int]] = []

    def __len__(self) -> int:
        return len(self._under_way) + len(self._again)

    def submit(self, task: Any, attempt: int = 1) -> None:
        """Give a task to the executor."""
        if self._executor is None:
            self._before_start()
            self._executor = self._make_executor()
        try:
            self._under_way[self._executor.submit(self._work, task)] = (task, attempt)
        except BrokenExecutor:
            self._again.append((task, attempt))

    def collect(self) -> Iterator[tuple[Any, Any]]:
        """Wait for the next tasks to finish; yield each with its result or its exception."""
        if not self._under_way:
            self._retry()
        for future in wait(self._under_way, return_when=FIRST_COMPLETED).done:
            task, attempt = self._under_way.pop(future)
            error = _error(future)
            if isinstance(error, BrokenExecutor) and attempt < MAX_ATTEMPTS:
                self._again.append((task, attempt + 1))
            else:
                yield task, error or future.result()

    def close(self) -> None:
        """Cancel the tasks that have not begun, and close the executor."""
        if self._executor is not None:
            for future in self._under_way:
                future.cancel()
            self._executor.shutdown(wait=False)
            self._executor = None

    def _retry(self) -> None:
        """Start a new executor and give it the tasks whose workers died."""
        self.close()
        alone = any(attempt == MAX_ATTEMPTS for _, attempt in self._again)
        now = 1 if alone else len(self._again)
        tasks, self._again = self._again[:now], self._again[now:]
        for task, attempt in tasks:
            self.submit(task, attempt)


def _error(future: "Future[Any]") -> BaseException | None:
    """Return the exception of a finished future, or None if it has a result.

    A cancelled future has no exception, and a cluster that stops cancels its futures.
    """
    if future.cancelled():
        return CancelledError("the cluster is gone")
    return future.exception()
