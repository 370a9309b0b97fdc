"""TLS contexts for a door: one for each way in which handshakes are to go.

Clients need TLS 1.2 or later, with forward secrecy and authenticated encryption, whatever their
domain's policy would allow besides: OpenSSL has the older versions off.
"""

import logging
import ssl
from collections.abc import Callable
from dataclasses import replace

from octetgate.adapters.wire.pem import load_pair
from octetgate.core.model.domain import ServerCertificate
from octetgate.core.ports.handshakes import FindTerms, Terms

_log = logging.getLogger(__name__)

_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:@SECLEVEL=2"
"""Of TLS 1.2; those of 1.3 are all of that kind."""
_VERSIONS = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}
_MOST = 4096
"""Contexts; beyond that all are made anew, as they are asked for."""

OwnCertificate = Callable[[], ServerCertificate | None]
"""Returns what the gateway itself shows, where a domain has nothing that can be shown."""


class BadTerms(Exception):
    """A certificate or a trust store that OpenSSL does not take."""


class Contexts:
    """Contexts by their terms.  Whatever is wrong with one domain's, the others' go on."""

    def __init__(self, find: FindTerms, own: OwnCertificate) -> None:
        self._find = find
        self._own = own
        self._known: dict[Terms, ssl.SSLContext | None] = {}

    def agree(self, server_name: str | None) -> tuple[ssl.SSLContext, Terms] | None:
        """Return how a handshake for this name goes; None if there is no certificate for it."""
        terms = (self._find(server_name) if server_name else None) or Terms()
        context = self._context(terms) or self._context(replace(terms, certificate=self._own()))
        return None if context is None else (context, terms)

    def _context(self, terms: Terms) -> ssl.SSLContext | None:
        """Return the context for these terms, or None if there can be none."""
        if terms.certificate is None:
            return None
        if terms not in self._known:
            if len(self._known) >= _MOST:
                self._known.clear()
            try:
                self._known[terms] = server_context(terms)
            except BadTerms as error:
                # Once for each certificate, however many clients come for it.
                _log.error("TLS of %s: %s", terms.domain or "the gateway", error)
                self._known[terms] = None
        return self._known[terms]


def server_context(terms: Terms) -> ssl.SSLContext:
    """Return a context that shows the terms' certificate and speaks HTTP/1.1 only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = _VERSIONS[terms.least]
    context.set_ciphers(_CIPHERS)
    context.set_alpn_protocols(["http/1.1"])
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE | ssl.OP_NO_RENEGOTIATION
    if terms.certificate is None:
        raise BadTerms("expected a certificate; found none")
    try:
        load_pair(context, terms.certificate.certificates, terms.certificate.private_key)
    except (ssl.SSLError, OSError, ValueError) as error:
        raise BadTerms(
            f"expected a certificate chain and its key, in PEM; found: {error}"
        ) from error
    if terms.truststore is not None:
        _ask_clients(context, terms.truststore.certificates)
    return context


def _ask_clients(context: ssl.SSLContext, authorities: str) -> None:
    """Take clients only that show a certificate of one of these authorities."""
    context.verify_mode = ssl.CERT_REQUIRED
    if authorities:
        try:
            context.load_verify_locations(cadata=authorities)
        except ssl.SSLError as error:
            raise BadTerms(f"expected a trust store in PEM; found: {error}") from error
    # Who comes back with a ticket shows no certificate, and it may have ended meanwhile.
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
