"""How handshakes for custom domains go, following the store (spec: control-plane 2.7)."""

import re

from octetgate.core.model.domain import DomainName, ServerCertificate
from octetgate.core.ports.handshakes import CertificateFiles, Terms
from octetgate.core.ports.store import (
    DOMAIN_CERTIFICATES,
    DOMAIN_NAMES,
    TRUSTSTORES,
    Reading,
    Store,
)
from octetgate.core.routing.hosts import wildcard

_KNOWN = 10_000  # names that are no domain's are remembered too, so that guessing costs no query
_ONLY_1_3 = re.compile(r"SecurityPolicy_TLS13_(1_3|2025_EDGE)")


class LiveDomains:
    """Terms of handshakes as the store, and the files beside it, have them now."""

    def __init__(self, store: Store, files: CertificateFiles | None = None) -> None:
        self._store = store
        self._files = files
        self._seen: int | None = None
        self._domains: dict[str, tuple[Terms, tuple[str, ...]] | None] = {}

    def terms(self, server_name: str) -> Terms | None:
        """Return what a handshake for a name is to be like; None if nothing is known of it."""
        revision = self._store.revision()
        if revision != self._seen or len(self._domains) >= _KNOWN:
            self._domains.clear()
            self._seen = revision
        if server_name not in self._domains:
            with self._store.read() as reading:
                self._domains[server_name] = _load(reading, server_name)
        found = self._domains[server_name]
        terms, names = found or (Terms(), (server_name, wildcard(server_name)))
        if terms.certificate is not None or self._files is None:
            return None if found is None else terms
        certificate = self._in_files(names)
        if found is None and certificate is None:
            return None
        return Terms(
            domain=terms.domain,
            certificate=certificate,
            truststore=terms.truststore,
            least=terms.least,
        )

    def _in_files(self, names: tuple[str, ...]) -> ServerCertificate | None:
        if self._files is None:
            return None
        return next(filter(None, map(self._files.find, names)), None)


def _load(reading: Reading, server_name: str) -> tuple[Terms, tuple[str, ...]] | None:
    """Return a domain's terms, and the names under which its certificate may lie in files."""
    for name in (server_name, wildcard(server_name)):
        domain = reading.get(DOMAIN_NAMES, name)
        if domain is None:
            continue
        terms = Terms(
            domain=name,
            certificate=reading.get(DOMAIN_CERTIFICATES, name),
            truststore=reading.get(TRUSTSTORES, name),
            least=least_version(domain.security_policy),
        )
        return terms, (*_named(domain), server_name, wildcard(server_name))
    return None


def _named(domain: DomainName) -> tuple[str, ...]:
    """Return the last part of each ARN that the domain names as its certificate."""
    given = (domain.regional_certificate_arn, domain.certificate_arn)
    return tuple(arn.rpartition("/")[2] for arn in given if arn)


def least_version(security_policy: str | None) -> str:
    """Return the oldest TLS that a policy allows; 1.2 where the service would take less."""
    return "TLSv1.3" if _ONLY_1_3.match(security_policy or "") else "TLSv1.2"
