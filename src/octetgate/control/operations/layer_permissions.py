"""Who may use a layer's version (spec: lambda 8).

Functions here are one account's, so a layer's policy lets nobody in and keeps nobody out: it is
kept, checked and shown for the tools that write it.
"""

import msgspec
from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import (
    InvalidParameterValueException,
    ResourceConflictException,
    ResourceNotFoundException,
)
from octetgate.control.lambdas import check_revision
from octetgate.control.layers import find_layer_version
from octetgate.control.policies import policy_text, principal, shown_statement
from octetgate.core.model.function import LayerVersion, Statement
from octetgate.core.ports.store import LAYER_VERSIONS

SERVICE = "lambda"

_SHOWS = "GetLayerVersionPolicy"


def add_layer_version_permission(call: Write, asked: Members) -> Members:
    """Let an account, an organization or everybody use a layer's version."""
    found, sid = _find(call, asked), asked["StatementId"]
    check_revision(found.policy_revision_id, asked, _SHOWS)
    if any(each.sid == sid for each in found.policy):
        raise ResourceConflictException(
            f"The statement id ({sid}) provided already exists. Please provide a new statement "
            "id, or remove the existing statement."
        )
    statement = _statement(found, asked)
    kept = _keep(call, found, (*found.policy, statement))
    text = msgspec.json.encode(shown_statement(statement)).decode()
    return {"Statement": text, "RevisionId": kept.policy_revision_id}


def remove_layer_version_permission(call: Write, asked: Members) -> None:
    """Take a permission back."""
    found, sid = _find(call, asked), asked["StatementId"]
    check_revision(found.policy_revision_id, asked, _SHOWS)
    kept = tuple(each for each in found.policy if each.sid != sid)
    if kept == found.policy:
        raise ResourceNotFoundException(f"Statement {sid} is not found in resource policy.")
    _keep(call, found, kept)


def get_layer_version_policy(call: Read, asked: Members) -> Members:
    """Return the policy of a layer's version, if it has one."""
    found = _find(call, asked)
    if not found.policy:
        raise ResourceNotFoundException("No policy is associated with the given resource.")
    return {
        "Policy": policy_text([shown_statement(each) for each in found.policy]),
        "RevisionId": found.policy_revision_id,
    }


def _find(call: Read | Write, asked: Members) -> LayerVersion:
    return find_layer_version(call, asked["LayerName"], asked["VersionNumber"])


def _keep(call: Write, found: LayerVersion, policy: tuple[Statement, ...]) -> LayerVersion:
    kept = replace(found, policy=policy, policy_revision_id=call.new_uuid())
    call.store.put(LAYER_VERSIONS, f"{found.layer}/{found.version}", kept)
    return kept


def _statement(found: LayerVersion, asked: Members) -> Statement:
    organization = asked.get("OrganizationId")
    if organization and asked["Principal"] != "*":
        raise InvalidParameterValueException(
            f"OrganizationId: expected Principal * beside it; found {asked['Principal']}"
        )
    condition = {"StringEquals": {"aws:PrincipalOrgID": organization}} if organization else {}
    return Statement(
        sid=asked["StatementId"],
        principal=principal(found.arn, asked["Principal"]),
        action=asked["Action"],
        resource=found.arn,
        condition=condition,
    )
