"""The difference of two definitions, in the service's words."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from octetgate.core.model.access import Authorizer, AuthorizerType
from octetgate.core.model.api import Method, MethodResponse, RequestValidator, Resource, RestApi
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.model.difference import Change, Detail, Kind, differences
from octetgate.core.model.integration import (
    ContentHandling,
    Integration,
    IntegrationResponse,
    IntegrationType,
)
from octetgate.core.model.responses import GatewayResponse, GatewayResponseType
from octetgate.core.model.schema import Model

API = RestApi(id="a1", name="Pictures", created_date=1.0, root_resource_id="r0")
INTEGRATION = Integration(
    type=IntegrationType.AWS,
    uri="arn:function",
    request_templates={"image/png": "one"},
    integration_responses={"200": IntegrationResponse(status_code="200")},
)
METHOD = Method(
    http_method="POST",
    method_responses={"200": MethodResponse(status_code="200")},
    method_integration=INTEGRATION,
)


def definition(method=METHOD, **members):
    resources = {
        "r0": Resource(id="r0", path="/"),
        "r1": Resource(
            id="r1", path="/images", path_part="images", resource_methods={"POST": method}
        ),
    }
    return ApiDefinition(**{"rest_api": API, "resources": resources, **members})


def api(**members):
    return definition(rest_api=replace(API, **members))


def told(before, after):
    return [(each.kind, each.name, each.change) for each in differences(before, after)]


def details(before, after):
    (only,) = differences(before, after)
    return list(only.details)


def integration(**members):
    return definition(replace(METHOD, method_integration=replace(INTEGRATION, **members)))


def test_binary_media_types_are_told_one_by_one_and_whatever_their_order():
    before = api(binary_media_types=("image/png", "image/gif", "a/b"))
    after = api(binary_media_types=("a/b", "image/png", "*/*"))
    assert told(before, after) == [
        (Kind.BINARY_MEDIA_TYPE, "image/gif", Change.REMOVED),
        (Kind.BINARY_MEDIA_TYPE, "*/*", Change.ADDED),
    ]


def test_a_setting_of_an_integration_is_told_under_its_box_with_both_values():
    after = integration(content_handling=ContentHandling.CONVERT_TO_TEXT, timeout_in_millis=500)
    assert details(definition(), after) == [
        Detail("Integration Request", "timeoutInMillis", Change.CHANGED, "29000", "500"),
        Detail("Integration Request", "contentHandling", Change.ADDED, None, "CONVERT_TO_TEXT"),
    ]
    assert details(after, definition())[0].change is Change.REMOVED


def test_a_template_is_a_setting_of_its_own():
    after = integration(request_templates={"image/png": "two", "image/gif": ""})
    assert details(definition(), after) == [
        Detail("Integration Request", "requestTemplates image/png", Change.CHANGED, "one", "two"),
        Detail("Integration Request", "requestTemplates image/gif", Change.ADDED, None, ""),
    ]


def test_a_response_that_comes_or_goes_is_told_as_a_whole():
    method = replace(
        METHOD,
        method_responses={"201": MethodResponse(status_code="201", response_models={"a/b": "X"})},
    )
    assert details(definition(), definition(method)) == [
        Detail("Method Response 200", "", Change.REMOVED),
        Detail("Method Response 201", "", Change.ADDED),
    ]


def test_an_integration_that_goes_takes_its_responses_along():
    after = definition(replace(METHOD, method_integration=None))
    assert details(definition(), after) == [
        Detail("Integration Request", "", Change.REMOVED),
        Detail("Integration Response 200", "", Change.REMOVED),
    ]


def test_resources_and_methods_are_known_by_path_and_not_by_id():
    moved = replace(definition().resources["r1"], id="r9")
    before = definition()
    same = replace(before, resources={"r0": before.resources["r0"], "r9": moved})
    assert differences(before, same) == []
    gone = replace(before, resources={"r0": before.resources["r0"]})
    assert told(before, gone) == [
        (Kind.RESOURCE, "/images", Change.REMOVED),
        (Kind.METHOD, "POST /images", Change.REMOVED),
    ]


def test_a_validator_and_an_authorizer_are_told_by_name():
    before = definition(
        replace(METHOD, request_validator_id="v1", authorizer_id="z1"),
        request_validators={"v1": RequestValidator(id="v1", name="body")},
        authorizers={"z1": Authorizer(id="z1", name="who", type=AuthorizerType.TOKEN)},
    )
    made_anew = definition(
        replace(METHOD, request_validator_id="v2", authorizer_id="z2"),
        request_validators={"v2": RequestValidator(id="v2", name="body")},
        authorizers={"z2": Authorizer(id="z2", name="who", type=AuthorizerType.TOKEN)},
    )
    assert differences(before, made_anew) == []
    stricter = replace(
        before,
        request_validators={
            "v1": RequestValidator(id="v1", name="body", validate_request_body=True)
        },
    )
    (only,) = differences(before, stricter)
    assert (only.kind, only.name) == (Kind.REQUEST_VALIDATOR, "body")
    assert only.details == (Detail("", "validateRequestBody", Change.CHANGED, "false", "true"),)


def test_models_and_gateway_responses_are_told():
    kind = GatewayResponseType.DEFAULT_4XX
    after = definition(
        models={"Pet": Model(id="m1", name="Pet", content_type="application/json")},
        gateway_responses={kind: GatewayResponse(response_type=kind, status_code="418")},
    )
    assert told(definition(models={}), after) == [
        (Kind.MODEL, "Pet", Change.ADDED),
        (Kind.GATEWAY_RESPONSE, "DEFAULT_4XX", Change.ADDED),
    ]


def test_what_no_deployment_changes_is_no_difference():
    after = api(name="Other", description="Said", tags={"a": "b"}, version="2")
    assert differences(definition(), after) == []


def test_a_compression_that_starts_at_nothing_is_a_difference():
    assert told(definition(), api(minimum_compression_size=0)) == [
        (Kind.SETTING, "minimumCompressionSize", Change.ADDED)
    ]


definitions = st.builds(
    definition,
    st.builds(
        Method,
        http_method=st.just("POST"),
        api_key_required=st.booleans(),
        request_parameters=st.none()
        | st.dictionaries(st.sampled_from("abc"), st.booleans(), min_size=1),
        method_integration=st.none()
        | st.builds(
            Integration,
            type=st.sampled_from(IntegrationType),
            content_handling=st.none() | st.sampled_from(ContentHandling),
            cache_key_parameters=st.just(()) | st.just(("a", "b")),
        ),
    ),
    rest_api=st.builds(
        replace,
        st.just(API),
        binary_media_types=st.none() | st.lists(st.sampled_from(["a/b", "*/*"]), unique=True, min_size=1).map(tuple),
        minimum_compression_size=st.none() | st.integers(0, 2),
    ),
)  # fmt: skip


@given(definitions)
def test_nothing_differs_from_itself(one):
    assert differences(one, one) == []


@given(definitions, definitions)
def test_the_difference_backwards_is_the_difference_mirrored(one, other):
    back = {Change.ADDED: Change.REMOVED, Change.REMOVED: Change.ADDED}

    def mirrored(each):
        turned = {
            (d.box, d.setting, back.get(d.change, d.change), d.after, d.before)
            for d in each.details
        }
        return each.kind, each.name, back.get(each.change, each.change), frozenset(turned)

    def as_it_is(each):
        kept = {(d.box, d.setting, d.change, d.before, d.after) for d in each.details}
        return each.kind, each.name, each.change, frozenset(kept)

    forwards = set(map(mirrored, differences(one, other)))
    assert forwards == set(map(as_it_is, differences(other, one)))
    assert (one == other) or forwards
