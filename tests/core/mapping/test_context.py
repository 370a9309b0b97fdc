import pytest

from octetgate.core.mapping.context import Context, Overrides
from octetgate.core.mapping.vtl.errors import MemberError

VALUES = {
    "requestId": "id-1",
    "requestTimeEpoch": 1700000000000,
    "identity": {
        "sourceIp": "10.0.0.1",
        "user": None,
        "apiKey": "k",
        "clientCert": {"validity": {"notBefore": "May"}},
    },
    "authorizer": {"claims": {"sub": "me"}},
    "error": {"message": "x"},
    "awsEndpointRequestId": None,
}


def read(view, *names):
    for name in names:
        view = view.member(name)
    return view


@pytest.mark.parametrize(
    "names, value",
    [
        (("requestId",), "id-1"),
        (("requestTimeEpoch",), 1700000000000),
        (("identity", "sourceIp"), "10.0.0.1"),
        (("identity", "user"), None),
        (("identity", "clientCert", "validity", "notBefore"), "May"),
        (("authorizer", "claims", "sub"), "me"),
        (("awsEndpointRequestId",), None),
        (("unknown",), None),
    ],
)
def test_a_member_is_read_by_its_names(names, value):
    assert read(Context(VALUES).view(), *names) == value


def test_nested_maps_print_as_nothing():
    view = Context(VALUES).view()
    for name in ("identity", "requestOverride", "responseOverride"):
        assert view.call("get", [name]).text() == ""


def test_keys_come_in_awss_order_and_then_those_with_a_value():
    keys = Context(VALUES).view().call("keySet", [])
    assert keys[:3] == ("resourceId", "resourcePath", "httpMethod")
    assert keys[-3:] == ("apiId", "authorizer", "error")


def test_identity_lists_its_keys_even_without_a_value():
    keys = (
        "cognitoIdentityPoolId",
        "accountId",
        "cognitoIdentityId",
        "caller",
        "sourceIp",
        "principalOrgId",
        "accessKey",
        "cognitoAuthenticationType",
        "cognitoAuthenticationProvider",
        "userArn",
        "userAgent",
        "user",
    )
    assert read(Context({}).view(), "identity").call("keySet", []) == keys
    assert read(Context(VALUES).view(), "identity").call("keySet", []) == (
        *keys,
        "apiKey",
        "clientCert",
    )


def test_the_authorizer_is_an_empty_map_without_one():
    view = read(Context({"authorizer": None}).view(), "authorizer")
    assert view.call("keySet", []) == ()
    assert view.call("isEmpty", []) is True


def test_a_key_that_a_template_invents_is_kept_and_the_gateways_own_stay():
    overrides = Overrides()
    view = Context(VALUES, overrides).view()
    assert view.put("mine", 1) is None
    assert view.call("put", ["requestId", "forged"]) == "id-1"
    again = Context(VALUES, overrides).view()
    assert again.member("mine") == 1
    assert again.member("requestId") == "id-1"


def test_putting_into_a_read_only_map_changes_nothing():
    view = Context(VALUES).view()
    assert read(view, "identity").put("sourceIp", "forged") is None
    assert read(view, "identity", "sourceIp") == "10.0.0.1"


def test_override_keys_follow_the_recording():
    view = Context().view()
    assert read(view, "requestOverride").call("keySet", []) == ("path", "header", "querystring")
    assert read(view, "responseOverride").call("keySet", []) == ("header",)


def test_overrides_are_what_templates_set():
    overrides = Overrides()
    view = Context({}, overrides).view()
    read(view, "requestOverride", "header").put("X-List", ["a", 1])
    read(view, "requestOverride", "header").put("X-Null", None)
    read(view, "requestOverride", "querystring").put("q", ["a", "b"])
    read(view, "requestOverride", "querystring").put("one", True)
    read(view, "requestOverride", "path").put("id", 7)
    read(view, "responseOverride", "header").put("X", 1.0)
    assert overrides.request_headers == {"X-List": "a,1"}
    assert overrides.request_querystring == {"q": ["a", "b"], "one": ["true"]}
    assert overrides.request_path == {"id": "7"}
    assert overrides.response_headers == {"X": "1.0"}
    assert overrides.response_status is None


def test_a_whole_map_can_be_set_and_nonsense_counts_as_nothing():
    overrides = Overrides()
    view = Context({}, overrides).view()
    read(view, "requestOverride").put("header", {"A": "b"})
    read(view, "requestOverride").put("querystring", "nonsense")
    assert overrides.request_headers == {"A": "b"}
    assert overrides.request_querystring == {}


@pytest.mark.parametrize(
    "status, kept",
    [
        (100, 100),
        (444, 444),
        (599, 599),
        (99, None),
        (600, None),
        ("400", None),
        (400.0, None),
        (True, None),
        (None, None),
    ],
)
def test_only_an_integer_from_100_to_599_overrides_the_status(status, kept):
    overrides = Overrides()
    read(Context({}, overrides).view(), "responseOverride").put("status", status)
    assert overrides.response_status == kept


def test_a_second_override_of_one_target_in_one_template_is_refused():
    context = Context()
    header = read(context.view(), "requestOverride", "header")
    header.put("A", "1")
    header.put("a", "other header")
    with pytest.raises(
        MemberError, match=r"requestOverride.header.A is already overridden in this template"
    ):
        header.put("A", "2")
    read(context.view(), "requestOverride", "header").put("A", "by the response template")
