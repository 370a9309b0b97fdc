"""May this caller call this method, and may it do so now?"""

import time

from octetgate.core.http.limits import long_arn
from octetgate.core.http.target import split
from octetgate.core.limits.bucket import Throttle
from octetgate.core.limits.quota import day_of
from octetgate.core.model.api import Method, Resource
from octetgate.core.model.stage import MethodSetting, Stage
from octetgate.core.ports.meters import Meters, MetersFull
from octetgate.core.signing import sigv4
from octetgate.core.signing.request import NOTHING, Request
from octetgate.core.signing.sigv4 import Claim
from octetgate.gateway.call import Call
from octetgate.gateway.faults import (
    AccessDenied,
    BadRequest,
    ExecutionFailed,
    IncompleteSignature,
    InvalidApiKey,
    MissingAuthenticationToken,
    QuotaExceeded,
    Throttled,
)
from octetgate.gateway.grants import Grant
from octetgate.gateway.phases.function import source_arn
from octetgate.gateway.phases.resource_policy import decide, refuse_denied
from octetgate.gateway.snapshot import Bucket, StageFacts, Table

_ACCOUNT = Throttle(10_000, 5000)
_UNSET = Throttle(MethodSetting().throttling_rate_limit, MethodSetting().throttling_burst_limit)
"""What a method setting says that was made for something else (spec: request-lifecycle 9)."""


async def authorize(call: Call) -> None:
    """Find out who calls, before anything is counted; refuse who may not (lifecycle 8, 10)."""
    if call.plan is call.stage.nowhere:
        return
    _bound_arn(call)
    policy, authorizer = call.stage.policy, call.plan.authorizer
    # Before a function is asked; tokens and signatures are looked at first (lifecycle 10).
    if policy is not None and call.plan.method.authorization_type == "CUSTOM":
        refuse_denied(call, policy)
    if authorizer is not None:
        began = time.perf_counter()
        try:
            call.arrival.caller = await authorizer.authorize(call)
        finally:
            call.arrival.authorizing_seconds = time.perf_counter() - began
    if policy is not None:
        decide(call, policy)


def admit(call: Call, live: Table, meters: Meters) -> None:
    """Refuse the call unless it has a method, and that is open (spec: request-lifecycle 1)."""
    plan = call.plan
    if plan is call.stage.nowhere:
        if "authorization" in call.arrival.sent:
            claimed(call)
        # Never 404 or 405 (recorded): what is not there is refused like what is not allowed.
        asked = f"{call.method} {call.route.located.route}"
        raise MissingAuthenticationToken(f"no resource has {asked}")
    if plan.method.authorization_type != "NONE" and plan.authorizer is None:
        _bound_arn(call)
        _refuse_unsigned(call)
    if plan.method.api_key_required:
        call.arrival.grant = _grant(call, live)
    if plan.buckets or call.arrival.grant is not None:
        _count(call, meters)


def claimed(call: Call) -> tuple[Request, Claim]:
    """Return the request as its signer wrote it down, its body left out, and what it claims.

    What is no signature, or half of one, is refused (spec: request-lifecycle 4.1, 8.3).
    """
    head = call.arrival.exchange.head
    path, query = split(head.target)
    request = Request(
        method=head.method,
        path=path,
        query=query,
        headers=list(head.headers.items()),
        body_hash=NOTHING,
        # A path with dots in it may lead to another method than the one without.
        path_as_sent=True,
    )
    try:
        return request, sigv4.claimed(request)
    except sigv4.Unsigned:
        raise MissingAuthenticationToken("expected a signature; found none") from None
    except sigv4.Incomplete as error:
        raise IncompleteSignature(str(error)) from error


def _bound_arn(call: Call) -> None:
    """Refuse a call whose method's ARN is longer than AWS can decide about."""
    facts = call.stage.facts
    if facts.aws_limits is None:
        return
    path = call.route.located.route
    if found := long_arn(source_arn(facts, call.method, path)):
        raise BadRequest(found.found, status=found.status, message=found.message)


def _refuse_unsigned(call: Call) -> None:
    kind = call.plan.method.authorization_type
    if kind == "AWS_IAM" and "authorization" not in call.arrival.sent:
        raise MissingAuthenticationToken("authorizationType AWS_IAM: expected a signature")
    raise AccessDenied(f"authorizationType {kind}: no credentials are known that it allows")


def _grant(call: Call, live: Table) -> Grant:
    """Return what the caller's API key may do here."""
    if call.stage.api_key_source == "HEADER":
        source, value = "X-API-Key", call.arrival.sent.get("x-api-key")
    else:
        source, caller = "usageIdentifierKey", call.arrival.caller
        value = caller.api_key if caller else None
    if value is None:
        raise InvalidApiKey(f"expected an API key in {source}, found none")
    facts = call.stage.facts
    grant = live.grants(facts.api_id, facts.stage_name).get(value)
    if grant is None:
        raise InvalidApiKey(f"{source}: no enabled key of a usage plan of this stage has the value")
    return grant


def _count(call: Call, meters: Meters) -> None:
    """Take what the call costs, or refuse it.

    The caller's own throttle comes before the quota is spent, which then loses nothing to calls
    that come too fast; but who has used it up hears of that, however fast.  The stage's throttle
    comes last, so that who has used up a quota takes no tokens from others.
    """
    grant = call.arrival.grant
    try:
        if grant is not None:
            day, own = day_of(call.arrival.time), _own_bucket(call, grant)
            if own is not None and not meters.throttles.take(*own):
                if meters.usage.is_spent(grant.holder, grant.quota, day):
                    raise _used_up(grant)
                raise Throttled(_too_fast("the API key's", own))
            if not meters.usage.spend(grant.holder, grant.quota, day):
                raise _used_up(grant)
        for bucket in call.plan.buckets:
            if not meters.throttles.take(*bucket):
                raise Throttled(_too_fast("the stage's", bucket))
    except MetersFull as error:
        raise ExecutionFailed(str(error)) from error


def _used_up(grant: Grant) -> QuotaExceeded:
    return QuotaExceeded(
        f"usage plan {grant.holder.usage_plan_id}: expected no more calls of key "
        f"{grant.holder.api_key_id} than the quota in its {grant.quota}"
    )


def _own_bucket(call: Call, grant: Grant) -> Bucket | None:
    """Return what throttles the key's calls of the method: the plan's word on it, or on all."""
    facts, holder = call.stage.facts, grant.holder
    name = f"{holder.usage_plan_id}/{holder.api_key_id}/{facts.api_id}/{facts.stage_name}"
    method = f"{call.plan.resource.path}/{call.plan.method.http_method}"
    throttle = grant.by_method.get(method)
    if throttle is not None:
        return Bucket(name + method, throttle)
    return None if grant.throttle is None else Bucket(name, grant.throttle)


def _too_fast(whose: str, bucket: Bucket) -> str:
    rate, burst = bucket.throttle
    return f"expected calls within {whose} throttle, {rate:g} a second and {burst:g} at once"


def method_buckets(
    facts: StageFacts, stage: Stage, resource: Resource, method: Method
) -> tuple[Bucket, ...]:
    """Return what every call of a method takes tokens of, whoever calls.

    A setting for all methods (``*/*``) gives each its own bucket.  Settings that were made
    for something else carry AWS's numbers for a whole account: these count only where AWS's
    limits are to be kept, and so does the account's own throttle.
    """
    setting = stage.setting(resource.path, method.http_method)
    buckets = []
    if setting is not None:
        throttle = Throttle(setting.throttling_rate_limit, setting.throttling_burst_limit)
        if throttle != _UNSET or facts.aws_limits is not None:
            where = f"{facts.api_id}/{facts.stage_name}{resource.path}/{method.http_method}"
            buckets.append(Bucket(where, throttle))
    if facts.aws_limits is not None:
        buckets.append(Bucket(f"account {facts.account_id}/{facts.region}", _ACCOUNT))
    return tuple(buckets)
