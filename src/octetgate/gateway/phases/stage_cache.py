"""The stage's cache: an answer that was given lately to a call that says the same.

Spec: request-lifecycle 14.  An answer is kept as the integration response left it, bytes as
bytes, so nothing is asked, mapped or converted again; what belongs to one call alone (ids,
compression) is added to each.  A hundred equal calls that find nothing make one call of the
integration: the others wait for it.
"""

import asyncio
import re
from dataclasses import dataclass, field

import msgspec

from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.http.media import accept_is_binary
from octetgate.core.mapping.expressions import BadExpression, Expression, parse_request_expression
from octetgate.core.model.api import Method, Resource
from octetgate.core.model.stage import MethodSetting, Stage
from octetgate.core.ports.cache import Cache
from octetgate.core.ports.exchange import Reply
from octetgate.gateway.call import Call
from octetgate.gateway.faults import AccessDenied
from octetgate.gateway.phases.integration_request import RequestSource
from octetgate.gateway.phases.integration_response import gathered
from octetgate.gateway.phases.method_request import whole
from octetgate.gateway.phases.method_response import method_response
from octetgate.gateway.snapshot import BadConfiguration, Integrate, StageFacts

AWS_ENTRY_LIMIT = 1_048_576
"""Bytes of a body beyond which nothing is remembered."""
_GIGABYTE = 1 << 30
_DEFAULT_SIZE = "0.5"
_REFRESH = re.compile(r"(?:^|[,\s])max-age\s*=\s*0(?:$|[,\s])", re.IGNORECASE)
_WARNING = "199 Cache-control headers were ignored because the caller was unauthorized."
_PER_VALUE = {
    "method.request.querystring.": "method.request.multivaluequerystring.",
    "method.request.header.": "method.request.multivalueheader.",
}
"""A key holds every value of a repeated parameter: the integration may see each of them."""


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """An answer as it is remembered."""

    status: int
    traced: bool
    headers: list[tuple[str, str]]
    body: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Kept).decode


@dataclass(frozen=True, slots=True)
class MethodCache:
    """How one method's answers are remembered; made at deployment."""

    cache: Cache
    of_method: tuple[str | int, ...]
    """What every key of the method begins with."""
    parameters: tuple[Expression | None, ...]
    """What tells one call from another; None stands for one that nothing is mapped to."""
    seconds: int
    protected: bool
    """Whether a caller must be allowed to have an entry made anew."""
    unauthorized: str
    """What happens to a caller who is not: ``unauthorizedCacheControlHeaderStrategy``."""
    flights: dict[bytes, asyncio.Future[bytes | None]] = field(default_factory=dict)
    """Calls of the integration that others of this process wait for."""

    async def answer(self, call: Call, integrate: Integrate) -> Reply:
        """Return what is remembered, or ask the integration and remember."""
        if call.arrival.exchange.head.method == "HEAD":
            return await integrate(call)
        key = await self._key(call)
        refreshes, warns = self._refreshes(call)
        found = None if refreshes else await self.cache.get(key)
        call.arrival.cache = "miss" if found is None else "hit"
        if found is None:
            reply = await self._missed(call, integrate, key, refreshes=refreshes)
        else:
            reply = _again(call, found)
        if warns:
            fresh = [*reply.fresh, ("Warning", "warning", _WARNING)]
            reply = Reply(reply.status, reply.headers, reply.body, fresh)
        return reply

    async def _missed(
        self, call: Call, integrate: Integrate, key: bytes, *, refreshes: bool
    ) -> Reply:
        """Ask the integration, or wait for the call that does."""
        while (flight := self.flights.get(key)) is not None:
            await asyncio.wait([flight])
            if flight.cancelled():
                continue  # Its client left.  One of those who waited goes instead.
            kept = flight.result()
            # What could not be remembered was that call's alone.
            return await integrate(call) if kept is None else _again(call, kept)
        flight = self.flights[key] = asyncio.get_running_loop().create_future()
        try:
            reply, kept = await self._lead(call, integrate, key, refreshes=refreshes)
            flight.set_result(kept)
            return reply
        except asyncio.CancelledError:
            flight.cancel()
            raise
        finally:
            del self.flights[key]
            if not flight.done():
                flight.set_result(None)

    async def _lead(
        self, call: Call, integrate: Integrate, key: bytes, *, refreshes: bool
    ) -> tuple[Reply, bytes | None]:
        """Ask the integration for all who ask the same, in whichever process."""
        async with self.cache.turn(key):
            if not refreshes and (found := await self.cache.get(key)) is not None:
                return _again(call, found), found
            reply = await integrate(call)
            kept = await _kept(reply)
            if kept is not None:
                await self.cache.put(key, kept, seconds=self.seconds)
            return reply, kept

    def _refreshes(self, call: Call) -> tuple[bool, bool]:
        """Whether the entry is to be made anew, and whether the answer carries a warning.

        Under protection that is for those who have signed the call: a management key may do
        everything, ``execute-api:InvalidateCache`` included.
        """
        asked = call.arrival.sent.get("cache-control")
        if asked is None or not _REFRESH.search(asked):
            return False, False
        caller = call.arrival.caller
        if not self.protected or (caller is not None and caller.identity is not None):
            return True, False
        if self.unauthorized == "FAIL_WITH_403":
            raise AccessDenied("Cache-Control: the caller may not have the entry made anew")
        return False, self.unauthorized == "SUCCEED_WITH_RESPONSE_HEADER"

    async def _key(self, call: Call) -> bytes:
        values = await self._values(call)
        facts, sent = call.stage.facts, call.arrival.sent
        # The conversion tables answer differently to who asks for binary and who for text.
        binary = accept_is_binary(facts.media_types, sent.get("accept"))
        return _encode((self.of_method, call.method, binary, values))

    async def _values(self, call: Call) -> list[str | list[str] | None]:
        if not self.parameters:
            return []
        body = b""
        if any(each is not None and each.needs_body for each in self.parameters):
            body = await whole(call.body)
        source = RequestSource(call, body.decode("utf-8", "replace"))
        return [None if each is None else each.resolve(source) for each in self.parameters]


async def _kept(reply: Reply) -> bytes | None:
    """Return the answer as it is remembered, or None if it is not: an error, or too long."""
    if not 200 <= reply.status < 300:
        return None
    await gathered(reply.body, AWS_ENTRY_LIMIT)
    body = reply.body.ready
    if body is None or len(body) > AWS_ENTRY_LIMIT:
        return None
    traced = any(key == "x-amzn-trace-id" for _, key, _ in reply.fresh)
    return _encode(_Kept(reply.status, traced, list(reply.headers.items()), body))


def _again(call: Call, kept: bytes) -> Reply:
    """Return a remembered answer, as one to this call."""
    answer = _decode(kept)
    headers, body = Headers(answer.headers), Body.of(answer.body)
    return method_response(call, answer.status, headers, body, traced=answer.traced)


# -- at deployment ---------------------------------------------------------------------------


def method_cache(
    facts: StageFacts, stage: Stage, resource: Resource, method: Method
) -> MethodCache | None:
    """Return how the method's answers are remembered, or None if they are not.

    A setting for all methods speaks of GET alone; others want one of their own (documented).
    Raises BadConfiguration.
    """
    caches, integration = facts.ports.caches, method.method_integration
    setting = _setting(stage, resource, method)
    if (
        caches is None
        or integration is None
        or integration.streams
        or setting is None
        or not (stage.cache_cluster_enabled and setting.caching_enabled)
        or not setting.cache_ttl_in_seconds
    ):
        return None
    mapped = integration.request_parameters or {}
    parameters = integration.cache_key_parameters or ()
    size = float(stage.cache_cluster_size or _DEFAULT_SIZE) * _GIGABYTE
    return MethodCache(
        caches.open(f"{facts.api_id}-{facts.stage_name}", int(size)),
        (facts.cached_as, stage.cache_epoch, integration.cache_namespace or resource.id),
        tuple(_parameter(name, mapped) for name in parameters),
        setting.cache_ttl_in_seconds,
        setting.require_authorization_for_cache_control,
        setting.unauthorized_cache_control_header_strategy,
    )


def _setting(stage: Stage, resource: Resource, method: Method) -> MethodSetting | None:
    find = stage.setting if method.http_method == "GET" else stage.own_setting
    return find(resource.path, method.http_method)


def _parameter(name: str, mapped: dict[str, str]) -> Expression | None:
    """Return what finds a key parameter's value in a call."""
    text = mapped.get(name) if name.startswith("integration.request.") else name
    if text is None:
        return None
    for one, every in _PER_VALUE.items():
        if text.startswith(one):
            text = every + text.removeprefix(one)
    try:
        return parse_request_expression(text)
    except BadExpression as error:
        raise BadConfiguration(
            f"cacheKeyParameters: expected {error.expected}, found {name!r}"
        ) from error
