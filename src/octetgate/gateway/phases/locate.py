"""Whose call is this: host and path to API, stage, resource and method.

Spec: request-lifecycle 2 and 3.
"""

from random import random

from octetgate.core.http.target import split
from octetgate.core.routing.hosts import (
    ByDomain,
    Located,
    addressed,
    choose_mapping,
    through_mapping,
)
from octetgate.core.routing.hosts import locate as read_url
from octetgate.gateway.call import Arrival, Call, DomainGuard, Route
from octetgate.gateway.faults import Forbidden
from octetgate.gateway.phases.access_log import log_of_route
from octetgate.gateway.phases.mutual_tls import check_client
from octetgate.gateway.snapshot import StageSnapshot, Table


def locate(arrival: Arrival, live: Table) -> Call:
    """Return the call, its method known, or known to be none: then ``admit`` refuses it."""
    live.catch_up()
    kept = arrival.exchange.head.headers.kept
    if kept is None:
        route, method, query = _way(arrival, live)
    else:
        led = kept.get("way")
        if led is None or led[0] is not live.generation:
            led = kept["way"] = (live.generation, _way(arrival, live))
        route, method, query = led[1]
    if route.guard is not None:
        check_client(arrival, route.guard)
    # Every call draws for itself (documented).
    if route.canary is not None and random() * 100 < route.canary[0]:  # noqa: S311  # no secret
        route = route.canary[1]
    return Call(arrival, route, method, query)


def _way(arrival: Arrival, live: Table) -> tuple[Route, str, str]:
    """Return the route, the verb and the query."""
    head, sent = arrival.exchange.head, arrival.sent
    path, query = split(head.target)
    method = sent.get("x-http-method-override") or head.method
    key = (addressed(sent.get("host"), sent.get("x-apigw-api-id")), path, method)
    route = live.routes.get(key)
    if route is None:
        route = _find(*key, live)
        if route.plan is not route.stage.nowhere:
            # Guesses are not remembered: they would push out what is asked for.
            live.remember(key, route)
    return route, method, query


def _find(host: str | None, path: str, method: str, live: Table) -> Route:
    named = read_url(host, path)
    guard = None
    if isinstance(named, ByDomain):
        located, guard = _through_domain(named, live)
    else:
        located = named
    stage = live.stage(located.api_id, located.stage)
    if stage is None:
        raise Forbidden(f"no stage {located.stage!r} of an API {located.api_id!r}")
    if named is located and stage.facts.default_endpoint_off:
        raise Forbidden(
            f"disableExecuteApiEndpoint: expected a call of {located.api_id} through a custom "
            "domain; found one of its default endpoint"
        )
    route = _in_stage(located, stage, method)
    route.guard = guard
    if stage.canary is not None:
        route.is_canary = False
        tried = _in_stage(located, stage.canary.stage, method)
        tried.is_canary = True
        route.canary = (stage.canary.percent, tried)
    return route


def _in_stage(located: Located, stage: StageSnapshot, method: str) -> Route:
    match = stage.routes.find(method, located.route)
    plan = stage.nowhere if match is None else match.value
    parameters = {} if match is None else match.path_parameters
    return Route(located, stage, plan, parameters, log_of_route(stage.facts, plan))


def _through_domain(asked: ByDomain, live: Table) -> tuple[Located, DomainGuard | None]:
    domain = live.domain(asked.domain)
    if domain is None:
        raise Forbidden(f"expected an API's host or a domain name, found {asked.domain!r}")
    chosen = choose_mapping(domain.mappings, asked.path)
    if chosen is None:
        raise Forbidden(f"no base path mapping of {asked.domain} fits {asked.path!r}")
    return through_mapping(chosen[0], asked.path, chosen[1]), domain.guard
