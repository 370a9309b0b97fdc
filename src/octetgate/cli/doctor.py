"""``octetgate doctor``: checks the set-up, and says what to do about each finding."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from octetgate.cli.console import Trouble, print_json, table
from octetgate.cli.doctor_domains import examine_domains
from octetgate.cli.findings import Finding, Verdict
from octetgate.cli.management import health
from octetgate.cli.options import AsJson, takes
from octetgate.server.settings import Settings


@takes(Settings)
def doctor(
    settings: Settings,
    endpoint: Annotated[
        str | None,
        typer.Option(
            "--endpoint",
            envvar="OCTETGATE_ENDPOINT",
            metavar="URL",
            help="The management port of a running octetgate.",
            show_default="from the settings",
        ),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Check the set-up, with the same options as serve; status 1 if something is bad."""
    findings = list(examine(settings, endpoint))
    rows = [[each.verdict.value, each.about, each.found, each.remedy] for each in findings]
    if as_json:
        columns = ("verdict", "about", "found", "remedy")
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        table(["", "looked at", "found", "what to do"], rows)
    if any(each.verdict is Verdict.BAD for each in findings):
        raise typer.Exit(1)


def examine(settings: Settings, endpoint: str | None) -> Iterator[Finding]:
    """Look at everything that has to be right."""
    yield _python()
    yield _vips()
    yield _node(settings.node)
    yield _isolation(settings)
    yield _data(settings.data)
    yield _store(settings)
    running = _running(endpoint or f"http://{settings.admin_host}:{settings.admin_port}")
    yield running
    if running.verdict is Verdict.NOTE:
        # Nobody of ours is there, so the ports have to be free.
        yield _port("port", settings.host, settings.port)
        yield _port("admin_port", settings.admin_host, settings.admin_port)
    else:
        yield from _gateway(endpoint or f"http://{settings.admin_host}:{settings.admin_port}")


def _python() -> Finding:
    return Finding("Python", Verdict.GOOD, ".".join(map(str, sys.version_info[:3])))


def _vips() -> Finding:
    try:
        import pyvips

        pyvips.Image.black(1, 1).pngsave_buffer()
    except Exception as error:  # noqa: BLE001  # Whatever it is, it is the finding.
        remedy = "pip install --force-reinstall pyvips pyvips-binary; only image functions need it"
        return Finding("libvips", Verdict.BAD, f"cannot write a PNG: {error}", remedy)
    number = ".".join(str(pyvips.version(part)) for part in range(3))
    return Finding("libvips", Verdict.GOOD, number)


def _node(name: str) -> Finding:
    program = shutil.which(name)
    if program is None:
        remedy = "install Node.js, or name it with --node; only functions of nodejs* need it"
        return Finding("Node.js", Verdict.NOTE, f"no program {name!r}", remedy)
    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=True, timeout=10
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("Node.js", Verdict.BAD, str(error), "choose another with --node")
    return Finding("Node.js", Verdict.GOOD, said.removeprefix("v"))


def _isolation(settings: Settings) -> Finding:
    from octetgate.adapters.runners.process import NoIsolation, describe
    from octetgate.server.functions import isolation

    try:
        found = isolation(settings)
    except NoIsolation as error:
        remedy = "apt install bubblewrap, or serve with --isolation process"
        return Finding("isolation", Verdict.BAD, str(error), remedy)
    text = f"{settings.isolation}: {describe(found.isolation)}"
    if not found.shortfalls:
        return Finding("isolation", Verdict.GOOD, text)
    return Finding("isolation", Verdict.NOTE, text, f"not to be had: {found.shortfalls[0]}")


def _data(folder: Path) -> Finding:
    nearest = folder.absolute()
    while not nearest.exists():
        nearest = nearest.parent
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return Finding("data folder", Verdict.GOOD, f"{folder.absolute()} can be written")
    remedy = "make it writable for this user, or choose another with --data"
    return Finding("data folder", Verdict.BAD, f"{nearest} cannot be written", remedy)


def _store(settings: Settings) -> Finding:
    from octetgate.core.ports.store import StoreUnusable
    from octetgate.server.build import open_store

    url = settings.store_url
    path = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and not path.exists():
        return Finding("store", Verdict.NOTE, f"{path} is not there yet", "serve makes it")
    try:
        open_store(url).close()
    except (StoreUnusable, LookupError) as error:
        return Finding("store", Verdict.BAD, str(error), "choose another with --store or --data")
    return Finding("store", Verdict.GOOD, f"{url} is at the present schema")


def _running(endpoint: str) -> Finding:
    try:
        report = health(endpoint)
    except Trouble as trouble:
        if "something else" in str(trouble):
            remedy = "stop that program, or choose another port with --admin-port"
            return Finding("management", Verdict.BAD, str(trouble), remedy)
        found = f"nothing answers at {endpoint}"
        return Finding("management", Verdict.NOTE, found, "start it: octetgate serve")
    if report.get("status") == "ok":
        return Finding("management", Verdict.GOOD, f"{endpoint} is well")
    ailing = [each["name"] for each in report.get("processes", []) if not each["well"]]
    ailing += [f"{name}: {report[name]}" for name in ("store", "functions") if _ails(report, name)]
    remedy = "look at what octetgate serve printed; stop it and start it again"
    return Finding("management", Verdict.BAD, f"not well: {', '.join(ailing)}", remedy)


def _ails(report: dict[str, object], part: str) -> bool:
    return report.get(part) not in {None, "ok"}


def _gateway(endpoint: str) -> Iterator[Finding]:
    try:
        report = health(endpoint)
        url = str(report["gateway"])
    except (Trouble, KeyError):
        return
    where = urlsplit(url)
    try:
        socket.create_connection((where.hostname, where.port), timeout=2).close()
    except OSError as error:
        remedy = "look at what octetgate serve printed about its workers"
        yield Finding("gateway", Verdict.BAD, f"{url}: {error}", remedy)
    else:
        yield Finding("gateway", Verdict.GOOD, f"{url} takes connections")
    secure_url = url if where.scheme == "https" else report.get("gatewayTls")
    yield from examine_domains(endpoint, secure_url)


def _port(name: str, host: str, port: int) -> Finding:
    from octetgate.server.sockets import CannotListen, listen

    try:
        listen(host, port, setting=name).close()
    except CannotListen as error:
        remedy = f"stop that program, or choose another with --{name.replace('_', '-')}"
        return Finding(name, Verdict.BAD, str(error), remedy)
    return Finding(name, Verdict.GOOD, f"{host}:{port} is free")
