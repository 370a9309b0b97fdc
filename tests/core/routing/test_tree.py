"""Routing inside a stage, against recordings and an oracle (spec: request-lifecycle 3)."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octetgate.core.routing.paths import BadTemplate, Kind, parse
from octetgate.core.routing.tree import ANY, ANY_METHODS, Match, Tree


def tree(*routes: str) -> Tree[str]:
    """Build from ``METHOD /path`` lines; each route leads to its own line."""
    resources: dict[str, dict[str, str]] = {}
    for route in routes:
        method, path = route.split(" ")
        resources.setdefault(path, {})[method] = route
    return Tree.build(resources.items())


def led_to(found: Match[str] | None) -> str | None:
    return None if found is None else found.value


@pytest.mark.parametrize(
    "routes, method, path, leads_to",
    [
        pytest.param(("GET /a", "GET /{id}"), "GET", "/a", "GET /a", id="literal-over-parameter"),
        pytest.param(("GET /{id}", "GET /{p+}"), "GET", "/a", "GET /{id}", id="parameter-over-greedy"),
        pytest.param(("GET /{id}", "GET /{p+}"), "GET", "/a/b", "GET /{p+}", id="greedy-takes-several"),
        pytest.param(("POST /test", "OPTIONS /{proxy+}"), "OPTIONS", "/test", "OPTIONS /{proxy+}", id="recorded-method-decides"),
        pytest.param(("POST /test", "OPTIONS /{proxy+}"), "POST", "/test", "POST /test", id="recorded-literal-has-it"),
        pytest.param(("GET /part1/hardcoded-value", "GET /{param+}"), "GET", "/part1/random-value", "GET /{param+}", id="recorded-backtracking"),
        pytest.param(("GET /a/{x}/c", "GET /{y}/b/d"), "GET", "/a/b/d", "GET /{y}/b/d", id="backtracking-over-two-levels"),
        pytest.param(("GET /a/{p+}", "GET /{x}/b"), "GET", "/a/b", "GET /a/{p+}", id="first-segment-decides"),
        pytest.param(("ANY /a", "GET /a"), "GET", "/a", "GET /a", id="method-over-any"),
        pytest.param(("ANY /a", "GET /a"), "PUT", "/a", "ANY /a", id="any-for-the-others"),
        pytest.param(("ANY /a", "GET /{id}"), "GET", "/a", "ANY /a", id="any-on-the-better-resource"),
        pytest.param(("ANY /a",), "PROPFIND", "/a", None, id="any-is-seven-methods"),
        pytest.param(("GET /a",), "HEAD", "/a", None, id="head-is-not-implied"),
        pytest.param(("GET /a",), "get", "/a", None, id="methods-are-case-sensitive"),
        pytest.param(("GET /a",), "GET", "/A", None, id="paths-are-case-sensitive"),
        pytest.param(("GET /{proxy+}",), "GET", "/", None, id="greedy-needs-a-segment"),
        pytest.param(("GET /a/{proxy+}",), "GET", "/a", None, id="greedy-is-not-its-parent"),
        pytest.param(("GET /a/{proxy+}",), "GET", "/a//", None, id="slashes-are-no-segment"),
        pytest.param(("GET /",), "GET", "/", "GET /", id="root"),
        pytest.param(("GET /",), "GET", "", "GET /", id="root-without-slash"),
        pytest.param(("GET /",), "GET", "///", "GET /", id="root-with-slashes"),
        pytest.param(("GET /a",), "GET", "/a//", "GET /a", id="trailing-slashes"),
        pytest.param(("GET /a",), "GET", "//a", "GET /a", id="leading-slashes"),
        pytest.param(("GET /a/b",), "GET", "/a//b", None, id="inner-slashes-count"),
        pytest.param(("GET /a/{x}/b",), "GET", "/a//b", None, id="a-parameter-is-not-empty"),
        pytest.param(("GET /a%2Fb",), "GET", "/a/b", None, id="nothing-is-decoded"),
        pytest.param(("GET /a",), "GET", "/b", None, id="no-such-path"),
        pytest.param((), "GET", "/", None, id="no-resources"),
    ],
)  # fmt: skip
def test_a_request_leads_to(routes, method, path, leads_to):
    assert led_to(tree(*routes).find(method, path)) == leads_to


@pytest.mark.parametrize(
    "template, path, parameters",
    [
        ("/{proxy+}", "/proxy-value", {"proxy": "proxy-value"}),
        ("/{proxy+}", "/proxy-value/", {"proxy": "proxy-value"}),
        ("/{proxy+}", "/proxy-value//double-slash", {"proxy": "proxy-value//double-slash"}),
        (
            "/{proxy+}",
            "/test%2Balias@x/plus/test+alias@x",
            {"proxy": "test%2Balias@x/plus/test+alias@x"},
        ),
        ("/albums/{proxy+}", "/albums/2024//cover%20art/", {"proxy": "2024//cover%20art"}),
        ("/a/{proxy+}", "/a//b", {"proxy": "/b"}),
        ("/{a}/{b}/{c+}", "/1/2/3/4", {"a": "1", "b": "2", "c": "3/4"}),
        ("/{a}/x", "/%7Ba%7D/x/", {"a": "%7Ba%7D"}),
        ("/hardcoded", "/hardcoded", {}),
    ],
)
def test_parameters_are_handed_over_undecoded(template, path, parameters):
    found = Tree.build([(template, {"GET": 1})]).find("GET", path)
    assert found == Match(1, template, parameters)


def test_parameters_of_an_abandoned_branch_do_not_stay():
    found = tree("GET /{a}/x", "GET /{b+}").find("GET", "/1/y")
    assert found == Match("GET /{b+}", "/{b+}", {"b": "1/y"})


@pytest.mark.parametrize("method", ANY_METHODS)
def test_any_stands_for_the_methods_that_aws_names(method):
    assert led_to(tree("ANY /a").find(method, "/a")) == "ANY /a"


def test_the_order_of_creation_plays_no_role():
    routes = ("GET /a", "GET /{id}", "ANY /{p+}", "POST /a")
    answers = {
        tuple(
            led_to(tree(*order).find(method, path))
            for method in ("GET", "POST", "PUT")
            for path in ("/a", "/b", "/a/b")
        )
        for order in permutations(routes)
    }
    assert len(answers) == 1


def test_a_resource_without_methods_does_not_match():
    made = Tree.build([("/a", {}), ("/{id}", {"GET": "parameter"})])
    found = made.find("GET", "/a")
    assert found is not None
    assert found.value == "parameter"


@pytest.mark.parametrize(
    "one, other", [("/a", "/a"), ("/{x}/b", "/{y}/b"), ("/a/{x+}", "/a/{y+}"), ("/", "/")]
)
def test_two_templates_of_one_shape_are_refused(one, other):
    with pytest.raises(BadTemplate, match="expected no other path of this shape"):
        Tree.build([(one, {"GET": 1}), (other, {"POST": 2})])


# --- against an oracle that tries every resource in order

parts = st.sampled_from(["a", "b", "{x}"])
shapes = st.tuples(st.lists(parts, max_size=3), st.booleans())
verbs = st.sets(st.sampled_from(["GET", "POST", ANY]))


def template_of(shape: tuple[list[str], bool]) -> str:
    pieces, greedy = shape
    named = [f"{{x{at}}}" if piece == "{x}" else piece for at, piece in enumerate(pieces)]
    return "/" + "/".join([*named, "{rest+}"] if greedy else named)


def specificity(template: str) -> list[tuple[int, str]]:
    """Sort templates by how they are tried."""
    parts = parse(template)
    return [(part.kind, part.text if part.kind is Kind.STATIC else "") for part in parts]


def fits(template: str, segments: list[str]) -> bool:
    wanted = parse(template)
    for at, part in enumerate(wanted):
        if part.kind is Kind.GREEDY:
            return any(segments[at:])
        if at >= len(segments) or not segments[at]:
            return False
        if part.kind is Kind.STATIC and part.text != segments[at]:
            return False
    return len(wanted) == len(segments)


def tried_one_by_one(resources: dict[str, set[str]], method: str, path: str) -> str | None:
    segments = path.strip("/").split("/") if path.strip("/") else []
    for template in sorted(resources, key=specificity):
        for verb in (method, ANY):
            if verb in resources[template] and fits(template, segments):
                return f"{verb} {template}"
    return None


@settings(max_examples=300)
@given(
    st.dictionaries(shapes.map(template_of), verbs, max_size=8),
    st.sampled_from(["GET", "POST", "PUT"]),
    st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=5).map(lambda parts: "/" + "/".join(parts)),
)  # fmt: skip
def test_the_tree_finds_what_trying_one_by_one_finds(resources, method, path):
    routes = [f"{verb} {template}" for template, found in resources.items() for verb in found]
    assert led_to(tree(*routes).find(method, path)) == tried_one_by_one(resources, method, path)
