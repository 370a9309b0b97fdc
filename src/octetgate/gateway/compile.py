"""A definition and a stage become a snapshot: everything that can be decided is decided here."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import replace as replaced
from typing import Any

from msgspec.structs import replace

from octetgate.core import kinds
from octetgate.core.http.limits import head_limits
from octetgate.core.http.media import MediaTypes
from octetgate.core.model import integration as model
from octetgate.core.model.api import Method, Resource, RestApi
from octetgate.core.model.definition import ApiDefinition, Deployment, DeploymentRecord
from octetgate.core.model.stage import Stage, log_group
from octetgate.core.policy.document import BadPolicy
from octetgate.core.policy.resource_policy import ResourcePolicy
from octetgate.core.policy.resource_policy import read as read_policy
from octetgate.core.ports.exchange import Reply
from octetgate.core.routing.paths import BadTemplate
from octetgate.core.routing.tree import Tree
from octetgate.gateway.authorizers import PACKAGE as _AUTHORIZERS
from octetgate.gateway.authorizers.aws_iam import AwsIam
from octetgate.gateway.call import Call, Caller
from octetgate.gateway.execution_log import (
    LEVELS,
    ToldAuthorizer,
    ToldIntegration,
    execution_log,
    recorder,
)
from octetgate.gateway.faults import ApiConfigurationError, AuthorizerConfigurationError
from octetgate.gateway.phases.access_log import method_tallies, stage_tallies
from octetgate.gateway.phases.admit import method_buckets
from octetgate.gateway.phases.gateway_response import compile_responses
from octetgate.gateway.phases.method_request import body_models, required_parameters
from octetgate.gateway.phases.stage_cache import method_cache
from octetgate.gateway.phases.stage_log import stage_log
from octetgate.gateway.recording import watched
from octetgate.gateway.snapshot import (
    Authorizer,
    BadConfiguration,
    Canary,
    Integration,
    MethodPlan,
    Ports,
    Several,
    StageFacts,
    StageSnapshot,
    WritingDown,
)
from octetgate.gateway.tracing import (
    TracedAuthorizer,
    TracedIntegration,
    Tracing,
    traced,
    tracing,
)

_INTEGRATIONS = "octetgate.gateway.integrations"
_VARIABLE = "${stageVariables."
_log = logging.getLogger(__name__)


def compile_stage(
    record: DeploymentRecord,
    stage: Stage,
    ports: Ports,
    *,
    aws_limits: bool,
    canary: DeploymentRecord | None = None,
) -> StageSnapshot:
    """Return the stage ready to serve, its canary with it.

    A method that cannot be compiled answers 500 and is named in ``problems``; it never takes
    its neighbours down with it.
    """
    served = _compile_deployment(record, stage, ports, aws_limits=aws_limits)
    settings = stage.canary_settings
    if canary is None or settings is None:
        return served
    overrides = settings.stage_variable_overrides or {}
    own = replace(stage, variables={**(stage.variables or {}), **overrides})
    shared = stage.deployment_id if settings.use_stage_cache else None
    tried = _compile_deployment(
        canary, own, ports, aws_limits=aws_limits, cached_as=shared, is_canary=True
    )
    return replaced(served, canary=Canary(settings.percent_traffic, tried))


def compile_draft(
    definition: ApiDefinition,
    stage_name: str,
    ports: Ports,
    *,
    aws_limits: bool,
    variables: dict[str, str],
    client_certificate: str | None = None,
) -> StageSnapshot:
    """Return a definition that is not deployed as a stage of this name would serve it."""
    deployment = Deployment(id=stage_name, created_date=0)
    record = DeploymentRecord(deployment=deployment, definition=definition)
    stage = Stage(
        stage_name=stage_name,
        deployment_id=stage_name,
        created_date=0,
        last_updated_date=0,
        variables=variables,
        client_certificate_id=client_certificate,
    )
    return compile_stage(record, stage, ports, aws_limits=aws_limits)


def _compile_deployment(
    record: DeploymentRecord,
    stage: Stage,
    ports: Ports,
    *,
    aws_limits: bool,
    cached_as: str | None = None,
    is_canary: bool = False,
) -> StageSnapshot:
    definition, deployment = record.definition, record.deployment.id
    facts = _facts(definition, stage, deployment, ports, aws_limits=aws_limits, cached_as=cached_as)
    problems: list[str] = []
    access = stage_log(definition.rest_api, stage, ports.logs, problems)
    write = _tells(facts, stage, is_canary=is_canary)
    trace = tracing(facts, enabled=stage.tracing_enabled)
    # A trace is carried by headers, which the log is to show: its ports are behind.
    told = facts if write is None else replaced(facts, ports=watched(ports, recorder))
    if trace is not None:
        facts, told = (replaced(each, ports=traced(each.ports)) for each in (facts, told))
    guards = _authorizers(told, definition, problems)
    making = _Making(facts, told, stage, definition, guards, access, write, trace, problems)
    routes = [
        (
            resource.path,
            {
                verb: _plan(making, resource, method)
                for verb, method in resource.resource_methods.items()
            },
        )
        for resource in definition.resources.values()
    ]
    try:
        tree = Tree.build(routes)
    except BadTemplate as error:
        problems.append(f"resources: {error}")
        tree = Tree.build([])
    nothing = "no resource has the path and the verb"
    nowhere = MethodPlan(
        Resource(id="", path=""),
        Method(http_method=""),
        Unserved(nothing),
        minimum_compression_size=None,
        streams=False,
        required=(),
        tallies=stage_tallies(facts),
        log=_together(access, trace),
    )
    responses = compile_responses(definition.gateway_responses, problems)
    for problem in problems:
        _log.warning("api %s stage %s: %s", facts.api_id, facts.stage_name, problem)
    source = definition.rest_api.api_key_source
    return StageSnapshot(
        facts,
        tree,
        nowhere,
        responses,
        tuple(problems),
        policy=_policy(definition.rest_api),
        api_key_source=source,
    )


@dataclass(frozen=True, slots=True)
class _Making:
    """What the plans of a stage's methods are made from."""

    facts: StageFacts
    told: StageFacts
    """The same over watched ports, for methods with an execution log."""
    stage: Stage
    definition: ApiDefinition
    guards: Mapping[str, Authorizer]
    access: WritingDown | None
    write: Callable[[str], None] | None
    """What takes the lines of the execution log, if any method has one."""
    trace: Tracing | None
    problems: list[str]


def _tells(facts: StageFacts, stage: Stage, *, is_canary: bool) -> Callable[[str], None] | None:
    logs = facts.ports.execution_logs
    if logs is None or not any(s.logging_level in LEVELS for s in stage.method_settings.values()):
        return None
    return logs.execution(log_group(facts.api_id, facts.stage_name, canary=is_canary))


def _policy(api: RestApi) -> ResourcePolicy | None:
    """Return the API's policy; one that cannot be read lets nobody in, and so does a private
    API without one (spec: request-lifecycle 10, unconfirmed).
    """
    try:
        if api.policy:
            return read_policy(api.policy)
        if api.endpoint_configuration.types != ("PRIVATE",):
            return None
        _log.warning("api %s is PRIVATE: expected a policy, found none: nobody is let in", api.id)
    except BadPolicy as error:
        _log.warning("%s: nobody is let in", error)
    return ResourcePolicy((), ())


def check(definition: ApiDefinition, ports: Ports) -> list[str]:
    """Return what of the definition could not be served, each with where it stands.

    A URI or a VPC link with stage variables is not judged: only a stage knows what it will be.
    """
    stage = Stage(stage_name="", deployment_id="", created_date=0, last_updated_date=0)
    facts = _facts(definition, stage, "", ports, aws_limits=False)
    problems: list[str] = []
    for resource in definition.resources.values():
        for method in resource.resource_methods.values():
            integration = method.method_integration
            if integration is None or not _varies(integration):
                _compile(facts, resource, method, problems)
    compile_responses(definition.gateway_responses, problems)
    return problems


def _varies(integration: model.Integration) -> bool:
    """Whether a stage's variables decide where the integration leads."""
    return _VARIABLE in f"{integration.uri} {integration.connection_id}"


def _facts(
    definition: ApiDefinition,
    stage: Stage,
    deployment_id: str,
    ports: Ports,
    *,
    aws_limits: bool,
    cached_as: str | None = None,
) -> StageFacts:
    api = definition.rest_api
    return StageFacts(
        api_id=api.id,
        stage_name=stage.stage_name,
        deployment_id=deployment_id,
        account_id=api.account_id,
        region=api.region,
        media_types=MediaTypes(api.binary_media_types or ()),
        variables=stage.variables or {},
        ports=ports,
        cached_as=cached_as or deployment_id,
        aws_limits=head_limits(api.endpoint_configuration.types[0]) if aws_limits else None,
        authorizers_epoch=stage.authorizers_cache_epoch,
        client_certificate=stage.client_certificate_id,
        default_endpoint_off=stage.default_endpoint_off,
    )


def _compile(
    facts: StageFacts, resource: Resource, method: Method, problems: list[str]
) -> Integration:
    where = f"{method.http_method} {resource.path}"
    integration = method.method_integration
    if integration is None:
        problems.append(f"{where}: expected an integration, found none")
        return Unserved(problems[-1])
    try:
        module = kinds.load(_INTEGRATIONS, integration.type)
        compiled: Integration = module.compile(facts, resource, method, integration)
    except (BadConfiguration, kinds.NoSuchKind) as error:
        problems.append(f"{where}: {error}")
        return Unserved(problems[-1])
    return compiled


def _plan(making: _Making, resource: Resource, method: Method) -> MethodPlan:
    facts, stage, definition = making.facts, making.stage, making.definition
    problems, integration = making.problems, method.method_integration
    streams = integration is not None and integration.streams
    # What streams is the backend's to compress (documented; spec: payload-encodings 9).
    least = None if streams else definition.rest_api.minimum_compression_size
    guard = _guard(facts, making.guards, method)
    model = definition.authorizers.get(method.authorizer_id or "")
    setting = stage.setting(resource.path, method.http_method)
    told = execution_log(facts, setting, making.write, model)
    compiled = _compile(facts if told is None else making.told, resource, method, problems)
    required = required_parameters(definition.request_validators, method)
    where = f"{method.http_method} {resource.path}"
    models, cache = None, None
    try:
        models = body_models(definition, method)
    except BadConfiguration as error:
        problems.append(f"{where}: {error}")
        compiled = Unserved(problems[-1])
    try:
        cache = method_cache(facts, stage, resource, method)
    except BadConfiguration as error:
        # Nothing is remembered then, and nothing else goes wrong.
        problems.append(f"{where}: {error}")
    if making.trace is not None:
        kind = "" if integration is None else integration.type
        compiled = TracedIntegration(compiled, kind, making.trace)
        if guard is not None and model is not None:
            guard = TracedAuthorizer(guard, model, making.trace)
    if told is not None:
        compiled = ToldIntegration(compiled, told)
        if guard is not None and model is not None:
            guard = ToldAuthorizer(guard, model, told)
    return MethodPlan(
        resource,
        method,
        compiled,
        least,
        streams,
        required,
        buckets=method_buckets(facts, stage, resource, method),
        models=models,
        validates=bool(required or models),
        cache=cache,
        authorizer=guard,
        tallies=method_tallies(facts, stage, resource, method),
        log=_together(making.access, told, making.trace),
    )


def _together(*ways: WritingDown | None) -> WritingDown | None:
    """Return what hears of calls for all of these, or None where there is none."""
    wanted = tuple(way for way in ways if way is not None)
    return Several(wanted) if len(wanted) > 1 else wanted[0] if wanted else None


def _guard(
    facts: StageFacts, guards: Mapping[str, Authorizer], method: Method
) -> Authorizer | None:
    """Return what finds out who calls; None where nothing does, and nobody is let in by it."""
    if method.authorization_type == "AWS_IAM":
        return AwsIam(facts, facts.ports.keys) if facts.ports.keys is not None else None
    if method.authorization_type == "NONE":
        return None
    return guards.get(method.authorizer_id or "")


def _authorizers(
    facts: StageFacts, definition: ApiDefinition, problems: list[str]
) -> dict[str, Authorizer]:
    """Return those that can let anybody in, by id; all methods that name one share its memory."""
    authorizers: dict[str, Authorizer] = {}
    for authorizer in definition.authorizers.values():
        if authorizer.type.lower() not in kinds.names(_AUTHORIZERS):
            continue
        try:
            module = kinds.load(_AUTHORIZERS, authorizer.type)
            authorizers[authorizer.id] = module.compile(facts, authorizer)
        except BadConfiguration as error:
            problems.append(f"authorizer {authorizer.name}: {error}")
            authorizers[authorizer.id] = Misconfigured(problems[-1])
    return authorizers


def load_integrations() -> None:
    """Import every integration and authorizer now, so that no call waits for it."""
    for folder in (_INTEGRATIONS, _AUTHORIZERS):
        for name in kinds.names(folder):
            kinds.load(folder, name)


class Misconfigured:
    """An authorizer that cannot work: whoever calls is told so, and nobody is let in."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    async def authorize(self, call: Call) -> Caller:
        raise AuthorizerConfigurationError(self._reason)


class Unserved:
    """A method whose configuration cannot work; each call says so in the log."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    async def prepare(self, call: Call) -> Any:
        raise ApiConfigurationError(self._reason)

    async def invoke(self, call: Call, request: Any) -> Any:
        raise ApiConfigurationError(self._reason)

    async def answer(self, call: Call, result: Any) -> Reply:
        raise ApiConfigurationError(self._reason)
