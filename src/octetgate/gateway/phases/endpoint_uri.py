"""An HTTP integration's URI: stage variables filled at deployment, placeholders at each call.

Spec: request-lifecycle 6.4, mapping 1.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from octetgate.core.http.target import (
    encode_path_value,
    encode_placeholder_in_query,
    encode_query,
)
from octetgate.core.mapping.substitution import substitute_stage_variables
from octetgate.core.model.integration import Integration
from octetgate.core.ports.upstream import Origin
from octetgate.gateway.faults import ApiConfigurationError
from octetgate.gateway.snapshot import BadConfiguration, StageFacts

PLACEHOLDER = re.compile(r"\{([A-Za-z0-9._$-]+)\+?\}")
"""``{name}`` or ``{name+}`` in a URI."""
_TARGET = re.compile(r"[!-~\x80-\xff]*")
_AUTHORITY = re.compile(r"[a-z]+://[^/?#]+(?=[/?])|[a-z]+://[^/?#{]+\Z")
"""A scheme and a host that no placeholder is part of."""
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one call goes."""

    origin: Origin
    authority: str
    """The value of ``Host``."""
    target: str


class EndpointUri:
    """A compiled integration URI: literal pieces and the names between them."""

    def __init__(self, facts: StageFacts, integration: Integration) -> None:
        if not integration.uri:
            raise BadConfiguration("uri: expected an HTTP endpoint, found none")
        text = substitute_stage_variables(integration.uri, facts.variables)
        tls = integration.tls_config
        self._verify = tls is None or not tls.insecure_skip_verification
        self._shown = facts.client_certificate
        self._pieces = PLACEHOLDER.split(text)
        # What is behind a fixed host can be filled without reading the URI anew.
        authority = _AUTHORITY.match(self._pieces[0])
        named_later = authority is None and len(self._pieces) > 1
        self._fixed = None if named_later else self._read(text)
        self._encoders = _encoders(self._pieces)
        if authority is not None:
            self._pieces[0] = self._pieces[0][authority.end() :]

    def fill(self, values: Mapping[str, str]) -> Endpoint:
        """Return the endpoint for these path values."""
        fixed, pieces = self._fixed, self._pieces
        if fixed is not None and len(pieces) == 1:
            return fixed
        filled = "".join(
            piece if encode is None else encode(path_value(values, piece))
            for piece, encode in zip(pieces, self._encoders, strict=True)
        )
        if fixed is not None:
            target = filled if filled.startswith("/") else f"/{filled}"
            return Endpoint(fixed.origin, fixed.authority, target)
        try:
            return self._endpoint(filled)
        except ValueError as error:
            raise ApiConfigurationError(f"uri: {error}") from error

    def _endpoint(self, text: str) -> Endpoint:
        parts = urlsplit(text)
        if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
            raise ValueError(f"expected http(s)://host[:port]/path, found {text!r}")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if _TARGET.fullmatch(target) is None or _TARGET.fullmatch(parts.netloc) is None:
            raise ValueError(f"expected no spaces or controls, found {text!r}")
        port = parts.port or _PORTS[parts.scheme]
        # Nobody shows a certificate without TLS.
        shown = self._shown if parts.scheme == "https" else None
        origin = Origin(parts.scheme, parts.hostname, port, self._verify, shown)
        return Endpoint(origin, parts.netloc, target)

    def _read(self, text: str) -> Endpoint:
        try:
            return self._endpoint(PLACEHOLDER.sub("x", text))
        except ValueError as error:
            raise BadConfiguration(f"uri: {error}") from error


def _encoders(pieces: list[str]) -> list[Callable[[str], str] | None]:
    """Return how each piece is written; a placeholder behind the question mark as a query is."""
    found: list[Callable[[str], str] | None] = []
    behind = False
    for index, piece in enumerate(pieces):
        behind = behind or (index % 2 == 0 and "?" in piece)
        placeholder = encode_placeholder_in_query if behind else encode_path_value
        found.append(placeholder if index % 2 else None)
    return found


def path_value(values: Mapping[str, str], name: str) -> str:
    """Return the value of a placeholder; without one the URI cannot be (mapping 1)."""
    try:
        return values[name]
    except KeyError:
        raise ApiConfigurationError(
            f"uri: expected a mapping to integration.request.path.{name}, found none"
        ) from None


def with_query(target: str, client_query: str, mapped: list[tuple[str, str]]) -> str:
    """Return the target with the client's query and the mapped one behind its own.

    Recorded order: what stands in the URI itself, then the client's, then what is mapped.
    """
    if not client_query and not mapped:
        return target
    added = "&".join(part for part in (client_query, encode_query(mapped)) if part)
    return f"{target}{'&' if '?' in target else '?'}{added}"
