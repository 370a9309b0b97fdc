"""Whether a client of a custom domain has proved who it is (documented; spec: lifecycle 2).

The handshake has verified the client's certificate.  What is left is that it was a handshake for
this domain and under its present rules: a connection may be used for other hosts than the one it
was opened for, and may live longer than a certificate or a trust store.
"""

from octetgate.core.ports.exchange import Tls
from octetgate.gateway.call import Arrival, DomainGuard
from octetgate.gateway.faults import Forbidden


def check_client(arrival: Arrival, guard: DomainGuard) -> None:
    """Refuse a call that came into a domain by the way of another, or unproved."""
    tls = arrival.exchange.tls
    if guard.mutual:
        if tls is None:
            raise Forbidden(f"{guard.domain} asks for mutual TLS; found a call without TLS")
        _check_certificate(arrival, tls, guard)
    elif tls is not None and tls.domain != guard.domain:
        raise Forbidden(_another_host(guard, tls))


def _check_certificate(arrival: Arrival, tls: Tls, guard: DomainGuard) -> None:
    client = tls.client
    if tls.domain != guard.domain or client is None:
        raise Forbidden(_another_host(guard, tls))
    if guard.truststore is None or tls.truststore != guard.truststore:
        raise Forbidden(f"the trust store of {guard.domain} has changed since the handshake")
    if client.ends < arrival.time:
        raise Forbidden(f"the client's certificate ended on {client.not_after}")
    if not client.issuer_is_trusted:
        # The service looks the issuer itself up in the trust store (documented, in its words).
        raise Forbidden(
            f"Access denied. Reason: Could not find issuer for certificate; {client.issuer_dn}"
        )


def _another_host(guard: DomainGuard, tls: Tls) -> str:
    return (
        f"{guard.domain} expects handshakes of its own; found one for {tls.domain or 'no domain'}"
    )
