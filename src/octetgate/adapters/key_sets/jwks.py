"""Issuers' keys as JSON Web Key Sets, from their own URLs or from files (RFC 7517).

A user pool's set has a known address; any other issuer says where its set is, in its OpenID
configuration.  A set is asked for again after an hour, and sooner when a token names a key that
it does not have, but not more often than twice a minute: tokens are written by strangers.
"""

import asyncio
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from octetgate.core.http.body import Body, BodyTooLarge
from octetgate.core.http.headers import Headers
from octetgate.core.ports.key_sets import KeysUnreachable
from octetgate.core.ports.upstream import Origin, Upstream, UpstreamError, UpstreamRequest
from octetgate.core.signing.jwt import Jwk

_USER_POOL = re.compile(r"https://cognito-idp\.[a-z0-9-]+\.amazonaws\.com/([A-Za-z0-9_-]+)")
_FRESH_SECONDS = 3600.0
_AGAIN_SECONDS = 30.0
_TIMEOUT_MS = 5000
_MOST_BYTES = 1 << 20
_OK = 200
_PORTS = {"http": 80, "https": 443}


@dataclass(slots=True)
class _Set:
    """What is known of one issuer's keys."""

    keys: dict[str, Jwk] = field(default_factory=dict)
    at: float = float("-inf")
    """When they were asked for last, whatever came of it."""
    trouble: str = ""
    """Why there are none, if there never were any."""
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class JwksKeySets:
    """Keeps the port `octetgate.core.ports.key_sets.KeySets`, for one event loop."""

    def __init__(self, upstream: Upstream, user_pools: str = "") -> None:
        """``user_pools`` is where those of user pools are: a folder of ``{pool id}.json``
        files, or a URL that stands for AWS's; empty for AWS's own.
        """
        self._upstream = upstream
        self._user_pools = user_pools.rstrip("/")
        self._sets: dict[str, _Set] = {}

    async def key(self, issuer: str, key_id: str) -> Jwk | None:
        """Return the issuer's key of that id, or None if it has none."""
        known = self._sets.setdefault(issuer, _Set())
        if self._is_due(known, key_id):
            async with known.asking:
                # Those who waited find what the first one got.
                if self._is_due(known, key_id):
                    await self._ask(issuer, known)
        if known.trouble:
            raise KeysUnreachable(known.trouble)
        return known.keys.get(key_id)

    def _is_due(self, known: _Set, key_id: str) -> bool:
        age = time.monotonic() - known.at
        return age > (_FRESH_SECONDS if key_id in known.keys else _AGAIN_SECONDS)

    async def _ask(self, issuer: str, known: _Set) -> None:
        try:
            document = await self._document(issuer)
            found = document.get("keys")
            if not isinstance(found, list):
                raise KeysUnreachable(f"keys of {issuer}: expected a list, found {found!r}")
        except KeysUnreachable as error:
            # Keys that were good stay good: an issuer that cannot be reached has not changed.
            known.trouble = "" if known.keys else str(error)
            return
        finally:
            known.at = time.monotonic()
        known.trouble = ""
        known.keys = {
            key["kid"]: key
            for key in found
            if isinstance(key, dict) and isinstance(key.get("kid"), str)
        }

    async def _document(self, issuer: str) -> Mapping[str, object]:
        pool = _USER_POOL.fullmatch(issuer)
        if pool is None:
            configuration = await self._fetched(f"{issuer}/.well-known/openid-configuration")
            return await self._fetched(str(configuration.get("jwks_uri")))
        place = self._user_pools
        if not place:
            return await self._fetched(f"{issuer}/.well-known/jwks.json")
        if place.startswith(("http://", "https://")):
            return await self._fetched(f"{place}/{pool[1]}/.well-known/jwks.json")
        return await asyncio.to_thread(_read, Path(place) / f"{pool[1]}.json")

    async def _fetched(self, url: str) -> Mapping[str, object]:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise KeysUnreachable(f"keys: expected an http or https URL, found {url!r}")
        port = parts.port or _PORTS[parts.scheme]
        request = UpstreamRequest(
            Origin(parts.scheme, parts.hostname, port),
            "GET",
            parts.path + (f"?{parts.query}" if parts.query else ""),
            Headers([("Host", parts.netloc), ("Accept", "application/json")]),
            Body(),
            _TIMEOUT_MS,
        )
        try:
            async with asyncio.timeout(_TIMEOUT_MS / 1000):
                response = await self._upstream.send(request)
                data = await response.body.collect(_MOST_BYTES)
        except TimeoutError as error:
            raise KeysUnreachable(f"keys at {url}: no answer in {_TIMEOUT_MS} ms") from error
        except (UpstreamError, BodyTooLarge) as error:
            raise KeysUnreachable(f"keys at {url}: {error}") from error
        if response.status != _OK:
            raise KeysUnreachable(f"keys at {url}: expected 200, found {response.status}")
        return _object(url, data)


def _read(path: Path) -> Mapping[str, object]:
    try:
        return _object(str(path), path.read_bytes())
    except OSError as error:
        raise KeysUnreachable(f"keys at {path}: {error.strerror}") from error


def _object(place: str, data: bytes) -> Mapping[str, object]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise KeysUnreachable(f"keys at {place}: expected JSON: {error}") from error
    if not isinstance(document, dict):
        raise KeysUnreachable(f"keys at {place}: expected an object, found {type(document)}")
    return document
