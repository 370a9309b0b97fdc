"""Signing a call that a visitor tries out, as a client with a management key signs its own."""

from dataclasses import replace
from datetime import UTC, datetime

from octetgate.console.operations import Signer
from octetgate.core.http.headers import Headers
from octetgate.core.http.target import split
from octetgate.core.signing import sigv4
from octetgate.core.signing.request import NOTHING, UNSIGNED, Request

_SIGNED = frozenset({"content-type", "host", "x-http-method-override"})


def sign(verb: str, target: str, headers: Headers, signer: Signer, region: str) -> None:
    """Add to the headers what proves that they come from the key's holder.

    The body is left out, as it may be a file that is still on its way when this is sent.
    """
    moment = datetime.now(UTC).replace(microsecond=0)
    headers.add("X-Amz-Date", moment.strftime("%Y%m%dT%H%M%SZ"))
    headers.add("X-Amz-Content-Sha256", UNSIGNED)
    names = {key for _, key, _ in headers.fields}
    signed = tuple(sorted(key for key in names if key in _SIGNED or key.startswith("x-amz-")))
    path, query = split(target)
    request = Request(
        method=verb,
        path=path,
        query=query,
        headers=list(headers.items()),
        body_hash=NOTHING,
        path_as_sent=True,
    )
    claim = sigv4.Claim(
        access_key=signer.access_key_id,
        date=moment.strftime("%Y%m%d"),
        region=region,
        service="execute-api",
        signed_headers=signed,
        signature="",
        moment=moment,
    )
    claim = replace(claim, signature=sigv4.sign(request, claim, signer.secret))
    headers.add("Authorization", sigv4.header(claim))
