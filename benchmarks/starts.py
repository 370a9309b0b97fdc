"""How long does a function take to start, and how much does a call cost?

Runs a supervisor in this process and prints medians:  python benchmarks/starts.py
"""

import asyncio
import base64
import hashlib
import io
import json
import statistics
import tempfile
import time
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from octetgate.adapters.runners import unix
from octetgate.adapters.runners.process import Supervisor, SupervisorSettings
from octetgate.adapters.stores import memory
from octetgate.blueprints import catalogue
from octetgate.core.model.function import Function
from octetgate.core.ports.functions import Functions, Invocation
from octetgate.core.ports.store import FUNCTION_CODE, FUNCTIONS, Store

ECHO = "def handler(event, context): return event"
FIVE_MEBIBYTES = json.dumps("A" * 5 * 2**20).encode()


def put(store: Store, package: bytes, start: int) -> None:
    """Store the function; another ``start`` makes its processes start again."""
    digest = hashlib.sha256(package)
    function = Function(
        name="f",
        arn="arn:aws:lambda:us-east-1:000000000000:function:f",
        runtime="python3.12",
        handler="handler.handler",
        role="",
        code_key=digest.hexdigest(),
        code_sha256=base64.b64encode(digest.digest()).decode(),
        code_size=len(package),
        last_modified=0.0,
        revision_id="",
        environment={"START": str(start)},
    )
    with store.write() as writing:
        writing.put(FUNCTION_CODE, function.code_key, package)
        writing.put(FUNCTIONS, "f", function)


async def median_ms(call: Callable[[int], Awaitable[object]], times: int) -> float:
    """Return the median time of a call."""
    taken = []
    for number in range(times):
        begin = time.perf_counter()
        await call(number)
        taken.append((time.perf_counter() - begin) * 1000)
    return statistics.median(taken)


async def measure(store: Store, functions: Functions, remote: Functions) -> dict[str, float]:
    """Return each question's answer in milliseconds."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("handler.py", ECHO)
    echo, image = file.getvalue(), catalogue.package("image-processing-service")

    def first(package: bytes, payload: bytes) -> Callable[[int], Awaitable[object]]:
        async def call(number: int) -> object:
            put(store, package, number)
            return await functions.invoke(Invocation(function="f", payload=payload))

        return call

    def warm(by: Functions, payload: bytes) -> Callable[[int], Awaitable[object]]:
        return lambda _: by.invoke(Invocation(function="f", payload=payload))

    return {
        "first call of the image blueprint": await median_ms(
            first(image, b'{"operation":"ping"}'), 8
        ),
        "first call": await median_ms(first(echo, b"1"), 8),
        "warm call": await median_ms(warm(functions, b"1"), 500),
        "warm call through the socket": await median_ms(warm(remote, b"1"), 500),
        "5 MiB in and out through the socket": await median_ms(warm(remote, FIVE_MEBIBYTES), 10),
    }


async def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        store = memory.open("memory://")
        supervisor = Supervisor(store, SupervisorSettings(data=Path(folder)))
        await supervisor.start()
        socket = Path(folder) / "run" / "functions.sock"
        server, remote = await unix.serve(supervisor, socket), unix.UnixFunctions(socket)
        try:
            for question, milliseconds in (await measure(store, supervisor, remote)).items():
                print(f"{question:40} {milliseconds:8.2f} ms")
        finally:
            await remote.close()
            await server.close()
            await supervisor.close()


if __name__ == "__main__":
    asyncio.run(main())
