"""Records are frozen, by keyword, in camelCase, and silent about defaults."""

import msgspec
import pytest

from octetgate.core.model.access import (
    ApiKey,
    ApiStage,
    Authorizer,
    AuthorizerType,
    JwtConfiguration,
    JwtIssuer,
    QuotaSettings,
    ThrottleSettings,
    UsagePlan,
    UsagePlanKey,
)
from octetgate.core.model.account import Account
from octetgate.core.model.api import (
    EndpointConfiguration,
    Method,
    MethodResponse,
    Resource,
    RestApi,
)
from octetgate.core.model.definition import ApiDefinition, Deployment, DeploymentRecord
from octetgate.core.model.domain import BasePathMapping, DomainName
from octetgate.core.model.function import Function, Statement
from octetgate.core.model.integration import (
    ContentHandling,
    Integration,
    IntegrationResponse,
    IntegrationType,
    PassthroughBehavior,
    TlsConfig,
)
from octetgate.core.model.schema import Model, built_in_models
from octetgate.core.model.stage import AccessLogSettings, MethodSetting, Stage

API = RestApi(
    id="a1", name="n", created_date=1.5, root_resource_id="r0", binary_media_types=("*/*",)
)
INTEGRATION = Integration(
    type=IntegrationType.AWS,
    http_method="POST",
    uri="arn:…",
    request_templates={"image/png": "{}"},
    passthrough_behavior=PassthroughBehavior.WHEN_NO_TEMPLATES,
    content_handling=ContentHandling.PASSTHROUGH,
    tls_config=TlsConfig(insecure_skip_verification=True),
    integration_responses={"200": IntegrationResponse(status_code="200")},
)
RESOURCE = Resource(
    id="r1",
    path="/a/{id}",
    parent_id="r0",
    path_part="{id}",
    resource_methods={
        "GET": Method(
            http_method="GET",
            method_responses={"200": MethodResponse(status_code="200")},
            method_integration=INTEGRATION,
        )
    },
)
MODEL = Model(id="m1", name="Pet", content_type="application/json", schema="{}")
AUTHORIZER = Authorizer(
    id="u1",
    name="pool",
    type=AuthorizerType.COGNITO_USER_POOLS,
    provider_arns=("arn:…",),
    jwt_configuration=JwtConfiguration(issuers=(JwtIssuer(issuer="https://…", audiences=("a",)),)),
)
DEFINITION = ApiDefinition(
    rest_api=API,
    resources={"r1": RESOURCE},
    models={"Pet": MODEL},
    authorizers={"u1": AUTHORIZER},
)

RECORDS = [
    API,
    INTEGRATION,
    RESOURCE,
    DEFINITION,
    MODEL,
    AUTHORIZER,
    EndpointConfiguration(types=("REGIONAL",)),
    DeploymentRecord(deployment=Deployment(id="d1", created_date=2.0), definition=DEFINITION),
    Stage(stage_name="dev", deployment_id="d1", created_date=1, last_updated_date=2, method_settings={"*/*": MethodSetting(caching_enabled=True)}),
    AccessLogSettings(destination_arn="arn:…", format="$context.requestId"),
    DomainName(domain_name="localhost", created_date=1.0),
    BasePathMapping(base_path="(none)", rest_api_id="a1", stage="dev"),
    Function(name="f", arn="arn:…", runtime="python3.12", handler="h.h", role="r", code_key="k", code_sha256="s", code_size=1, last_modified=1.0, revision_id="i"),
    Statement(sid="s", principal={"Service": "apigateway.amazonaws.com"}, action="lambda:InvokeFunction", resource="arn:…"),
    ApiKey(id="k1", value="v" * 40, created_date=1.0, last_updated_date=1.0),
    UsagePlan(id="p1", name="gold", api_stages=(ApiStage(api_id="a1", stage="dev", throttle={"/a/GET": ThrottleSettings(burst_limit=1, rate_limit=0.5)}),), quota=QuotaSettings(limit=9, period="MONTH")),
    UsagePlanKey(key_id="k1"),
    Account(cloudwatch_role_arn="arn:…"),
]  # fmt: skip


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_survives_being_written_down(record):
    assert msgspec.json.decode(msgspec.json.encode(record), type=type(record)) == record


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_does_not_change(record):
    with pytest.raises(AttributeError):
        setattr(record, record.__struct_fields__[0], None)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_takes_its_members_by_name_only(record):
    with pytest.raises(TypeError):
        type(record)("positional")


def test_members_are_written_in_camel_case_and_defaults_are_not():
    mapping = BasePathMapping(base_path="(none)", rest_api_id="a1")
    assert msgspec.json.encode(mapping) == b'{"basePath":"(none)","restApiId":"a1"}'


def test_a_definition_from_before_there_were_models_has_the_built_in_ones():
    old = msgspec.json.encode({"restApi": API})
    assert msgspec.json.decode(old, type=ApiDefinition).models == built_in_models()


def test_a_definition_whose_models_were_all_deleted_has_none():
    bare = ApiDefinition(rest_api=API, models={})
    assert msgspec.json.decode(msgspec.json.encode(bare), type=ApiDefinition).models == {}


@pytest.mark.parametrize("model", built_in_models().values(), ids=lambda model: model.name)
def test_a_built_in_model_is_a_json_schema(model):
    schema = msgspec.json.decode(model.schema)
    assert (schema["type"], schema["title"]) == ("object", f"{model.name} Schema")


def test_user_pools_are_spelled_as_the_service_spells_them():
    assert msgspec.to_builtins(AUTHORIZER)["providerARNs"] == ("arn:…",)


def test_an_empty_default_is_not_shared():
    one = Method(http_method="GET")
    one.method_responses["200"] = MethodResponse(status_code="200")
    assert Method(http_method="GET").method_responses == {}


@pytest.mark.parametrize(
    "document, message",
    [
        (b'{"type":"FTP"}', "Invalid enum value 'FTP'"),
        (b'{"type":"AWS","contentHandling":"CONVERT"}', "Invalid enum value 'CONVERT'"),
        (b"{}", "missing required field `type`"),
    ],
)
def test_a_document_that_is_no_integration_is_refused(document, message):
    with pytest.raises(msgspec.ValidationError, match=message):
        msgspec.json.decode(document, type=Integration)
