"""Both walk-throughs of the demo: build the APIs, send the images, show what came back."""

import contextlib
import json
import logging
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from octetgate.cli import demo_apis, resizer, samples
from octetgate.cli.console import Trouble, table
from octetgate.cli.invoke import Answer, call
from octetgate.cli.management import connect, told
from octetgate.server.place import Running
from octetgate.server.processes import Post, die_with_parent

_LOG_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Step:
    """One request, and what has to come back for it."""

    target: str
    sample: str
    body: bytes
    content_type: str | None
    accept: str
    keeps_as: str | None
    """File name of the image that has to come back; None when it has to be refused."""
    longest: int
    """Pixels that no side of the returned image may exceed."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a step."""

    step: Step
    answer: Answer
    trouble: str
    """Why the step did not hold, or nothing."""
    rules: tuple[str, ...]
    """What the gateway says it did to the bytes, there and back."""


def main(running: Running, post: Post, *, once: bool) -> int:
    """Walk both; then, unless it is ``once``, keep the backend alive until told to leave."""
    post.ready()
    # The table tells it better than boto3 and libvips do.
    logging.getLogger().setLevel(logging.WARNING)
    try:
        with _resizing() as upload_url:
            held = _show(running, upload_url)
            if not once:
                _say("Still serving; Ctrl-C stops it.")
                post.wait_to_leave()
            return 0 if held else 1
    except Trouble as trouble:
        sys.stderr.write(f"octetgate: {trouble}\n")
        return 1


def _show(running: Running, upload_url: str) -> bool:
    _say(
        f"gateway     {running.gateway_url}\n"
        f"management  {running.management_url}  (endpoint_url for boto3)\n"
        f"a service that resizes images, for the second walk-through: {upload_url}"
    )
    with told(running.management_url):
        gateway = connect(running.management_url, "apigateway")
        functions = connect(running.management_url, "lambda")
        demo_apis.clear(gateway, functions)
        thumbnails = demo_apis.build_thumbnail(gateway, functions)
        demo_apis.build_images(gateway, upload_url)
    folder = running.settings.data.absolute() / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    results = [_take(running, step, folder) for step in _steps(thumbnails)]
    _report("1. AWS's launch example: a PNG becomes a thumbnail in a Lambda function", results[:-3])
    _report("2. A JPEG streams through to a service that resizes images", results[-3:])
    _say(_to_repeat(running, folder, thumbnails))
    missed = [
        f"{each.step.sample} to {each.step.target}: {each.trouble}"
        for each in results
        if each.trouble
    ]
    for line in missed:
        sys.stderr.write(f"did not hold: {line}\n")
    _say(f"{len(results) - len(missed)} of {len(results)} steps held")
    return not missed


def _steps(thumbnails: str) -> Iterator[Step]:
    pngs = samples.thumbnail_samples()
    for name, body in pngs.items():
        yield Step(thumbnails, name, body, samples.PNG, samples.PNG, _kept(name, "thumbnail"), 140)
    photo = samples.photo()
    palette = pngs["palette.png"]
    # The second text's own line: curl says that it accepts anything.
    yield Step("/images", "photo.jpg", photo, samples.JPEG, "*/*", "photo.resized.jpg", 320)
    yield Step("/images", "palette.png", palette, samples.PNG, "*/*", "palette.resized.png", 320)
    # And its warning: without a Content-Type the bytes are taken for JSON text.
    yield Step("/images", "photo.jpg", photo, None, "*/*", None, 320)


def _kept(name: str, word: str) -> str:
    stem, _, suffix = name.rpartition(".")
    return f"{stem}.{word}.{suffix}"


def _take(running: Running, step: Step, folder: Path) -> Result:
    (folder / step.sample).write_bytes(step.body)
    headers = [("Host", f"localhost:{running.settings.port}"), ("Accept", step.accept)]
    if step.content_type:
        headers.append(("Content-Type", step.content_type))
    answer = call(running.gateway_url, "POST", step.target, headers, step.body)
    trouble = _trouble(step, answer)
    if step.keeps_as and not trouble:
        (folder / step.keeps_as).write_bytes(answer.body)
    log = running.place.logs / "access.log"
    return Result(step, answer, trouble, _rules(log, answer.headers.get("x-amzn-requestid", "")))


def _trouble(step: Step, answer: Answer) -> str:
    """Return why the answer is not what the step has to show, or nothing."""
    if step.keeps_as is None:
        return "" if answer.status == 422 else f"expected 422 of the service; found {answer.status}"
    if answer.status != 200:
        return f"expected 200; found {answer.status} {answer.body[:200]!r}"
    wanted = samples.PNG if step.keeps_as.endswith(".png") else samples.JPEG
    if answer.headers.get("content-type") != wanted and step.accept != samples.PNG:
        return f"expected {wanted}; found {answer.headers.get('content-type')}"
    before, after = samples.size(step.body), samples.size(answer.body)
    if before is None or after is None:
        return f"expected an image; found {answer.body[:40]!r}"
    if max(after) > step.longest:
        return f"expected at most {step.longest} pixels; found {after[0]}x{after[1]}"
    # A side is a whole number of pixels, so the shape is kept to within one.
    if abs(after[0] * before[1] - after[1] * before[0]) > max(before):
        return f"expected the shape of {before[0]}x{before[1]}; found {after[0]}x{after[1]}"
    return ""


def _rules(log: Path, request_id: str) -> tuple[str, ...]:
    """Return what the access log says of the call's bytes; its line may take a moment."""
    until = time.monotonic() + _LOG_SECONDS
    while time.monotonic() < until:
        for line in reversed(log.read_text("utf-8").splitlines() if log.exists() else []):
            if request_id and request_id in line:
                entry: dict[str, Any] = json.loads(line)
                told = (entry.get("requestPayload", {}), entry.get("responsePayload", {}))
                return tuple(payload["rule"] for payload in told if "rule" in payload)
        time.sleep(0.05)
    return ()


def _report(title: str, results: list[Result]) -> None:
    """Print the table; what acted on the bytes is told below it, once for each rule."""
    told = list(dict.fromkeys(rule for each in results for rule in each.rules))
    table(
        ["request", "bytes\npixels", "response", "bytes\npixels", "ms", "rules"],
        [
            [
                f"{_named(each.step)}\n{each.step.content_type or 'no Content-Type'}",
                f"{len(each.step.body)}\n{_pixels(each.step.body)}",
                f"{each.answer.status}\n{_media_type(each.answer)}",
                f"{len(each.answer.body)}\n{_pixels(each.answer.body)}",
                f"{each.answer.milliseconds:.0f}",
                " ".join(_letter(told.index(rule)) for rule in each.rules),
            ]
            for each in results
        ],
        title=title,
    )
    _say("\n".join(f"  {_letter(number)}  {rule}" for number, rule in enumerate(told)) + "\n")


def _letter(number: int) -> str:
    return chr(ord("a") + number)


def _named(step: Step) -> str:
    where = "" if step.target.startswith("/restapis") else f"\n→ {step.target}"
    return f"{step.sample}{where}"


def _media_type(answer: Answer) -> str:
    return answer.headers.get("content-type", "-").partition(";")[0]


def _pixels(image: bytes) -> str:
    found = samples.size(image)
    return f"{found[0]}x{found[1]}" if found else "-"


def _to_repeat(running: Running, folder: Path, thumbnails: str) -> str:
    png, jpg = (shlex.quote(f"@{_near(folder / name)}") for name in ("gradient.png", "photo.jpg"))
    images = f"{running.gateway_url.partition(':')[0]}://localhost:{running.settings.port}"
    return (
        f"The images and what became of them are in {_near(folder)}.  To repeat it:\n\n"
        f'curl --request POST -H "Accept: image/png" -H "Content-Type: image/png" '
        f"--data-binary {png} {running.gateway_url}{thumbnails} > gradient-thumb.png\n\n"
        f"curl -X POST {images}/images "
        f"-H 'Content-Type: image/jpeg' --data-binary {jpg} > photo-small.jpg\n\n"
        f"Why the bytes of a call were changed, or not, its line says in "
        f"{_near(running.place.logs / 'access.log')}.\n"
    )


def _near(path: Path) -> Path:
    """Return the path from where the user stands, if it is below."""
    near = Path(os.path.relpath(path))
    return path if near.parts[0] == ".." else near


@contextlib.contextmanager
def _resizing() -> Iterator[str]:
    """Run the image-resizing service on a free port; it ends with us."""
    service = subprocess.Popen(
        [sys.executable, resizer.__file__, "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        # Only this: between fork and exec little may be done, and we have one thread.
        preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509
    )
    try:
        if service.stdout is None or not (url := service.stdout.readline().strip()):
            raise Trouble("the image-resizing service could not start")
        yield url
    finally:
        service.kill()
        service.wait()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
