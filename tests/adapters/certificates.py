"""A certificate for localhost that nobody trusts unless told to."""

import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a certificate's file; its key lies beside it as ``.key``."""
    folder = tmp_path_factory.mktemp("tls")
    made = folder / "localhost.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", made.with_suffix(".key"), "-out", made),
        ],
        check=True,
        capture_output=True,
    )
    return made
