"""The connection to a Dask cluster."""

import asyncio
from typing import Any

TLS = "distributed.comm.tls"


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
