"""What the API's resource policy says of a call (spec: request-lifecycle 10)."""

from collections.abc import Callable
from datetime import UTC, datetime

from octetgate.core.http.target import as_read
from octetgate.core.policy.evaluate import Verdict
from octetgate.core.policy.resource_policy import ACTION, ResourcePolicy
from octetgate.gateway.call import Call
from octetgate.gateway.faults import AccessDenied
from octetgate.gateway.phases.function import source_arn

_ANYBODY = "anonymous"


def refuse_denied(call: Call, policy: ResourcePolicy) -> None:
    """Refuse what is denied whoever calls, before an authorizer is asked; note what is allowed."""
    said = _verdict(call, policy)
    if said is Verdict.DENY:
        raise _refusal(call, " with an explicit deny")
    call.arrival.allowed_by_policy = said is Verdict.ALLOW


def decide(call: Call, policy: ResourcePolicy) -> None:
    """Refuse the call unless the policy and whatever found out who calls let it in together.

    A signature's holder may do everything that is not denied, and so may whom an authorizer's
    own policy has let in; others need the resource policy's word.
    """
    kind = call.plan.method.authorization_type
    if kind == "CUSTOM":
        return
    said = _verdict(call, policy)
    if said is Verdict.DENY:
        raise _refusal(call, " with an explicit deny")
    if said is Verdict.SILENT and kind != "AWS_IAM":
        raise _refusal(call, "")


def policy_facts(call: Call) -> dict[str, str]:
    """Return what conditions may ask about a call."""
    arrival = call.arrival
    moment = datetime.fromtimestamp(arrival.time, UTC)
    known = {
        "aws:sourceip": arrival.exchange.peer,
        "aws:useragent": arrival.sent.get("user-agent"),
        "aws:referer": arrival.sent.get("referer"),
        "aws:securetransport": "true" if arrival.exchange.secure else "false",
        "aws:currenttime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:epochtime": str(int(arrival.time)),
        **_signer(call),
    }
    return {key: value for key, value in known.items() if value is not None}


def however_read(call: Call, said: Callable[[str], Verdict]) -> Verdict:
    """Return what a policy says of the call's method, whose ARN it is told.

    The ARN has the path as it was sent.  A backend may decode and resolve it: what is denied
    then is denied, and where dots lead elsewhere, that has to be allowed besides.
    """
    path = call.route.located.route
    verdict = said(_arn(call, path))
    read, led = as_read(path)
    if read == path or verdict is Verdict.DENY:
        return verdict
    other = said(_arn(call, read))
    return verdict if other is Verdict.ALLOW or (other is Verdict.SILENT and not led) else other


def _verdict(call: Call, policy: ResourcePolicy) -> Verdict:
    facts, names = policy_facts(call), _names(call)
    return however_read(call, lambda arn: policy.verdict(arn, facts, names))


def _arn(call: Call, path: str) -> str:
    return source_arn(call.stage.facts, call.method, path)


def _names(call: Call) -> tuple[str, ...]:
    """Return what principals of a policy may call the caller."""
    identity = call.arrival.caller.identity if call.arrival.caller else None
    if identity is None:
        return ()
    account = identity["accountId"]
    return identity["userArn"], account, f"arn:aws:iam::{account}:root"


def _signer(call: Call) -> dict[str, str]:
    """Return what conditions may ask about who signed the call; nothing where nobody did."""
    identity = call.arrival.caller.identity if call.arrival.caller else None
    if identity is None:
        return {}
    arn = identity["userArn"]
    return {
        "aws:username": arn.partition(":user/")[2],
        "aws:userid": identity["user"],
        "aws:principaltype": "User",
        "aws:principalarn": arn,
        "aws:principalaccount": identity["accountId"],
    }


def _refusal(call: Call, how: str) -> AccessDenied:
    names = _names(call)
    message = not_authorized(call, names[0] if names else _ANYBODY) + how
    return AccessDenied(f"the API's resource policy: {message}", message=message)


def not_authorized(call: Call, user: str) -> str:
    """Return what AWS tells a user who may not call the method."""
    account = call.stage.facts.account_id
    # AWS hides all of the account but its end.
    arn = _arn(call, call.route.located.route).replace(
        f":{account}:", f":********{account[-4:]}:", 1
    )
    return f"User: {user} is not authorized to perform: {ACTION} on resource: {arn}"
