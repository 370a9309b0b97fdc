import json
import re

import pytest
from tests.control.refusals import absent, bad, refused, taken

from octetgate.core.ports.store import APIS, DEPLOYMENTS, STAGES


def patch(op, path, value=None, source=None):
    given = {"op": op, "path": path, "value": value, "from": source}
    return {name: part for name, part in given.items() if part is not None}


def shown(response):
    return {key: value for key, value in response.items() if key != "ResponseMetadata"}


def test_a_new_api_has_the_recorded_defaults_and_nothing_else(gw):
    made = gw.create_rest_api(name="plain")
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert re.fullmatch("[a-z0-9]{10}", made["id"])
    made = shown(made)
    api, root, date = made.pop("id"), made.pop("rootResourceId"), made.pop("createdDate")
    assert made == {
        "name": "plain",
        "apiKeySource": "HEADER",
        "disableExecuteApiEndpoint": False,
        "endpointConfiguration": {"types": ["EDGE"], "ipAddressType": "ipv4"},
    }
    later = shown(gw.get_rest_api(restApiId=api))
    assert later == {**made, "id": api, "rootResourceId": root, "createdDate": date, "tags": {}}


def test_what_is_given_comes_back(gw):
    given = {
        "name": "all",
        "description": "words",
        "version": "v1",
        "binaryMediaTypes": ["image/png"],
        "minimumCompressionSize": 0,
        "apiKeySource": "AUTHORIZER",
        "endpointConfiguration": {"types": ["PRIVATE"], "vpcEndpointIds": ["vpce-1"]},
        "tags": {"a": "b"},
        "disableExecuteApiEndpoint": True,
    }
    made = shown(gw.create_rest_api(**given))
    given["endpointConfiguration"]["ipAddressType"] = "dualstack"
    assert {**made, **given} == made


def test_an_api_belongs_to_the_region_and_account_that_signed(client, management):
    made = client("apigateway", key="123456789012", region="eu-north-1").create_rest_api(name="x")
    with management.store.read() as view:
        rest_api = view.get(APIS, made["id"]).rest_api
    assert (rest_api.account_id, rest_api.region) == ("123456789012", "eu-north-1")


def test_an_unknown_api_is_named_with_the_account(client):
    gw = client("apigateway", key="123456789012")
    message = "Invalid API identifier specified 123456789012:nothere"
    assert refused(gw.get_rest_api, restApiId="nothere") == absent(message)


def test_a_tag_chooses_the_id_once(gw):
    assert gw.create_rest_api(name="x", tags={"_custom_id_": "my-api"})["id"] == "my-api"
    found = refused(gw.create_rest_api, name="x", tags={"_custom_id_": "my-api"})
    assert found == taken("tags._custom_id_: an API with the id my-api exists already")


@pytest.mark.parametrize("wanted", ["", "My", "a/b", "-a", "a.b", "x" * 64])
def test_a_chosen_id_has_to_fit_a_host_name(gw, wanted):
    code, _, message = refused(gw.create_rest_api, name="x", tags={"_custom_id_": wanted})
    assert code == "BadRequestException"
    assert message.endswith(f"found {wanted!r}")


@pytest.mark.parametrize(
    "given, message",
    [
        pytest.param(
            {"description": ""}, "Description cannot be an empty string", id="description"
        ),
        pytest.param(
            {"minimumCompressionSize": -1},
            "Invalid minimum compression size, must be between 0 and 10485760",
            id="compression-below",
        ),
        pytest.param(
            {"minimumCompressionSize": 10485761},
            "Invalid minimum compression size, must be between 0 and 10485760",
            id="compression-above",
        ),
        pytest.param(
            {"endpointConfiguration": {"types": []}},
            "REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.",
            id="no-type",
        ),
        pytest.param(
            {"endpointConfiguration": {"types": ["EDGE", "REGIONAL"]}},
            "Cannot create an api with multiple Endpoint Types.",
            id="two-types",
        ),
        pytest.param(
            {"endpointConfiguration": {"types": ["PRIVATE"], "ipAddressType": "ipv4"}},
            "Only dualstack ipAddressType is supported for Private APIs.",
            id="private-ipv4",
        ),
        pytest.param(
            {"policy": "{}"},
            (
                "Invalid policy document. Please check the policy syntax and ensure that "
                "Principals are valid. Statement 1: expected an object; found None"
            ),
            id="policy",
        ),
    ],
)
def test_an_api_that_cannot_be_is_refused(gw, given, message):
    assert refused(gw.create_rest_api, name="x", **given) == bad(message)


def test_apis_are_listed_in_pages_that_survive_deleting(gw):
    made = [gw.create_rest_api(name=f"page {number}")["id"] for number in range(3)]
    seen = []
    position = {}
    while True:
        page = gw.get_rest_apis(limit=1, **position)
        seen += [each["id"] for each in page["items"]]
        if seen[-1] == made[0]:
            gw.delete_rest_api(restApiId=made[0])
        if "position" not in page:
            break
        position = {"position": page["position"]}
    assert [each for each in seen if each in made] == made


@pytest.mark.parametrize(
    "members, message",
    [
        ({"limit": 0}, "limit: expected 1 to 500; found 0"),
        ({"position": "bogus"}, "Invalid position specified"),
        ({"position": "+/+/"}, "Invalid position specified"),
    ],
)
def test_a_page_that_cannot_be_is_refused(gw, members, message):
    assert refused(gw.get_rest_apis, **members) == bad(message)


@pytest.mark.parametrize(
    "operations, member, value",
    [
        pytest.param(
            [patch("add", "/binaryMediaTypes/image~1png")],
            "binaryMediaTypes",
            ["image/png"],
            id="add-type",
        ),
        pytest.param(
            [patch("add", "/binaryMediaTypes/-", "image/png")],
            "binaryMediaTypes",
            ["-"],
            id="add-ignores-value",
        ),
        pytest.param(
            [patch("add", "/binaryMediaTypes/a~1b"), patch("remove", "/binaryMediaTypes/a~1b")],
            "binaryMediaTypes",
            None,
            id="remove-type",
        ),
        pytest.param(
            [patch("replace", "/minimumCompressionSize", "10")],
            "minimumCompressionSize",
            10,
            id="compression",
        ),
        pytest.param(
            [
                patch("replace", "/minimumCompressionSize", "10"),
                patch("replace", "/minimumCompressionSize", ""),
            ],
            "minimumCompressionSize",
            None,
            id="compression-off",
        ),
        pytest.param(
            [patch("replace", "/endpointConfiguration/types/EDGE", "REGIONAL")],
            "endpointConfiguration",
            {"types": ["REGIONAL"], "ipAddressType": "ipv4"},
            id="type",
        ),
        pytest.param(
            [
                patch("replace", "/endpointConfiguration/types/EDGE", "PRIVATE"),
                patch("add", "/endpointConfiguration/vpcEndpointIds", "vpce-1"),
            ],
            "endpointConfiguration",
            {"types": ["PRIVATE"], "ipAddressType": "dualstack", "vpcEndpointIds": ["vpce-1"]},
            id="private",
        ),
        pytest.param(
            [patch("replace", "/endpointConfiguration/ipAddressType", "dualstack")],
            "endpointConfiguration",
            {"types": ["EDGE"], "ipAddressType": "dualstack"},
            id="addresses",
        ),
        pytest.param([patch("replace", "/name", "new")], "name", "new", id="name"),
        pytest.param(
            [patch("replace", "/disableExecuteApiEndpoint", "true")],
            "disableExecuteApiEndpoint",
            True,
            id="flag",
        ),
        pytest.param(
            [patch("replace", "/apiKeySource", "AUTHORIZER")],
            "apiKeySource",
            "AUTHORIZER",
            id="key-source",
        ),
        pytest.param(
            [patch("replace", "/description", "d"), patch("remove", "/description")],
            "description",
            None,
            id="description",
        ),
    ],
)
def test_patching_an_api(gw, api, operations, member, value):
    patched = gw.update_rest_api(restApiId=api.id, patchOperations=operations)
    assert patched.get(member) == value
    assert gw.get_rest_api(restApiId=api.id).get(member) == value


BINARY = "Invalid patch path /binaryMediaTypes"


@pytest.mark.parametrize(
    "operation, message",
    [
        pytest.param(
            patch("replace", "/wrongPath", "x"), "Invalid patch path /wrongPath", id="unknown"
        ),
        pytest.param({"op": "replace", "value": "x"}, "Invalid patch path null", id="missing"),
        pytest.param(patch("add", "/binaryMediaTypes", "a/b"), BINARY, id="add-all-types"),
        pytest.param(patch("replace", "/binaryMediaTypes", "a/b"), BINARY, id="replace-all-types"),
        pytest.param(patch("remove", "/binaryMediaTypes"), BINARY, id="remove-all-types"),
        pytest.param(
            patch("add", "/name", "x"),
            "Invalid patch operation specified. Must be one of: [replace]",
            id="unsupported",
        ),
        pytest.param(
            patch("remove", "/endpointConfiguration/types/EDGE"),
            "Invalid patch operation specified. Must be 'add'|'remove'|'replace'",
            id="types-op",
        ),
        pytest.param(
            patch("replace", "/endpointConfiguration/types/EDGE", "X"),
            "Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE",
            id="types-value",
        ),
        pytest.param(
            patch("replace", "/endpointConfiguration/ipAddressType", "x"),
            "ipAddressType must be either ipv4 or dualstack.",
            id="addresses",
        ),
        pytest.param(
            patch("replace", "/minimumCompressionSize", "text"),
            "Invalid minimum compression size, must be between 0 and 10485760",
            id="compression-text",
        ),
        pytest.param(
            patch("replace", "/minimumCompressionSize", "-1"),
            "Invalid minimum compression size, must be between 0 and 10485760",
            id="compression-negative",
        ),
        pytest.param(
            patch("replace", "/policy", "{}"),
            (
                "Invalid policy document. Please check the policy syntax and ensure that "
                "Principals are valid. Statement 1: expected an object; found None"
            ),
            id="policy",
        ),
        pytest.param(
            patch("replace", "/apiKeySource", "X"),
            "Invalid patch value for /apiKeySource: expected HEADER or AUTHORIZER; found 'X'",
            id="key-source",
        ),
        pytest.param(
            patch("add", "/endpointConfiguration/vpcEndpointIds", "v"),
            "VPCEndpointId can only be updated for PRIVATE APIs",
            id="not-private",
        ),
    ],
)
def test_a_patch_of_an_api_is_refused_whole(gw, api, operation, message):
    before = shown(gw.get_rest_api(restApiId=api.id))
    operations = [patch("replace", "/name", "changed"), operation]
    found = refused(gw.update_rest_api, restApiId=api.id, patchOperations=operations)
    assert found == bad(message)
    assert shown(gw.get_rest_api(restApiId=api.id)) == before


def test_deleting_an_api_takes_its_stages_and_deployments(gw, mocked, management):
    api = mocked["restApiId"]
    gw.create_deployment(restApiId=api, stageName="s")
    gone = gw.delete_rest_api(restApiId=api)
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 202
    with management.store.read() as view:
        assert view.get(APIS, api) is None
        assert view.list(STAGES, f"{api}/") == []
        assert view.list(DEPLOYMENTS, f"{api}/") == []


def test_an_api_that_a_domain_leads_to_is_not_deleted(gw, mocked):
    api = mocked["restApiId"]
    gw.create_domain_name(domainName="held.example")
    gw.create_base_path_mapping(domainName="held.example", restApiId=api, basePath="v1")
    code, status, message = refused(gw.delete_rest_api, restApiId=api)
    assert (code, status) == ("BadRequestException", 400)
    assert message.endswith(f"held.example/v1 leads to {api}")
    gw.delete_domain_name(domainName="held.example")
    gw.delete_rest_api(restApiId=api)


def test_a_clone_is_the_same_api_with_ids_of_its_own(gw, mocked):
    source = mocked["restApiId"]
    gw.update_rest_api(
        restApiId=source, patchOperations=[patch("add", "/binaryMediaTypes/image~1png")]
    )
    gw.create_resource(restApiId=source, parentId=mocked["resourceId"], pathPart="pets")
    clone = gw.create_rest_api(name="clone", cloneFrom=source)
    assert clone["binaryMediaTypes"] == ["image/png"]
    theirs, ours = (
        gw.get_resources(restApiId=each, embed=["methods"])["items"]
        for each in (source, clone["id"])
    )
    assert [each["path"] for each in ours] == [each["path"] for each in theirs] == ["/", "/pets"]
    assert {each["id"] for each in ours}.isdisjoint(each["id"] for each in theirs)
    assert ours[1]["parentId"] == ours[0]["id"] == clone["rootResourceId"]
    integration = ours[0]["resourceMethods"]["POST"]["methodIntegration"]
    assert integration["cacheNamespace"] == ours[0]["id"]


POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "execute-api:Invoke",
            "Resource": "execute-api:/*",
        }
    ],
}


def policy_of(shown):
    """Return the policy, which is shown with a backslash before each quote."""
    assert '\\"' in shown["policy"]
    return json.loads(json.loads(f'"{shown["policy"]}"'))


def test_a_policy_is_kept_with_whole_arns_and_shown_as_aws_shows_it(gw):
    made = gw.create_rest_api(name="x", policy=json.dumps(POLICY))
    [statement] = policy_of(made)["Statement"]
    arn = f"arn:aws:execute-api:eu-west-1:000000000000:{made['id']}/*"
    assert statement["Resource"] == arn
    assert policy_of(gw.get_rest_api(restApiId=made["id"])) == policy_of(made)
    found = gw.update_rest_api(
        restApiId=made["id"], patchOperations=[patch("replace", "/policy", "")]
    )
    assert "policy" not in found


def test_a_patched_policy_is_kept_likewise(gw, api):
    changed = [patch("replace", "/policy", json.dumps(POLICY))]
    found = gw.update_rest_api(restApiId=api.id, patchOperations=changed)
    assert api.id in policy_of(found)["Statement"][0]["Resource"]


def test_the_policy_of_a_clone_is_about_the_clone(gw):
    source = gw.create_rest_api(name="x", policy=json.dumps(POLICY))
    clone = gw.create_rest_api(name="y", cloneFrom=source["id"])
    assert clone["id"] in policy_of(clone)["Statement"][0]["Resource"]
    assert source["id"] not in clone["policy"]


def test_tls_settings_are_kept_and_there_at_once(gw):
    given = {"securityPolicy": "TLS_1_2", "endpointAccessMode": "STRICT"}
    made = gw.create_rest_api(name="x", **given)
    assert {name: made[name] for name in given} == given
    found = gw.update_rest_api(
        restApiId=made["id"], patchOperations=[patch("replace", "/endpointAccessMode", "BASIC")]
    )
    assert (found["endpointAccessMode"], found["apiStatus"]) == ("BASIC", "AVAILABLE")


def test_what_a_clone_s_methods_name_is_the_clone_s_own(gw, mocked):
    source = mocked["restApiId"]
    validator = gw.create_request_validator(restApiId=source, name="all")["id"]
    authorizer = gw.create_authorizer(
        restApiId=source,
        name="guard",
        type="TOKEN",
        identitySource="method.request.header.Auth",
        authorizerUri=(
            "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/"
            "arn:aws:lambda:eu-west-1:000000000000:function:f/invocations"
        ),
    )["id"]
    gw.update_method(
        **mocked,
        patchOperations=[
            patch("replace", "/authorizationType", "CUSTOM"),
            patch("replace", "/authorizerId", authorizer),
            patch("replace", "/requestValidatorId", validator),
        ],
    )
    clone = gw.create_rest_api(name="clone", cloneFrom=source)
    place = {"restApiId": clone["id"]}
    [root] = gw.get_resources(**place, embed=["methods"])["items"]
    method = root["resourceMethods"]["POST"]
    [ours] = gw.get_request_validators(**place)["items"]
    assert method["requestValidatorId"] == ours["id"] != validator
    [ours] = gw.get_authorizers(**place)["items"]
    assert method["authorizerId"] == ours["id"] != authorizer
