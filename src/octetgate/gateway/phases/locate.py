"""Whose call is this: host and path to API, stage, resource and method.

Spec: request-lifecycle 2 and 3.
"""

from octetgate.core.http.hops import visible
from octetgate.core.http.target import split
from octetgate.core.routing.hosts import (
    ByDomain,
    Located,
    choose_mapping,
    through_mapping,
)
from octetgate.core.routing.hosts import locate as read_url
from octetgate.gateway.call import Arrival, Call
from octetgate.gateway.faults import Forbidden, MissingAuthenticationToken
from octetgate.gateway.live import Live


def locate(arrival: Arrival, live: Live) -> Call:
    """Return the call, its method known."""
    live.catch_up()
    head = arrival.exchange.head
    path, query = split(head.target)
    located = read_url(arrival.sent.get("host"), path)
    if isinstance(located, ByDomain):
        located = _through_domain(located, live)
    stage = live.stage(located.api_id, located.stage)
    if stage is None:
        raise Forbidden(f"no stage {located.stage!r} of an API {located.api_id!r}")
    method = arrival.sent.get("x-http-method-override") or head.method
    match = stage.routes.find(method, located.route)
    if match is None:
        raise MissingAuthenticationToken(f"no resource has {method} {located.route}")
    return Call(
        arrival,
        located,
        stage,
        match.value,
        method,
        match.path_parameters,
        query,
        visible(head.headers),
        arrival.exchange.body,
    )


def _through_domain(asked: ByDomain, live: Live) -> Located:
    mappings = live.mappings(asked.domain)
    if mappings is None:
        raise Forbidden(f"expected an API's host or a domain name, found {asked.domain!r}")
    chosen = choose_mapping(mappings, asked.path)
    if chosen is None:
        raise Forbidden(f"no base path mapping of {asked.domain} fits {asked.path!r}")
    return through_mapping(chosen[0], asked.path, chosen[1])
