"""Lets every test of this folder look for failures for FUZZ_SECONDS, as `make fuzz` asks.

Without that variable each test tries its examples once, the same ones in every run.
"""

import os
import time

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> None:
    """Run a test over and over until its time is up; pytest's own run follows."""
    until = time.monotonic() + float(os.environ.get("FUZZ_SECONDS", "0"))
    given = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    while time.monotonic() < until:
        pyfuncitem.obj(**given)
