"""A hundred thousand invocations through a whole octetgate, and what they leave behind.

``make soak``, or ``python -m tests.soak [COUNT]``: most calls are a warm no-op behind AWS_PROXY,
some carry 100 kB, some raise, and now and then one exits, escapes its session or takes too long.
Ends with status 1 if processes, open files or temporary files were left, or memory kept growing.
"""

import asyncio
import sys
import tempfile
import time
import urllib.parse
from collections import Counter
from pathlib import Path

import psutil
from tests.adapters.runners.lambdas import zipped
from tests.journeys.building import build_api, build_function, lambda_uri
from tests.journeys.running import Octetgate

CALLERS = 8
GROWTH_BYTES = 24 * 2**20
"""What a process may hold more at the end than after the first tenth."""
FUNCTION = """
import os, time
def handler(event, context):
    what = (event["queryStringParameters"] or {}).get("what")
    if what == "raise":
        raise ValueError("as asked")
    if what == "exit":
        os._exit(1)
    if what == "escape":
        if not os.fork():
            os.setsid()
            if not os.fork():
                time.sleep(600)
            os._exit(0)
        os.wait()
        os._exit(1)
    if what == "hang":
        time.sleep(60)
    if what == "write":
        with open("/tmp/left", "ab") as file:
            file.write(bytes(100))
    return {"statusCode": 200, "body": event["body"] or ""}
"""
BODY = b"x" * 100_000


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def kind(number: int) -> tuple[str, bytes, int]:
    """Return what the call of this number asks for, its body, and the status it has to get."""
    for every, what in ((5000, "hang"), (2500, "escape"), (1000, "exit"), (100, "raise")):
        if number % every == every - 1:
            return what, b"", 502
    return ("write", BODY, 200) if number % 50 == 0 else ("", b"", 200)


async def call(reader, writer, path, body) -> int:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = int(answer.lower().partition("content-length: ")[2].partition("\r\n")[0])
    found = await reader.readexactly(length)
    status = int(answer[9:12])
    assert status != 200 or found == body, found[:100]
    return status


async def calls(url: str, numbers: range) -> Counter:
    """Make the calls; return how many had another status than they should."""
    parts = urllib.parse.urlsplit(url)
    wrong: Counter = Counter()
    rest = iter(numbers)

    async def caller() -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        for number in rest:
            what, body, expected = kind(number)
            query = f"?what={what}" if what else ""
            status = await call(reader, writer, f"{parts.path}f{query}", body)
            wrong[what, status] += status != expected
        writer.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(CALLERS):
            group.create_task(caller())
    return +wrong


class Weights:
    """What a server holds: its own processes, their memory and open files, temporary files."""

    def __init__(self, server: Octetgate) -> None:
        own = psutil.Process(server.process.pid)
        self.memory, self.files = {}, {}
        self.functions = 0
        for process in [own, *own.children(recursive=True)]:
            if "start.py" in " ".join(process.cmdline()) or "python.py" in " ".join(process.cmdline()):  # fmt: skip
                self.functions += 1
            else:
                self.memory[process.pid] = process.memory_info().rss
                self.files[process.pid] = process.num_fds()
        self.temporary = sum(1 for _ in (server.data / "functions" / "scratch").rglob("*"))
        self.sleepers = sum("600" in process.info["cmdline"] for process in psutil.process_iter(["cmdline"]) if process.info["cmdline"])  # fmt: skip

    def __str__(self) -> str:
        memory = " ".join(f"{rss / 2**20:.0f}" for rss in self.memory.values())
        files = " ".join(map(str, self.files.values()))
        return f"MB {memory}; files {files}; functions {self.functions}; temporary {self.temporary}"


def soak(server: Octetgate, count: int) -> list[str]:
    """Make so many calls; return what is wrong afterwards."""
    arn = build_function(server, "soaked", zipped({"handler.py": FUNCTION}), Timeout=3)
    api = build_api(server, {"f": {"type": "AWS_PROXY", "uri": lambda_uri(arn)}})
    url, tenth = server.invoke_url(api, "test"), max(count // 10, 1)
    problems, begun = [], time.monotonic()
    first = last = None
    for start in range(0, count, tenth):
        wrong = asyncio.run(calls(url, range(start, min(start + tenth, count))))
        problems += [f"{number} calls {what or 'plain'!r} had status {status}" for (what, status), number in wrong.items()]  # fmt: skip
        time.sleep(2)  # the watch ends orphans once a second
        last = Weights(server)
        first = first or last
        done = min(start + tenth, count)
        say(f"{done:>7} calls, {done / (time.monotonic() - begun):.0f}/s: {last}")
    if set(first.memory) != set(last.memory):
        problems.append("a process of octetgate's own was replaced")
    for pid, before in first.memory.items():
        if last.memory.get(pid, 0) - before > GROWTH_BYTES:
            problems.append(f"process {pid} grew from {before} to {last.memory[pid]} bytes")
        if last.files.get(pid, 0) - first.files[pid] > 2 * CALLERS:
            problems.append(f"process {pid} had {first.files[pid]} files, then {last.files[pid]}")
    if last.functions > 2 * psutil.cpu_count():
        problems.append(f"{last.functions} processes of one function")
    if last.temporary > first.temporary + 2 * psutil.cpu_count():
        problems.append(f"{last.temporary} temporary files")
    return problems


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory(prefix="octetgate-soak-") as folder:
        Path(folder).chmod(0o755)
        server = Octetgate(Path(folder) / "data", "--workers", "1").start()
        try:
            problems = soak(server, count)
            processes = server.processes()
            status = server.stop()
            _, alive = psutil.wait_procs(processes, timeout=5)
        finally:
            server.end()
        if status or alive:
            problems.append(f"status {status} at the end, left running: {alive}")
    say("\n".join(problems) or "nothing was left")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
