import pytest

from octetgate.core.mapping.identity import (
    BadIdentitySource,
    parse_identity_sources,
    read_identity,
)


class Caller:
    """A call that says the same everywhere."""

    def header(self, name):
        return {"auth": "h"}.get(name.lower())

    def query(self, name):
        return {"q": "v"}.get(name)

    def stage_variable(self, name):
        return {"s": "w"}.get(name)

    def context(self, name):
        return {"identity.sourceIp": "i"}.get(name)


@pytest.mark.parametrize(
    "text, values",
    [
        ("method.request.header.Auth", ["h"]),
        (
            "method.request.querystring.q, stageVariables.s,context.identity.sourceIp",
            ["v", "w", "i"],
        ),
    ],
)
def test_every_source_is_read_in_order(text, values):
    found = read_identity(parse_identity_sources(text, many=True), Caller())
    assert list(found.values()) == values


def test_a_call_that_leaves_one_source_out_has_no_identity():
    sources = parse_identity_sources("stageVariables.s,method.request.header.X", many=True)
    assert read_identity(sources, Caller()) is None


@pytest.mark.parametrize(
    "text, many",
    [
        ("", True),
        ("Authorization", True),
        ("method.request.path.id", True),
        ("method.request.body", True),
        ("stageVariables.a,", True),
        ("method.request.header.A,method.request.header.B", False),
        ("method.request.querystring.q", False),
        ("context.identity.sourceIp", False),
    ],
)
def test_what_no_identity_is_read_from_is_refused(text, many):
    with pytest.raises(BadIdentitySource):
        parse_identity_sources(text, many=many)
