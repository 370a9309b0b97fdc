"""Policy variables, as "IAM policy elements: Variables and tags" has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octetgate.core.policy.document import parse_policy
from octetgate.core.policy.evaluate import Verdict, verdict
from octetgate.core.policy.variables import covers

ACTION = "execute-api:Invoke"
METHOD = "arn:aws:execute-api:eu-west-1:1:a1/s/GET/users"
FACTS = {"aws:username": "ada", "aws:sourceip": "203.0.113.9", "aws:useragent": "*"}


def allows(path="ada", version="2012-10-17", facts=FACTS, **members):
    statement = {"Effect": "Allow", "Action": ACTION, "Resource": "*", **members}
    if "NotResource" in members:
        del statement["Resource"]
    policy = parse_policy({"Version": version, "Statement": statement})
    return verdict(policy, ACTION, f"{METHOD}/{path}", facts) is Verdict.ALLOW


@pytest.mark.parametrize(
    "resource, path, allowed",
    [
        pytest.param("${aws:username}", "ada", True, id="filled-in"),
        pytest.param("${aws:username}", "eve", False, id="somebody-else"),
        pytest.param("${AWS:UserName}", "ada", True, id="names-have-no-case"),
        pytest.param("${aws:username}/*", "ada/pets/7", True, id="wildcard-behind"),
        pytest.param("?*-${aws:username}-${aws:sourceip}", "x-ada-203.0.113.9", True, id="several"),
        pytest.param("${aws:PrincipalTag/team}", "${aws:PrincipalTag/team}", False, id="unknown"),
        pytest.param("*${aws:PrincipalTag/team}", "ada", False, id="unknown-is-not-empty"),
        pytest.param("${aws:PrincipalTag/team, 'red'}", "red", True, id="default"),
        pytest.param("${aws:PrincipalTag/team, ''}ada", "ada", True, id="empty-default"),
        pytest.param("${aws:username, 'eve'}", "ada", True, id="default-not-needed"),
        pytest.param("${aws:PrincipalTag/team, '*'}", "red", False, id="default-is-text"),
        pytest.param("${aws:UserAgent}", "anything", False, id="value-is-text"),
        pytest.param("${aws:UserAgent}", "*", True, id="value-covers-itself"),
        pytest.param("${*}", "*", True, id="asterisk"),
        pytest.param("${*}", "ada", False, id="asterisk-is-text"),
        pytest.param("ad${?}", "ada", False, id="question-mark-is-text"),
        pytest.param("ad${?}", "ad?", True, id="question-mark"),
        pytest.param("${$}{aws:username}", "${aws:username}", True, id="dollar"),
        pytest.param("${aws:username", "${aws:username", True, id="never-closed"),
        pytest.param("${}", "${}", True, id="without-a-name"),
        pytest.param("$aws:username", "$aws:username", True, id="without-braces"),
    ],
)
def test_a_resource_s_variables(resource, path, allowed):
    assert allows(path, Resource=f"{METHOD}/{resource}") is allowed


@pytest.mark.parametrize("version", ["2008-10-17", None])
def test_an_older_version_has_none(version):
    resource = f"{METHOD}/${{aws:username}}"
    assert not allows("ada", version, Resource=resource)
    assert allows("${aws:username}", version, Resource=resource)
    as_text = {"StringEquals": {"aws:username": "${aws:username}"}}
    assert not allows(version=version, Condition=as_text)


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:execute-api:${aws:region}:1:a1/*",
        "arn:aws:${aws:service}:eu-west-1:1:a1/*",
        "${aws:everything}",
    ],
)
def test_the_first_parts_of_an_arn_have_none(resource):
    facts = {"aws:region": "eu-west-1", "aws:service": "execute-api"}
    facts["aws:everything"] = f"{METHOD}/ada"
    assert not allows(facts=facts, Resource=resource)


def test_all_resources_but_an_unknown_one_are_all():
    assert allows(NotResource=f"{METHOD}/${{aws:PrincipalTag/team}}")
    assert not allows(NotResource=f"{METHOD}/${{aws:username}}")


@pytest.mark.parametrize(
    "condition, holds",
    [
        ({"StringEquals": {"aws:username": "${aws:username}"}}, True),
        ({"StringEquals": {"aws:username": "${aws:PrincipalTag/name, 'ada'}"}}, True),
        ({"StringEquals": {"aws:username": ["${aws:PrincipalTag/name}", "ada"]}}, True),
        ({"StringEquals": {"aws:username": "${aws:PrincipalTag/name}"}}, False),
        ({"StringEquals": {"aws:useragent": "${*}"}}, True),
        ({"StringEquals": {"aws:useragent": "${?}"}}, False),
        ({"StringEqualsIgnoreCase": {"aws:username": "${aws:PrincipalTag/name, 'ADA'}"}}, True),
        ({"StringEqualsIgnoreCase": {"aws:username": "${aws:PrincipalTag/name}"}}, False),
        ({"StringLike": {"aws:sourceip": "203.*.${aws:PrincipalTag/host, '9'}"}}, True),
        ({"StringLike": {"aws:username": "${aws:useragent}"}}, False),
        # What is unknown is nothing that anything else could be like (documented).
        ({"StringNotEquals": {"aws:username": "${aws:PrincipalTag/name}"}}, True),
        ({"StringNotLike": {"aws:username": "${aws:PrincipalTag/name}*"}}, True),
        ({"StringNotEquals": {"aws:username": "${aws:username}"}}, False),
        ({"StringEqualsIfExists": {"aws:referer": "${aws:PrincipalTag/name}"}}, True),
        ({"ArnLike": {"aws:sourcearn": "arn:aws:iam::1:user/${aws:username}"}}, True),
        ({"ArnEquals": {"aws:sourcearn": "arn:aws:${aws:service, 'iam'}::1:*"}}, True),
        ({"ArnLike": {"aws:sourcearn": "arn:aws:${aws:parts}:user/ada"}}, False),
        ({"ArnNotLike": {"aws:sourcearn": "arn:aws:iam::1:user/${aws:PrincipalTag/n}"}}, True),
        # Other operators have no variables (documented).
        ({"IpAddress": {"aws:sourceip": "${aws:sourceip}"}}, False),
        ({"NumericEquals": {"aws:epochtime": "${aws:epochtime}"}}, False),
        ({"Bool": {"aws:securetransport": "${aws:securetransport}"}}, False),
    ],
    ids=str,
)
def test_a_condition_s_variables(condition, holds):
    facts = {
        **FACTS,
        "aws:sourcearn": "arn:aws:iam::1:user/ada",
        "aws:parts": "iam::1",
        "aws:epochtime": "7",
        "aws:securetransport": "true",
    }
    assert allows(facts=facts, Condition=condition) is holds


def test_much_that_a_client_sends_is_no_matter():
    pattern = "*${aws:useragent}" * 400 + "x"
    assert not covers("a" * 4000, pattern, {"aws:useragent": "a" * 10_000})


@given(st.text("ab*?${}", max_size=6), st.text("ab*?${}", max_size=6))
def test_what_is_filled_in_covers_itself_and_nothing_else(value, other):
    facts = {"aws:username": value}
    assert covers(f"x/{other}/y", "x/${aws:username}/y", facts) is (value == other)
