"""A throttle under a steady load over several workers: how many calls it admits.

``make throttling``, or ``python -m tests.throttling [SECONDS]``: 1,000 calls a second are offered
to a method that takes 100 a second and 20 at once.  Ends with status 1 if what four workers
admitted together is off by more than two per cent.
"""

import asyncio
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.journeys.running import Octetgate

RATE, BURST, OFFERED, CALLERS = 100, 20, 1000, 20


@dataclass
class Offer:
    """What was offered, what became of it, and in what time."""

    seconds: float = 0.0
    statuses: Counter = field(default_factory=Counter)

    @property
    def allowed(self) -> float:
        """How many calls a token bucket could have admitted in that time at most."""
        return BURST + RATE * self.seconds


def build(server: Octetgate) -> str:
    """Deploy a throttled method that answers by itself; return its URL."""
    gateway = server.gateway
    made = gateway.create_rest_api(name="throttled")
    place = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    gateway.put_method(**place, authorizationType="NONE")
    gateway.put_integration(
        **place, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
    )
    gateway.put_method_response(**place, statusCode="200")
    gateway.put_integration_response(**place, statusCode="200")
    gateway.create_deployment(restApiId=made["id"], stageName="s")
    limits = {"rateLimit": str(RATE), "burstLimit": str(BURST)}
    gateway.update_stage(
        restApiId=made["id"],
        stageName="s",
        patchOperations=[
            {"op": "replace", "path": f"/*/*/throttling/{name}", "value": value}
            for name, value in limits.items()
        ],
    )
    return server.invoke_url(made["id"], "s")


async def offered(url: str, seconds: float) -> Offer:
    """Make OFFERED calls a second from as many connections as there are callers."""
    place, offer = urlsplit(url), Offer()
    request = f"GET {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode()
    lines = await asyncio.gather(
        *(asyncio.open_connection(place.hostname, place.port) for _ in range(CALLERS))
    )
    begun = time.monotonic()

    async def caller(
        number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        for turn in range(int(seconds * OFFERED / CALLERS)):
            # Every caller keeps its own times, one after the other, whatever the last call took.
            due = begun + (turn * CALLERS + number) / OFFERED
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            offer.statuses[int(head[9:12])] += 1
        writer.close()

    await asyncio.gather(*(caller(number, *line) for number, line in enumerate(lines)))
    offer.seconds = time.monotonic() - begun
    return offer


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    with tempfile.TemporaryDirectory() as folder:
        server = Octetgate(Path(folder) / "data", "--workers", "4").start()
        try:
            offer = asyncio.run(offered(build(server), seconds))
        finally:
            server.end()
    admitted, expected = offer.statuses[200], BURST + RATE * seconds
    sys.stdout.write(
        f"{offer.statuses.total()} calls offered in {offer.seconds:.2f} s, {admitted} admitted; "
        f"expected {expected:.0f}: {100 * (admitted / expected - 1):+.1f} %\n"
    )
    return int(abs(admitted / expected - 1) > 0.02 or set(offer.statuses) != {200, 429})


if __name__ == "__main__":
    sys.exit(main())
