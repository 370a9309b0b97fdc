"""How many thumbnails does the whole gateway make, beside libvips alone and beside thumbor?

The limit is pyvips in a loop, one process per core, on images in memory.  octetgate gets the
same images over HTTP, through a template and the image blueprint; thumbor reads them from the
disk.  All take turns, and the median of the rounds counts.  The result is a section of
README.md beside this file.
"""

import argparse
import multiprocessing
import os
import statistics
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.metadata import version
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import cpu
import lambdas
import machine
from lambdas import OURS
from page import README, replaced
from programs import Missing, Place

from octetgate.blueprints import catalogue

LIMIT, PEER = "pyvips alone", "thumbor"
SECTION = "## Thumbnails"
WIDTH, QUALITY = 200, 80
CORES = os.cpu_count() or 1
CONNECTIONS = 2 * CORES
MEDIA_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
KINDS = {".jpg": "JPEG", ".png": "PNG", ".webp": "WebP"}
IMAGES = (
    ("large.jpg", (4000, 3000), {"Q": 85}),
    ("middle.jpg", (2400, 1600), {"Q": 85}),
    ("middle.webp", (2400, 1600), {"Q": 80}),
    ("small.png", (1200, 900), {}),
)


def make_images(folder: Path) -> dict[str, int]:
    """Write pictures as busy as photographs; return their sizes in bytes."""
    import pyvips

    for seed, (name, (width, height), options) in enumerate(IMAGES):
        picture = pyvips.Image.black(width, height)
        for octave in range(1, 10):
            scale = 2**octave
            bands = [
                pyvips.Image.perlin(
                    width, height, cell_size=max(2, width // scale), seed=seed * 100 + octave + band
                )
                for band in range(3)
            ]
            picture = picture + bands[0].bandjoin(bands[1:]) / scale**0.55
        grain = pyvips.Image.gaussnoise(width, height, sigma=0.05, mean=0)
        picture = ((picture + grain) * 60 + 128).cast("uchar").copy(interpretation="srgb")
        picture.write_to_file(str(folder / name), **options)
    return {path.name: path.stat().st_size for path in sorted(folder.iterdir())}


# --- The limit ---


def loop(folder: Path, seconds: float, begin: Barrier, done: Any) -> None:
    """Make thumbnails of the images in turn; report how many."""
    import pyvips

    pyvips.cache_set_max(0)
    images = [path.read_bytes() for path in sorted(folder.iterdir())]
    made = 0
    begin.wait()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        thumbnail = pyvips.Image.thumbnail_buffer(images[made % len(images)], WIDTH)
        thumbnail.write_to_buffer(".jpg", Q=QUALITY, keep="none")
        made += 1
    done.put(made)


def limit(folder: Path, seconds: int) -> float:
    """Return thumbnails per second of one process per core that does nothing else."""
    fresh = multiprocessing.get_context("spawn")
    begin, done = fresh.Barrier(CORES), fresh.Queue()
    workers = [
        fresh.Process(target=loop, args=(folder, seconds, begin, done)) for _ in range(CORES)
    ]
    for worker in workers:
        worker.start()
    made = sum(done.get() for _ in workers)
    for worker in workers:
        worker.join()
    return float(made) / seconds


# --- The gateway ---


def build(server: lambdas.Octetgate) -> str:
    """Make the image blueprint's function and an API in front of it; return the URL."""
    about = catalogue.describe("image-processing-service")
    uri = server.function(
        "thumbnail",
        Runtime=about.runtime,
        Handler=about.handler,
        Timeout=about.timeout,
        MemorySize=1024,
        Code={"ZipFile": catalogue.package(about.name)},
        Environment={"Variables": {"VIPS_CONCURRENCY": "1"}},
    )
    template = (
        f'{{"operation": "thumbnail", "width": {WIDTH}, "outputExtension": "jpg", '
        f'"quality": {QUALITY / 100}, "base64Image": "$input.body"}}'
    )
    integration = {
        "type": "AWS",
        "uri": uri,
        "requestTemplates": dict.fromkeys(MEDIA_TYPES.values(), template),
        "passthroughBehavior": "NEVER",
    }
    return server.api({"thumbnails": integration}, list(MEDIA_TYPES.values())) + "/thumbnails"


def upload_script(folder: Path, images: Path) -> Path:
    """Return a wrk script that posts the images in turn."""
    lines = ["local requests, at = {}, 0", "function init(args)"]
    for path in sorted(images.iterdir()):
        headers = f'{{["Content-Type"]="{MEDIA_TYPES[path.suffix]}", ["Accept"]="image/jpeg"}}'
        lines.append(f'  local file = io.open("{path}", "rb")')
        lines.append(f'  requests[#requests + 1] = wrk.format("POST", nil, {headers},')
        lines.append('    file:read("*a")); file:close()')
    return _script(folder / "upload.lua", [*lines, "end"])


def fetch_script(folder: Path, images: Path) -> Path:
    """Return a wrk script that asks thumbor for the images in turn."""
    lines = ["local requests, at = {}, 0", "function init(args)"]
    for path in sorted(images.iterdir()):
        target = f"/unsafe/{WIDTH}x0/filters:format(jpeg)/{path.name}"
        lines.append(f'  requests[#requests + 1] = wrk.format("GET", "{target}")')
    return _script(folder / "fetch.lua", [*lines, "end"])


def _script(path: Path, lines: list[str]) -> Path:
    lines.append("function request() at = at % #requests + 1; return requests[at] end")
    path.write_text("\n".join(lines) + lambdas.MEASURED)
    return path


# --- Measuring ---


def arguments() -> argparse.Namespace:
    """Return the command line's options."""
    here = Path(__file__).parent
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peers", type=Path, default=here.parent / ".venv-bench")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=6, help="length of one turn")
    parser.add_argument("--output", type=Path, default=README)
    return parser.parse_args()


def children_seconds(times: os.times_result) -> float:
    """Return what the children that have ended used of a processor."""
    return times.children_user + times.children_system


def measure(
    how: argparse.Namespace, place: Place, images: Path
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the medians of thumbnails per second by who makes them, and of what ours cost.

    The cost is milliseconds of a processor, by what used it, the load's own among them.
    """
    rates: dict[str, list[float]] = defaultdict(list)
    costs: dict[str, list[float]] = defaultdict(list)
    with ExitStack() as started:
        ours = started.enter_context(lambdas.octetgate(place))
        loads = {OURS: (build(ours), upload_script(place.folder, images))}
        known = cpu.roles(ours.admin_port)
        try:
            peer = started.enter_context(lambdas.thumbor(place, images, QUALITY))
            loads[PEER] = (peer.url, fetch_script(place.folder, images))
        except Missing as missing:
            print(f"left out: {missing}")
        for address, script in loads.values():
            lambdas.load(address, CONNECTIONS, how.seconds, script)  # warm
        for turn in range(how.rounds):
            rates[LIMIT].append(limit(images, how.seconds))
            for name, (address, script) in loads.items():
                before, waited = cpu.seconds(ours.pid), os.times()
                rates[name].append(lambdas.load(address, CONNECTIONS, how.seconds, script)["rate"])
                if name == OURS:
                    used = cpu.by_role(before, cpu.seconds(ours.pid), known)
                    used["wrk"] = children_seconds(os.times()) - children_seconds(waited)
                    for role, spent in used.items():
                        costs[role].append(spent / rates[name][-1] / how.seconds * 1000)
            print(f"  round {turn + 1} ", {name: f"{all_[-1]:.1f}" for name, all_ in rates.items()})
            print("  ms of CPU", {role: f"{all_[-1]:.2f}" for role, all_ in costs.items()})
    return (
        {name: statistics.median(all_) for name, all_ in rates.items()},
        {role: statistics.median(all_) for role, all_ in costs.items()},
    )


PAGE = """\
{heading}

How many thumbnails a second does the whole gateway make, compared with libvips alone and with
thumbor?  {goal} of libvips alone is the goal.

| | thumbnails/s | octetgate / it |
| --- | ---: | ---: |
{rows}

{width} pixels wide, as JPEG, in turn of {images}.
pyvips alone is one process per core that calls `thumbnail_buffer` in a loop on images in
memory.  octetgate gets each image over HTTP, makes Base64 of it for a template and the image
blueprint's function, and bytes of what that returns; thumbor has a process per core and reads
the images from the disk.  wrk keeps {connections} connections open, and everything shares the
machine's cores.  Median of {rounds} rounds of {seconds} s, in which all take turns.  Every
call was answered 2xx.

A thumbnail of octetgate's took these milliseconds of a processor, libvips's threads that end
with an image included: {costs}.
wrk, which sends the images, shares the cores too; nobody sends any to pyvips alone, which has
{alone:.1f} for one, all that there is.

| Measured on | {date} |
| --- | --- |
| Other work | {others} |
{machine}
"""


def main() -> None:
    """Measure, print and write."""
    how, others = arguments(), machine.other_work()
    os.environ["VIPS_CONCURRENCY"] = "1"  # as many processes as cores work already
    with tempfile.TemporaryDirectory() as name:
        place = Place(Path(name), how.peers.resolve())
        place.folder.chmod(0o755)
        images = place.folder / "images"
        images.mkdir()
        sizes = make_images(images)
        medians, costs = measure(how, place, images)
    rows = [
        f"| {who} | {rate:,.1f} | " + ("|" if who == OURS else f"**{medians[OURS] / rate:.2f}** |")
        for who, rate in medians.items()
    ]
    pixels = {name: f"{width}x{height}" for name, (width, height), _ in IMAGES}
    made = PAGE.format(
        heading=SECTION,
        goal="0.85",
        rows="\n".join(rows),
        width=WIDTH,
        costs=", ".join(f"{role} {spent:.1f}" for role, spent in sorted(costs.items())),
        alone=CORES * 1000 / medians[LIMIT],
        images=", ".join(
            f"a {KINDS[Path(name).suffix]} of {pixels[name]} ({size / 1e6:.1f} MB)"
            for name, size in sizes.items()
        ),
        connections=CONNECTIONS,
        rounds=how.rounds,
        seconds=how.seconds,
        others=others,
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        machine=machine.rows(
            pyvips=version("pyvips"), thumbor=machine.pip_version(how.peers, "thumbor")
        ),
    )
    print(made)
    how.output.write_text(replaced(how.output.read_text(), SECTION, made))


if __name__ == "__main__":
    main()
