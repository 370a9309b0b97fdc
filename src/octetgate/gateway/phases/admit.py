"""May this caller call this method?

Signatures and API keys cannot be checked yet, so a method that asks for one is closed: to
serve it openly would be worse than not to serve it.
"""

from octetgate.gateway.call import Call
from octetgate.gateway.faults import AccessDenied, InvalidApiKey, MissingAuthenticationToken


def admit(call: Call) -> None:
    """Refuse the call unless it has a method, and that is open (spec: request-lifecycle 1)."""
    if call.plan is call.stage.nowhere:
        # Never 404 or 405 (recorded): what is not there is refused like what is not allowed.
        asked = f"{call.method} {call.route.located.route}"
        raise MissingAuthenticationToken(f"no resource has {asked}")
    method = call.plan.method
    if method.authorization_type != "NONE":
        _refuse_unsigned(call)
    if method.api_key_required:
        # No key belongs to a usage plan of this stage, so none can be right.
        raise InvalidApiKey("the method requires an API key and no usage plan has one")


def _refuse_unsigned(call: Call) -> None:
    kind = call.plan.method.authorization_type
    if kind == "AWS_IAM" and "authorization" not in call.arrival.sent:
        raise MissingAuthenticationToken("authorizationType AWS_IAM: expected a signature")
    raise AccessDenied(f"authorizationType {kind}: no credentials are known that it allows")
