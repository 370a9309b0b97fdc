"""A Lambda function that is asked who calls; what it said is remembered for a while."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import partial

from octetgate.core.functions.authorizer import (
    UNAUTHORIZED,
    BadAuthorizerAnswer,
    Granted,
    error_message,
    read_answer,
)
from octetgate.core.mapping.identity import IdentitySource, read_identity
from octetgate.core.model.access import Authorizer
from octetgate.core.policy.evaluate import Verdict, verdict
from octetgate.core.ports.functions import (
    FunctionNotFound,
    Invocation,
    InvokeDenied,
    InvokeError,
    Outcome,
)
from octetgate.gateway.authorizers._memory import Memory
from octetgate.gateway.call import Call, Caller
from octetgate.gateway.faults import (
    AccessDenied,
    AuthorizerConfigurationError,
    AuthorizerFailure,
    Unauthorized,
)
from octetgate.gateway.phases.function import function_of, source_arn
from octetgate.gateway.phases.method_request import Parameters
from octetgate.gateway.phases.resource_policy import however_read, policy_facts
from octetgate.gateway.snapshot import StageFacts

_ACTION = "execute-api:Invoke"
_DEFAULT_TTL = 300
_LONGEST_SECONDS = 29.0
_DENIED = (
    "User is not authorized to access this resource with an explicit deny in an "
    "identity-based policy"
)

Identity = Mapping[str, str]
"""What the call says of its caller, by expression."""
Told = Mapping[str, str]
"""What a test has ``$context`` say besides; names may have dots in them."""
NOTHING: Told = {}


class LambdaAuthorizer(ABC):
    """What TOKEN and REQUEST have in common."""

    def __init__(
        self, facts: StageFacts, authorizer: Authorizer, sources: tuple[IdentitySource, ...]
    ) -> None:
        self._facts = facts
        self._function = function_of(facts, authorizer.authorizer_uri)
        self._source_arn = (
            f"arn:aws:execute-api:{facts.region}:{facts.account_id}:{facts.api_id}"
            f"/authorizers/{authorizer.id}"
        )
        ttl = authorizer.authorizer_result_ttl_in_seconds
        self.remembers = (_DEFAULT_TTL if ttl is None else ttl) > 0
        self._sources = sources
        known = (
            facts.api_id,
            facts.stage_name,
            facts.authorizers_epoch,
            authorizer.id,
            authorizer.type,
            self._function,
            authorizer.identity_source,
            authorizer.identity_validation_expression,
            ttl,
        )
        seconds = _DEFAULT_TTL if ttl is None else ttl
        self._memory = Memory(facts.ports.caches, known, seconds)

    async def authorize(self, call: Call) -> Caller:
        """Return who calls; raises a fault when that may not be, or cannot be found out."""
        identity = self.identity(call)
        granted, spent = await self._granted(call, identity)
        _refuse_unless_allowed(call, granted)
        context = {
            **granted.context,
            "principalId": granted.principal_id,
            "integrationLatency": spent,
        }
        return Caller(context, granted.usage_identifier_key)

    async def _granted(self, call: Call, identity: Identity) -> tuple[Granted, int]:
        """Return what the function says or has said, and the milliseconds it took to hear it."""
        began = time.perf_counter()
        # Without an identity all callers would be one.
        if not self.remembers or not identity:
            granted = await self.ask(call, identity)
        else:
            key = self._memory.key(identity.values())
            known = self._memory.known(key, Granted)
            if known is not None:
                return known, 0
            asks = partial(self._answer, call, identity, NOTHING)
            granted = await self._memory.find(key, Granted, asks, _read)
        return granted, round((time.perf_counter() - began) * 1000)

    async def ask(self, call: Call, identity: Identity, told: Told = NOTHING) -> Granted:
        """Return what the function says, whatever it has said before."""
        return _read(await self._answer(call, identity, told))

    async def _answer(self, call: Call, identity: Identity, told: Told) -> bytes:
        invocation = Invocation(
            function=self._function,
            payload=self.event(call, identity, told),
            source_arn=self._source_arn,
            trace_id=call.arrival.trace_id,
        )
        outcome = await self._invoked(invocation)
        call.arrival.authorizer_invoked = outcome.status, outcome.request_id
        if outcome.function_error:
            message = error_message(outcome.payload)
            if message == UNAUTHORIZED:
                raise Unauthorized("the authorizer's function raised Unauthorized")
            raise AuthorizerConfigurationError(f"the authorizer's function failed: {message}")
        return outcome.payload

    async def _invoked(self, invocation: Invocation) -> Outcome:
        try:
            async with asyncio.timeout(_LONGEST_SECONDS):
                return await self._facts.ports.functions.invoke(invocation)
        except TimeoutError as error:
            raise AuthorizerFailure(
                f"{self._function} did not answer in {_LONGEST_SECONDS:g} s"
            ) from error
        except (InvokeDenied, FunctionNotFound) as error:
            raise AuthorizerConfigurationError(f"{error.code}: {error}") from error
        except InvokeError as error:
            raise AuthorizerFailure(f"{error.code}: {error}") from error

    def identity(self, call: Call, told: Told = NOTHING) -> Identity:
        """Return who the call says it comes from; 401 where it has to say and does not."""
        found = read_identity(self._sources, Said(call, told))
        if found is None:
            named = ", ".join(source.text for source in self._sources)
            raise Unauthorized(f"identitySource: expected {named}, found none")
        return found

    @abstractmethod
    def event(self, call: Call, identity: Identity, told: Told) -> bytes:
        """Return what the function is told."""


def _read(answer: bytes) -> Granted:
    try:
        return read_answer(answer)
    except BadAuthorizerAnswer as error:
        raise AuthorizerConfigurationError(str(error)) from error


class Said:
    """What a call says of its caller, as identity sources read it."""

    def __init__(self, call: Call, told: Told) -> None:
        self._call = call
        self._told = told
        self._parameters = Parameters(call)

    def header(self, name: str) -> str | None:
        """Return a header's values as one, whatever its name's case.

        Whoever is asked, remembers or stands behind us may take another value than the first.
        """
        return ",".join(self._call.arrival.exchange.head.headers.all(name)) or None

    def query(self, name: str) -> str | None:
        """Return a query parameter's last value."""
        values = self._parameters.query(name)
        return values[-1] if values else None

    def stage_variable(self, name: str) -> str | None:
        """Return a stage variable."""
        return self._parameters.stage_variable(name)

    def context(self, name: str) -> str | None:
        """Return a member of ``$context`` as text."""
        if name in self._told:
            return self._told[name]
        value: object = self._parameters.context_values
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        return None if value is None or isinstance(value, Mapping) else str(value)


def method_arn(call: Call) -> str:
    """Return what a caller has to be allowed to invoke: the method at the path asked for."""
    return source_arn(call.stage.facts, call.method, call.route.located.route)


def _refuse_unless_allowed(call: Call, granted: Granted) -> None:
    arn = method_arn(call)
    facts = policy_facts(call)
    said = however_read(call, lambda each: verdict(granted.policy, _ACTION, each, facts))
    if said is Verdict.DENY:
        raise AccessDenied(f"the authorizer's policy denies {_ACTION} on {arn}", message=_DENIED)
    # Either side may allow (spec: request-lifecycle 10, table A).
    if said is Verdict.SILENT and not call.arrival.allowed_by_policy:
        raise AccessDenied(f"the authorizer's policy does not allow {_ACTION} on {arn}")
