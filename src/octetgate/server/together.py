"""Settings that are each well, and do not go together, or with this machine."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from octetgate.server.settings import Settings


def complaints(settings: "Settings") -> Iterator[str]:
    """Return what cannot be used: which setting, what was expected and what was found."""
    yield from _of_tls(settings)
    yield from _of_ports(settings)
    if settings.traces != "none" and not _has_module("opentelemetry.exporter.otlp"):
        yield "traces: expected octetgate[otel] to be installed; found no exporter"


def _of_tls(settings: "Settings") -> Iterator[str]:
    cert, key = settings.tls_cert, settings.tls_key
    if (cert is None) != (key is None):
        missing = "tls_key" if key is None else "tls_cert"
        yield f"{missing}: expected both tls_cert and tls_key, or none; found one"
    for name, path in (("tls_cert", cert), ("tls_key", key)):
        if path is not None and not path.is_file():
            yield f"{name}: expected a file; found nothing at {path}"
    if cert and key:
        yield from _of_certificate(cert, key)
    if settings.certificates is not None:
        if not settings.certificates.is_dir():
            yield f"certificates: expected a folder; found none at {settings.certificates}"
        if not settings.has_tls:
            yield "certificates: expected tls_port or tls_cert with it; found neither"


def _of_certificate(cert: Path, key: Path) -> Iterator[str]:
    import ssl

    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(cert, key)
    except (ssl.SSLError, OSError) as error:
        yield (
            f"tls_cert: expected a certificate chain and its key, in PEM; {cert} and {key}: {error}"
        )


def _of_ports(settings: "Settings") -> Iterator[str]:
    if settings.tls_port and settings.tls_port in {settings.port, settings.admin_port}:
        yield f"tls_port: expected a port of its own; found {settings.tls_port}"
    both = (settings.host, settings.port) == (settings.admin_host, settings.admin_port)
    if both and settings.port:
        yield f"admin_port: expected another port than port; found {settings.port}"


def _has_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False
