"""AWS Signature Version 4, as a service verifies it: what a request claims, and whether it holds.

Pure: requests are values, time is a parameter, and the body has been hashed by whoever read it.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from octetgate.core.signing.request import (
    SIGNATURE,
    Request,
    canonical_request,
    pairs,
    queries,
)

ALGORITHM = "AWS4-HMAC-SHA256"
TOLERANCE = timedelta(minutes=15)
"""How old a signed request may be."""
AHEAD = timedelta(minutes=5)
"""How far its clock may be ahead of ours."""
LONGEST = 604800
"""Seconds for which a presigned URL may be good: a week."""

_ISO = "%Y%m%dT%H%M%SZ"
_HTTP = "%a, %d %b %Y %H:%M:%S GMT"
_ZERO = re.compile(r"[-+]0000\Z")
_SCOPE = re.compile(
    r"(?P<key>[^/]+(?:/[^/]+)*?)/(?P<date>\d{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request"
)
_PRESIGNED = (
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
    "X-Amz-Date",
)


class Unsigned(Exception):
    """The request claims nothing."""


class Incomplete(Exception):
    """The request claims something, and not enough of it to be checked."""


class Invalid(Exception):
    """The claim does not hold: says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who a request says it is from, and the signature that should prove it."""

    access_key: str
    date: str
    """``YYYYMMDD``."""
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str = field(repr=False)
    moment: datetime
    expires: int | None = None
    """Seconds, of a presigned URL."""

    @property
    def scope(self) -> str:
        """What the key was narrowed to."""
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


# --- What is claimed ---------------------------------------------------------------------------


def claimed(request: Request) -> Claim:
    """Return what the request claims, in its Authorization header or its query."""
    given = request.values("authorization")
    parameters = dict(pairs(request.query))
    if given:
        return _of_header(request, given)
    if any(name in parameters for name in _PRESIGNED):
        return _of_query(parameters)
    raise Unsigned


def _of_header(request: Request, given: list[str]) -> Claim:
    text = given[0]
    algorithm, space, rest = text.strip().partition(" ")
    if not space and algorithm != ALGORITHM:
        # AWS takes a single word for a member.
        algorithm, rest = "", algorithm
    members: dict[str, str] = {}
    for part in filter(None, (each.strip() for each in rest.split(","))):
        name, equals, value = part.partition("=")
        if not equals:
            raise Incomplete(
                f"'{part}' not a valid key=value pair (missing equal-sign) in Authorization "
                f"header: '{text}'."
            )
        members[name] = value
    missing = [
        f"Authorization header requires '{name}' parameter."
        for name in ("Credential", "Signature", "SignedHeaders")
        if not members.get(name)
    ]
    stamp = _stamp(request)
    if stamp is None:
        missing.append(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        )
    if missing or stamp is None:
        raise Incomplete(f"{' '.join(missing)} Authorization={text}")
    if len(given) > 1 or algorithm != ALGORITHM:
        raise Incomplete(
            f"Unsupported AWS 'algorithm': expected one {ALGORITHM}; found '{algorithm}'"
        )
    return _claim(members["Credential"], members["SignedHeaders"], members["Signature"], stamp)


def _stamp(request: Request) -> datetime | None:
    iso, plain = request.header("x-amz-date"), request.header("date")
    if iso is not None:
        return _moment(iso, _ISO)
    # Mail's spelling of the zone is botocore's.
    return None if plain is None else _moment(_ZERO.sub("GMT", plain), _HTTP)


def _of_query(parameters: Mapping[str, str]) -> Claim:
    missing = [
        f"AWS query-string parameters must include '{name}'."
        for name in _PRESIGNED
        if not parameters.get(name)
    ]
    if missing:
        raise Incomplete(f"{' '.join(missing)} Re-examine the query-string parameters.")
    if parameters["X-Amz-Algorithm"] != ALGORITHM:
        raise Incomplete(
            f"Unsupported AWS 'algorithm': expected {ALGORITHM}; "
            f"found '{parameters['X-Amz-Algorithm']}'"
        )
    expires = parameters.get("X-Amz-Expires", "300")
    if not re.fullmatch(r"[0-9]{1,9}", expires) or int(expires) > LONGEST:
        raise Incomplete(f"X-Amz-Expires: expected 0 to {LONGEST} seconds; found '{expires}'")
    return _claim(
        parameters["X-Amz-Credential"],
        parameters["X-Amz-SignedHeaders"],
        parameters[SIGNATURE],
        _moment(parameters["X-Amz-Date"], _ISO),
        int(expires),
    )


def _claim(
    credential: str, signed: str, signature: str, moment: datetime, expires: int | None = None
) -> Claim:
    scope = _SCOPE.fullmatch(credential)
    if scope is None:
        raise Incomplete(
            "Credential must have at least 5 slash-delimited elements and end in 'aws4_request', "
            f"got '{credential}'"
        )
    return Claim(
        access_key=scope["key"],
        date=scope["date"],
        region=scope["region"],
        service=scope["service"],
        signed_headers=tuple(signed.lower().split(";")),
        signature=signature,
        moment=moment,
        expires=expires,
    )


def _moment(text: str, form: str) -> datetime:
    try:
        return datetime.strptime(text.strip(), form).replace(tzinfo=UTC)
    except ValueError:
        raise Incomplete(
            f"Date must be in ISO-8601 'basic format', like 20150830T123600Z; got '{text}'"
        ) from None


# --- Whether it holds --------------------------------------------------------------------------


def check(request: Request, claim: Claim, secret: str, now: datetime) -> None:
    """Raise Invalid unless whoever signed the request knew the secret, and lately."""
    _check_time(claim, now)
    if "host" not in claim.signed_headers:
        raise Invalid("'Host' must be a 'SignedHeader' in the AWS Authorization.")
    key = signing_key(secret, claim)
    canonical = ""
    for query in queries(request.query):
        canonical = canonical_request(request, claim.signed_headers, query)
        if hmac.compare_digest(_signature(key, claim, canonical), claim.signature.encode()):
            return
    raise Invalid(
        "The request signature we calculated does not match the signature you provided. Check "
        "your AWS Secret Access Key and signing method. Consult the service documentation for "
        f"details.\n\nThe Canonical String for this request should have been\n'{canonical}'\n\n"
        f"The String-to-Sign should have been\n'{string_to_sign(claim, canonical)}'\n"
    )


def _check_time(claim: Claim, now: datetime) -> None:
    stamp = claim.moment.strftime(_ISO)
    if claim.date != stamp[:8]:
        raise Invalid(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
            f"HTTP: '{claim.date}' != '{stamp[:8]}', from '{stamp}'."
        )
    tolerance = TOLERANCE if claim.expires is None else timedelta(seconds=claim.expires)
    if claim.moment < now - tolerance:
        allowed = f"{int(tolerance.total_seconds()) // 60} min"
        raise Invalid(
            f"Signature expired: {stamp} is now earlier than {(now - tolerance).strftime(_ISO)} "
            f"({now.strftime(_ISO)} - {allowed}.)"
        )
    if claim.moment > now + AHEAD:
        raise Invalid(
            f"Signature not yet current: {stamp} is still later than "
            f"{(now + AHEAD).strftime(_ISO)} ({now.strftime(_ISO)} + 5 min.)"
        )


def signing_key(secret: str, claim: Claim) -> bytes:
    """Return the key that the secret becomes for one day, region and service."""
    key = f"AWS4{secret}".encode()
    for part in claim.scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def sign(request: Request, claim: Claim, secret: str) -> str:
    """Return the signature that the request would have to have."""
    query = next(queries(request.query))
    canonical = canonical_request(request, claim.signed_headers, query)
    return _signature(signing_key(secret, claim), claim, canonical).decode()


def header(claim: Claim) -> str:
    """Return the Authorization header that makes the claim."""
    return (
        f"{ALGORITHM} Credential={claim.access_key}/{claim.scope}, "
        f"SignedHeaders={';'.join(claim.signed_headers)}, Signature={claim.signature}"
    )


def presigned(request: Request, claim: Claim, secret: str) -> str:
    """Return the query that makes the request one that is signed."""
    said = {
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": f"{claim.access_key}/{claim.scope}",
        "X-Amz-Date": claim.moment.strftime(_ISO),
        "X-Amz-Expires": str(claim.expires),
        "X-Amz-SignedHeaders": ";".join(claim.signed_headers),
    }
    parts = [f"{name}={quote(value, safe='-_.~')}" for name, value in said.items()]
    query = "&".join([*filter(None, [request.query]), *parts])
    signature = sign(replace(request, query=query), claim, secret)
    return f"{query}&{SIGNATURE}={signature}"


def _signature(key: bytes, claim: Claim, canonical: str) -> bytes:
    return hmac.new(key, string_to_sign(claim, canonical).encode(), "sha256").hexdigest().encode()


def string_to_sign(claim: Claim, canonical: str) -> str:
    """Return what is signed: the moment, the scope, and the hash of the request."""
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    return "\n".join((ALGORITHM, claim.moment.strftime(_ISO), claim.scope, hashed))
