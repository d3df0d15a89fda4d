"""The connection to a Dask cluster."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, InvalidStateError
from typing import Any

from .result import Result
from .worker import Submit, Task, grade_in_child

TLS = "distributed.comm.tls"
# Dask itself gives a lost scheduler up after 10 s. If it has not ended our tasks after this time,
# we do.
LOST_SECONDS = 30.0


class ClusterError(Exception):
    """An error for a cluster that cannot be used. Its text is one line."""


def connect_to_cluster(address: str) -> Any:
    """Return a Dask client that is connected to the scheduler at this address.

    Certificates for an address that begins with tls:// come from Dask's own configuration. Raises
    ClusterError if there is no scheduler that answers.
    """
    try:
        import dask
        from dask.utils import parse_timedelta
        from distributed import Client, Security
        from distributed.comm import connect
    except ImportError:
        raise ClusterError("this needs Dask; type: pip install distributed") from None
    seconds = parse_timedelta(dask.config.get("distributed.comm.timeouts.connect"), default="s")

    async def greet() -> None:
        comm = await connect(address, **Security().get_connection_args("client"))
        await comm.close()

    try:
        # Dask would wait forever for a program that takes the connection and sends nothing.
        asyncio.run(asyncio.wait_for(greet(), seconds + 1))
        return Client(address)
    except TimeoutError:
        raise ClusterError(
            f"what listens there is no scheduler ({seconds:g} s of silence)"
        ) from None
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        # Dask raises TypeError and RuntimeError if its settings do not fit the address.
        words = str(error).splitlines()[0]
        if address.startswith("tls://"):
            words += f"; {TLS} in Dask's configuration needs ca-file, client.cert and client.key"
        raise ClusterError(words) from None


@contextlib.contextmanager
def submit_to(client: Any, lost_seconds: float = LOST_SECONDS) -> Iterator[Submit]:
    """Yield a function that gives a task to the cluster of a Dask client.

    Every future that it returns ends. Dask alone does not promise that, because it forgets a task
    that we submit in the moment in which the connection is lost.
    """
    # pure=False, because Dask would otherwise reuse the result of an equal task that ran before,
    # for example when a task is tried again after its worker died.
    executor = client.get_executor(pure=False)
    pending: set[Future[Result]] = set()
    at_end = threading.Event()

    def submit(task: Task) -> "Future[Result]":
        future: Future[Result] = executor.submit(grade_in_child, task)
        pending.add(future)
        future.add_done_callback(pending.discard)
        return future

    def cancel_if_lost() -> None:
        connected = time.monotonic()
        while not at_end.wait(lost_seconds / 30):
            if client.status == "running":
                connected = time.monotonic()
            elif time.monotonic() - connected > lost_seconds:
                for future in list(pending):
                    _cancel(future)

    threading.Thread(target=cancel_if_lost, daemon=True).start()
    try:
        yield submit
    finally:
        at_end.set()


def _cancel(future: "Future[Result]") -> None:
    """Cancel a future and wake those who wait for it, unless it has just ended by itself."""
    with contextlib.suppress(InvalidStateError):
        if future.cancel():
            future.set_running_or_notify_cancel()
