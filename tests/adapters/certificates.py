"""A certificate for localhost that nobody trusts unless told to."""

import ssl
import subprocess
from pathlib import Path

import pytest

from octetgate.adapters.certificates.files import PairOfFiles
from octetgate.adapters.front.tls import Contexts


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


def shown_to_all(certificate: Path) -> Contexts:
    """Return the contexts of a port that shows this certificate, whoever is asked for."""
    return Contexts(lambda _: None, PairOfFiles(certificate, certificate.with_suffix(".key")).now)


def server_side(certificate: Path) -> ssl.SSLContext:
    """Return the context of a server that shows this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    return context
