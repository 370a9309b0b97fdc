import pytest

from octetgate.core.policy.document import BadPolicy, parse_policy
from octetgate.core.policy.evaluate import Verdict, verdict
from octetgate.core.policy.wildcards import matches

ARN = "arn:aws:execute-api:eu-west-1:1:a1/s/GET/pets/7"
ACTION = "execute-api:Invoke"


def statement(effect="Allow", **members):
    return {"Effect": effect, "Action": ACTION, "Resource": "*", **members}


def said(*statements, **facts):
    policy = parse_policy({"Version": "2012-10-17", "Statement": list(statements)})
    named = {f"aws:{name}": value for name, value in facts.items()}
    return verdict(policy, ACTION, ARN, named)


@pytest.mark.parametrize(
    "text, pattern",
    [
        ("", ""),
        ("", "*"),
        ("a/b", "*"),
        ("abc", "a?c"),
        ("abc", "a*"),
        ("abc", "*c"),
        ("aab", "*ab"),
        ("a*c", "a*c"),
    ],
)
def test_a_wildcard_covers(text, pattern):
    assert matches(text, pattern)


@pytest.mark.parametrize(
    "text, pattern", [("a", ""), ("", "?"), ("abc", "a?"), ("abc", "b*"), ("A", "a"), ("ab", "a*c")]
)
def test_a_wildcard_does_not_cover(text, pattern):
    assert not matches(text, pattern)


def test_a_hostile_pattern_is_quick():
    assert not matches("a" * 5000, "*a" * 200 + "b")


@pytest.mark.parametrize(
    "statements, expected",
    [
        ([statement()], Verdict.ALLOW),
        ([], Verdict.SILENT),
        ([statement("Deny")], Verdict.DENY),
        ([statement(), statement("Deny")], Verdict.DENY),
        ([statement("Deny", Resource="arn:other"), statement()], Verdict.ALLOW),
        ([statement(Action="EXECUTE-API:invoke")], Verdict.ALLOW),
        ([statement(Action=["s3:*", "execute-api:*"])], Verdict.ALLOW),
        ([statement(Action="execute-api:ManageConnections")], Verdict.SILENT),
        ([statement(Resource=["x", "arn:aws:execute-api:*:*:a1/s/*/pets/?"])], Verdict.ALLOW),
        ([statement(Resource=ARN.upper())], Verdict.SILENT),
        (
            [{"Effect": "Allow", "NotAction": "s3:*", "NotResource": "arn:aws:s3:*"}],
            Verdict.ALLOW,
        ),
        ([{"Effect": "Allow", "NotAction": "*", "Resource": "*"}], Verdict.SILENT),
    ],
)
def test_a_policy_says(statements, expected):
    assert said(*statements) is expected


@pytest.mark.parametrize(
    "condition, holds",
    [
        ({"StringEquals": {"aws:UserAgent": "curl"}}, True),
        ({"StringEquals": {"aws:UserAgent": ["wget", "curl"]}}, True),
        ({"StringEquals": {"aws:UserAgent": "Curl"}}, False),
        ({"StringEqualsIgnoreCase": {"aws:useragent": "CURL"}}, True),
        ({"StringNotEquals": {"aws:UserAgent": "wget"}}, True),
        ({"StringNotEquals": {"aws:UserAgent": ["wget", "curl"]}}, False),
        ({"StringLike": {"aws:UserAgent": "c*"}}, True),
        ({"StringNotLike": {"aws:UserAgent": "c*"}}, False),
        ({"StringEquals": {"aws:Referer": "x"}}, False),
        ({"StringEqualsIfExists": {"aws:Referer": "x"}}, True),
        ({"StringNotEquals": {"aws:Referer": "x"}}, True),
        ({"Null": {"aws:Referer": "true"}}, True),
        ({"Null": {"aws:Referer": False}}, False),
        ({"Null": {"aws:UserAgent": "false"}}, True),
        ({"Bool": {"aws:SecureTransport": True}}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, False),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, True),
        ({"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "203.0.113.9"]}}, True),
        ({"IpAddress": {"aws:SourceIp": "2001:db8::/32"}}, False),
        ({"IpAddress": {"aws:SourceIp": "nonsense"}}, False),
        ({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, True),
        ({"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}, True),
        ({"DateLessThan": {"aws:CurrentTime": "2026-01-01"}}, False),
        ({"DateLessThanEquals": {"aws:CurrentTime": "never"}}, False),
        ({"NumericLessThan": {"aws:EpochTime": 2e9}}, True),
        ({"NumericGreaterThanEquals": {"aws:EpochTime": "x"}}, False),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:*:::b/*"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:*"}}, False),
        ({"ArnNotEquals": {"aws:SourceArn": "arn:aws:s3:::b/c"}}, False),
        ({"StringEquals": {"aws:UserAgent": "curl", "aws:SourceIp": "x"}}, False),
        # Here is no VPC: nobody comes from one, and that is what the condition is told.
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, False),
        ({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}, True),
        ({"StringNotEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}, True),
        ({"NotIpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}}, True),
        ({"ForAnyValue:StringEquals": {"aws:UserAgent": ["wget", "curl"]}}, True),
        ({"ForAnyValue:StringLike": {"aws:VpceOrgPaths": ["o-1/*"]}}, False),
        ({"ForAnyValue:StringNotLike": {"aws:VpceOrgPaths": ["o-1/*"]}}, False),
        ({"forAnyValue:StringLikeIfExists": {"aws:VpceOrgPaths": ["o-1/*"]}}, True),
        ({"ForAllValues:StringEquals": {"aws:UserAgent": ["wget"]}}, False),
        ({"ForAllValues:StringEquals": {"aws:VpceOrgPaths": ["o-1/*"]}}, True),
        ({"ForAllValues:StringNotEquals": {"aws:UserAgent": ["curl"]}}, False),
    ],
    ids=str,
)
def test_a_condition_holds_or_does_not(condition, holds):
    found = said(
        statement(Condition=condition),
        useragent="curl",
        sourceip="203.0.113.9",
        securetransport="true",
        currenttime="2026-11-29T12:00:00Z",
        epochtime="1796000000",
        sourcearn="arn:aws:s3:::b/c",
    )
    assert (found is Verdict.ALLOW) is holds


@pytest.mark.parametrize(
    "document, message",
    [
        (
            {"Statement": statement(Condition={"ForSomeValues:StringLike": {"aws:Referer": "x"}})},
            "Statement 1: Condition: expected an operator of IAM; found 'ForSomeValues:StringLike'",
        ),
        (
            {"Statement": statement(Condition={"ForAnyValue:Null": {"aws:Referer": "true"}})},
            "Statement 1: Condition: expected an operator of IAM; found 'ForAnyValue:Null'",
        ),
        (None, "policy: expected an object; found None"),
        ({}, "Statement 1: expected an object; found None"),
        ({"Statement": [statement(), 7]}, "Statement 2: expected an object; found 7"),
        (
            {"Statement": statement("allow")},
            "Statement 1: Effect: expected Allow or Deny; found 'allow'",
        ),
        (
            {"Statement": statement(Action=[])},
            "Statement 1: Action: expected a text or a list of texts; found []",
        ),
        (
            {"Statement": {"Effect": "Allow", "Action": "*"}},
            "Statement 1: Resource: expected a text or a list of texts; found None",
        ),
        (
            {"Statement": statement(Condition={"StringMaybe": {"k": "v"}})},
            "Statement 1: Condition: expected an operator of IAM; found 'StringMaybe'",
        ),
        (
            {"Statement": statement(Condition={"Bool": 1})},
            "Statement 1: Condition Bool: expected an object; found 1",
        ),
        (
            {"Statement": statement(Condition=[])},
            "Statement 1: Condition: expected an object; found []",
        ),
        (
            {"Statement": statement(Resource="x" * 600)},
            "Statement 1: Resource: expected at most 512 characters; found 'xxx",
        ),
    ],
)
def test_what_is_no_policy_is_refused(document, message):
    with pytest.raises(BadPolicy) as refused:
        parse_policy(document, longest_resource=512)
    assert str(refused.value).startswith(message)
