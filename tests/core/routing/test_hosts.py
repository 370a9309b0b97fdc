"""From host and path to API and stage (design: interfaces; spec: lifecycle 2 and 3, lambda 1.4)."""

import pytest

from octetgate.core.model.domain import BasePathMapping
from octetgate.core.routing.hosts import (
    ByDomain,
    Located,
    addressed,
    choose_mapping,
    function_url,
    host_name,
    host_port,
    locate,
    through_mapping,
)
from octetgate.core.routing.tree import Tree

HOST = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"
TREE = Tree.build([("/{proxy+}", {"ANY": 1}), ("/hardcoded", {"ANY": 2})])


@pytest.mark.parametrize(
    "requested, path, proxy, context_path",
    [
        ("/stage/proxy-value", "/proxy-value", "proxy-value", "/stage/proxy-value"),
        ("/stage/proxy-value/", "/proxy-value/", "proxy-value", "/stage/proxy-value/"),
        ("/stage/proxy-value//double-slash", "/proxy-value//double-slash", "proxy-value//double-slash", "/stage/proxy-value//double-slash"),
        ("//stage/proxy-value", "/proxy-value", "proxy-value", "/stage/proxy-value"),
        ("/stage//proxy-value", "/proxy-value", "proxy-value", "/stage//proxy-value"),
        ("/stage//hardcoded", "/hardcoded", None, "/stage//hardcoded"),
        ("/stage/test%2Balias@gmail.com/plus/test+alias@gmail.com", "/test%2Balias@gmail.com/plus/test+alias@gmail.com", "test%2Balias@gmail.com/plus/test+alias@gmail.com", "/stage/test%2Balias@gmail.com/plus/test+alias@gmail.com"),
    ],
)  # fmt: skip
def test_a_recorded_url_is_taken_apart_as_recorded(requested, path, proxy, context_path):
    found = locate(HOST, requested)
    assert isinstance(found, Located)
    assert (found.api_id, found.stage) == ("a1b2c3d4e5", "stage")
    assert (found.path, found.context_path, found.base_path) == (path, context_path, "")
    match = TREE.find("GET", found.route)
    assert match is not None
    assert match.path_parameters.get("proxy") == proxy


@pytest.mark.parametrize(
    "host, api_id",
    [
        pytest.param("a1.execute-api.us-east-1.amazonaws.com", "a1", id="default"),
        pytest.param("a1.execute-api.localhost:8080", "a1", id="any-suffix-and-port"),
        pytest.param("A1.Execute-API.Example", "a1", id="host-names-have-no-case"),
        pytest.param("my-api.execute-api.localhost", "my-api", id="custom-id"),
        pytest.param("a1-vpce-0123abc.execute-api.us-east-1.amazonaws.com", "a1", id="vpc-endpoint"),
    ],
)  # fmt: skip
def test_the_default_host_names_the_api(host, api_id):
    assert locate(host, "/dev/x") == Located(api_id, "dev", "/x", "/x", "/dev/x")


@pytest.mark.parametrize(
    "host, name, port",
    [
        ("api.example.com", "api.example.com", ""),
        ("api.example.com:8080", "api.example.com", "8080"),
        ("api.example.com:", "api.example.com", ""),
        ("[::1]:8080", "[::1]", "8080"),
        ("[::1]", "[::1]", ""),
        ("api:name", "api:name", ""),
        ("", "", ""),
    ],
)
def test_a_host_header_is_a_name_and_perhaps_a_port(host, name, port):
    assert (host_name(host), host_port(host)) == (name, port)


ENDPOINT = "vpce-0a1-2b.execute-api.us-east-1.vpce.amazonaws.com"


@pytest.mark.parametrize(
    "host, named, api_id",
    [
        pytest.param(ENDPOINT, "a1", "a1", id="recorded"),
        pytest.param(f"{ENDPOINT.upper()}:8443", "a1", "a1", id="in-any-case-with-a-port"),
        pytest.param("b2.execute-api.localhost", "a1", "b2", id="other-hosts-say-it-themselves"),
        pytest.param(ENDPOINT, None, "vpce-0a1-2b", id="nobody-says-it"),
    ],
)
def test_a_header_names_the_api_at_a_vpc_endpoint_s_own_host(host, named, api_id):
    assert locate(addressed(host, named), "/dev/x").api_id == api_id


@pytest.mark.parametrize(
    "raw_path, stage, path, context_path",
    [
        ("/dev", "dev", "/", "/dev"),
        ("/dev/", "dev", "/", "/dev/"),
        ("/", "", "/", "/"),
        ("", "", "/", "/"),
        ("/dev//", "dev", "/", "/dev//"),
    ],
)
def test_a_stage_alone_means_the_root(raw_path, stage, path, context_path):
    assert locate(HOST, raw_path) == Located("a1b2c3d4e5", stage, path, path, context_path)


@pytest.mark.parametrize(
    "raw_path, found",
    [
        ("/restapis/a1/dev/_user_request_/x/y", Located("a1", "dev", "/x/y", "/x/y", "/dev/x/y")),
        ("/restapis/a1/dev/_user_request_//x", Located("a1", "dev", "/x", "/x", "/dev//x")),
        ("/restapis/a1/dev/_user_request_", Located("a1", "dev", "/", "/", "/dev")),
        ("/restapis/a1/dev/_user_request_/", Located("a1", "dev", "/", "/", "/dev/")),
        ("/_aws/execute-api/a1/dev/x%2Fy/", Located("a1", "dev", "/x%2Fy/", "/x%2Fy/", "/dev/x%2Fy/")),
        ("/_aws/execute-api/a1/dev", Located("a1", "dev", "/", "/", "/dev")),
        ("/restapis/a1/dev/x", ByDomain("localhost", "/restapis/a1/dev/x")),
        ("/restapis/a1/dev/_user_request_x", ByDomain("localhost", "/restapis/a1/dev/_user_request_x")),
        ("/_aws/execute-api/a1", ByDomain("localhost", "/_aws/execute-api/a1")),
    ],
)  # fmt: skip
def test_the_forms_of_local_tools_name_api_and_stage_in_the_path(raw_path, found):
    assert locate("localhost:8080", raw_path) == found


@pytest.mark.parametrize(
    "host, domain",
    [
        ("localhost:8080", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("Images.Example.COM.", "images.example.com"),
        ("[::1]:8080", "::1"),
        ("execute-api.example.com", "execute-api.example.com"),
        ("a1.execute-api", "a1.execute-api"),
        ("a.b.execute-api.example.com", "a.b.execute-api.example.com"),
        (None, ""),
        ("", ""),
    ],
)
def test_any_other_host_may_be_a_custom_domain(host, domain):
    assert locate(host, "/x//y") == ByDomain(domain, "/x//y")


# --- base path mappings


def mapping(base_path: str, stage: str | None = "prod") -> BasePathMapping:
    return BasePathMapping(base_path=base_path, rest_api_id=f"api-{base_path}", stage=stage)


MAPPINGS = [mapping("(none)"), mapping("a"), mapping("a/b"), mapping("images")]


@pytest.mark.parametrize(
    "raw_path, base_path, rest",
    [
        pytest.param("/a/b/c", "a/b", "/c", id="longest"),
        pytest.param("/a/bc", "a", "/bc", id="whole-segments"),
        pytest.param("/a", "a", "", id="nothing-left"),
        pytest.param("/a/", "a", "/", id="a-slash-left"),
        pytest.param("/a//b", "a", "//b", id="inner-slashes-count"),
        pytest.param("//a/x", "a", "/x", id="slashes-in-front-do-not"),
        pytest.param("/A/x", "(none)", "/A/x", id="case-sensitive"),
        pytest.param("/other", "(none)", "/other", id="fallback"),
        pytest.param("/", "(none)", "/", id="root"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_the_longest_base_path_is_chosen_in_whole_segments(turned, raw_path, base_path, rest):
    chosen = choose_mapping(reversed(MAPPINGS) if turned else MAPPINGS, raw_path)
    assert chosen is not None
    assert (chosen[0].base_path, chosen[1]) == (base_path, rest)


@pytest.mark.parametrize("raw_path", ["/other", "/ab", "/"])
def test_without_a_fallback_nothing_may_fit(raw_path):
    assert choose_mapping([mapping("a")], raw_path) is None


@pytest.mark.parametrize(
    "base_path, stage, raw_path, found",
    [
        pytest.param("images", "prod", "/images/x", Located("api-images", "prod", "/x", "/images/x", "/images/x", "images"), id="base-path-in-both-paths"),
        pytest.param("images", "prod", "/images", Located("api-images", "prod", "/", "/images", "/images", "images"), id="bare"),
        pytest.param("images", "prod", "/images/", Located("api-images", "prod", "/", "/images/", "/images/", "images"), id="bare-with-slash"),
        pytest.param("images", "prod", "/images//x", Located("api-images", "prod", "/x", "/images/x", "/images//x", "images"), id="doubled-slash"),
        pytest.param("(none)", "prod", "/x", Located("api-(none)", "prod", "/x", "/x", "/x", ""), id="no-base-path"),
        pytest.param("(none)", "prod", "/", Located("api-(none)", "prod", "/", "/", "/", ""), id="no-base-path-root"),
        pytest.param("images", None, "/images/dev/x", Located("api-images", "dev", "/x", "/images/x", "/images/dev/x", "images"), id="stage-from-the-path"),
        pytest.param("images", None, "/images/dev", Located("api-images", "dev", "/", "/images", "/images/dev", "images"), id="stage-alone"),
        pytest.param("images", None, "/images", Located("api-images", "", "/", "/images", "/images", "images"), id="stage-missing"),
        pytest.param("(none)", None, "/dev/x", Located("api-(none)", "dev", "/x", "/x", "/dev/x", ""), id="neither-base-nor-stage"),
    ],
)  # fmt: skip
def test_a_mapping_leads_to_api_stage_and_paths(base_path, stage, raw_path, found):
    chosen = choose_mapping([mapping(base_path, stage)], raw_path)
    assert chosen is not None
    assert through_mapping(chosen[0], raw_path, chosen[1]) == found


@pytest.mark.parametrize(
    "host, raw_path, found",
    [
        ("abc.lambda-url.eu-west-1.on.aws", "/a//b", ("abc", "/a//b")),
        ("ABC.Lambda-URL.eu-west-1.localhost:8080", "/", ("abc", "/")),
        ("localhost:8080", "/_aws/lambda-url/abc/a/%2F", ("abc", "/a/%2F")),
        ("localhost", "/_aws/lambda-url/abc", ("abc", "/")),
        ("a.b.lambda-url.eu-west-1.on.aws", "/", None),
        ("abc.execute-api.eu-west-1.amazonaws.com", "/", None),
        ("localhost", "/_aws/lambda-url/", None),
        (None, "/", None),
    ],
)
def test_a_function_url_is_named_by_its_host_or_by_the_path(host, raw_path, found):
    assert function_url(host, raw_path) == found
