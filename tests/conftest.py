"""What every test may rely on."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

# Every run tries the same examples, so that a failure is the change's; HYPOTHESIS_PROFILE=new
# looks for others.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("new", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the developer's own AWS and octetgate variables: a test says what it needs."""
    for name in os.environ:
        if name.startswith(("OCTETGATE_", "AWS_")):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def project() -> Path:
    """Return the folder that holds pyproject.toml."""
    return Path(__file__).parent.parent


def pytest_collection_finish() -> None:
    """Have the collector look past what eleven thousand tests are made of, which stays."""
    gc.freeze()
