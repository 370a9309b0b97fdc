"""What a measurement was made on, in words that mean the same elsewhere."""

import json
import os
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

import programs


def description(place: programs.Place) -> dict[str, str]:
    """Return label → text; neither the machine's name nor any path of it."""
    return {
        **_machine(),
        "nginx": _said([programs.program("nginx"), "-v"], r"nginx/([\d.]+)"),
        "Envoy": _said([programs.envoy_program(place), "--version"], r"/([\d.]+)/"),
        "Caddy": _said(
            [programs.program("caddy", place.peers / "bin/caddy"), "version"], r"v?([\d.]+)"
        ),
        "wrk": _said([programs.program("wrk"), "-v"], r"wrk \D*([\d.]+)"),
    }


def other_work() -> str:
    """Return how busy the machine is before a measurement: what has to share its cores."""
    return f"load average {os.getloadavg()[0]:.1f}"


def rows(**others: str) -> str:
    """Return the machine, octetgate, and what else was measured, as rows of a table."""
    described = {**_machine(), **others}
    return "\n".join(f"| {label} | {text} |" for label, text in described.items())


def _machine() -> dict[str, str]:
    return {
        "CPU": f"{_cpu()}, {os.cpu_count()} cores",
        "Memory": _memory(),
        "System": _system(),
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "octetgate": version("octetgate"),
    }


def npm_version(folder: Path, package: str) -> str:
    """Return the version of a package that npm installed."""
    about = folder / "node_modules" / package / "package.json"
    return str(json.loads(about.read_text())["version"]) if about.exists() else "none"


def pip_version(venv: Path, package: str) -> str:
    """Return the version of a package in another environment."""
    found = sorted(venv.glob(f"lib/python*/site-packages/{package}-*.dist-info"))
    return found[0].name.removesuffix(".dist-info").partition("-")[2] if found else "none"


def _cpu() -> str:
    found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    return found[1].strip() if found else platform.machine()


def _memory() -> str:
    found = re.search(r"MemTotal:\s+(\d+) kB", Path("/proc/meminfo").read_text())
    return f"{int(found[1]) / 1024**2:.1f} GiB" if found else "unknown"


def _system() -> str:
    name = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    # What follows the first dash names a provider's build, not the kernel.
    kernel, _, _ = platform.release().partition("-")
    return f"{name}, Linux {kernel}"


def _said(command: list[str], pattern: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(pattern, done.stdout + done.stderr)
    return found[1] if found else "unknown"
