"""``AWS_IAM``: callers sign with a management key (spec: request-lifecycle 8.3).

A key stands for a user of the API's account who may do everything; one for looking alone may
call nothing.  A signature covers the body, so that has to be here whole before it can be checked,
unless the signer left it out (``UNSIGNED-PAYLOAD``).
"""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

from octetgate.core.http.body import Body
from octetgate.core.model.management_key import ManagementKey
from octetgate.core.ports.keys import KeyTable
from octetgate.core.signing import sigv4
from octetgate.gateway.call import Call, Caller
from octetgate.gateway.faults import (
    AccessDenied,
    ExpiredToken,
    InvalidSignature,
)
from octetgate.gateway.phases.admit import claimed
from octetgate.gateway.phases.method_request import whole
from octetgate.gateway.phases.resource_policy import not_authorized
from octetgate.gateway.snapshot import StageFacts

_SERVICE = "execute-api"
_STEERS = "x-http-method-override"
"""The header that makes a call one of another method; who signed must have meant that."""
_UNKNOWN = "The security token included in the request is invalid."


class AwsIam:
    """Lets in who signed with a key that is good now."""

    def __init__(self, facts: StageFacts, keys: KeyTable) -> None:
        self._facts = facts
        self._keys = keys

    async def authorize(self, call: Call) -> Caller:
        """Return who signed; raises a fault unless the signature holds."""
        request, claim = claimed(call)
        key = self._keys.find(claim.access_key)
        if key is None:
            raise _unrecognized(f"expected a management key; found {claim.access_key}")
        if request.session_token is not None:
            # No key of ours has one, and AWS believes none that is not the key's.
            raise _unrecognized(f"{claim.access_key}: expected no X-Amz-Security-Token; found one")
        if key.is_expired(call.arrival.time):
            raise ExpiredToken(f"AWS_IAM: {claim.access_key} has expired")
        self._refuse_other_scope(claim)
        if request.header(_STEERS) is not None and _STEERS not in claim.signed_headers:
            raise _invalid(f"'{_STEERS}' must be a 'SignedHeader' in the AWS Authorization.")
        if not request.leaves_body_out:
            request = replace(request, body_hash=await _hashed(call))
        moment = datetime.fromtimestamp(call.arrival.time, UTC)
        try:
            sigv4.check(request, claim, key.secret_access_key, moment)
        except sigv4.Invalid as error:
            raise _invalid(str(error)) from error
        self._refuse_onlooker(call, key)
        # What was meant for the gateway is no business of backends.
        call.hide("authorization")
        return self._caller(key)

    def _refuse_other_scope(self, claim: sigv4.Claim) -> None:
        wrong = []
        if claim.region != self._facts.region:
            wrong.append(f"Credential should be scoped to a valid region, not '{claim.region}'.")
        if claim.service != _SERVICE:
            wrong.append(f"Credential should be scoped to correct service: '{_SERVICE}'.")
        if wrong:
            raise _invalid(" ".join(wrong))

    def _refuse_onlooker(self, call: Call, key: ManagementKey) -> None:
        if key.read_only:
            raise AccessDenied(
                f"AWS_IAM: {key.access_key_id} is for looking alone",
                message=not_authorized(call, self._user(key)),
            )

    def _caller(self, key: ManagementKey) -> Caller:
        identity = {
            "accountId": self._facts.account_id,
            "accessKey": key.access_key_id,
            "caller": key.access_key_id,
            "user": key.access_key_id,
            "userArn": self._user(key),
        }
        return Caller({}, identity=identity)

    def _user(self, key: ManagementKey) -> str:
        return f"arn:aws:iam::{self._facts.account_id}:user/{key.name}"


async def _hashed(call: Call) -> str:
    """Return the hash of the body, which from then on is held."""
    body = await whole(call.body)
    call.body = Body.of(body)
    return hashlib.sha256(body).hexdigest()


def _unrecognized(reason: str) -> InvalidSignature:
    # AWS's error has no gateway response of its own.
    return InvalidSignature(
        f"AWS_IAM: {reason}", message=_UNKNOWN, error_type="UnrecognizedClientException"
    )


def _invalid(message: str) -> InvalidSignature:
    return InvalidSignature(f"AWS_IAM: {message}", message=message)
