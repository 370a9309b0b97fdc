import json

import pytest

from octetgate.core.policy.document import BadPolicy
from octetgate.core.policy.evaluate import Verdict
from octetgate.core.policy.resource_policy import expanded, read, shortened

ARN = "arn:aws:execute-api:eu-west-1:000000000000:abc"
CALL = f"{ARN}/live/GET/pets"
ADA = "arn:aws:iam::000000000000:user/ada"


def policy(*statements):
    defaults = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke"}
    made = [{**defaults, "Resource": f"{ARN}/*", **each} for each in statements]
    made = [{k: v for k, v in each.items() if v is not None} for each in made]
    return json.dumps({"Version": "2012-10-17", "Statement": made})


def verdict(*statements, caller=(), resource=CALL, **facts):
    named = {f"aws:{name}": value for name, value in facts.items()}
    return read(policy(*statements)).verdict(resource, named, caller)


@pytest.mark.parametrize(
    "principal, caller, said",
    [
        ("*", (), Verdict.ALLOW),
        ({"AWS": "*"}, (), Verdict.ALLOW),
        ({"AWS": ADA}, (), Verdict.SILENT),
        ({"AWS": ADA}, (ADA,), Verdict.ALLOW),
        ({"AWS": ["000000000000"]}, (ADA, "000000000000"), Verdict.ALLOW),
        ({"AWS": ADA}, ("arn:aws:iam::000000000000:user/eve",), Verdict.SILENT),
        ({"Service": "lambda.amazonaws.com"}, (ADA,), Verdict.SILENT),
    ],
)
def test_a_statement_is_about_its_principals(principal, caller, said):
    assert verdict({"Principal": principal}, caller=caller) is said


def test_a_statement_can_be_about_all_but_its_principals():
    denial = {"Effect": "Deny", "Principal": None, "NotPrincipal": {"AWS": ADA}}
    assert verdict({}, denial, caller=(ADA,)) is Verdict.ALLOW
    assert verdict({}, denial) is Verdict.DENY


def test_a_denial_counts_more_than_an_allowance():
    narrow = {"Effect": "Deny", "Condition": {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}
    assert verdict({}, narrow, sourceip="10.1.2.3") is Verdict.ALLOW
    assert verdict({}, narrow, sourceip="192.0.2.1") is Verdict.DENY


def test_what_no_statement_speaks_of_is_neither_allowed_nor_denied():
    assert verdict({"Resource": f"{ARN}/live/POST/*"}) is Verdict.SILENT
    assert verdict({"Action": "execute-api:InvalidateCache"}) is Verdict.SILENT


@pytest.mark.parametrize(
    "short, long",
    [
        ("execute-api:/*", f"{ARN}/*"),
        (["execute-api:/live/GET/a", "x"], [f"{ARN}/live/GET/a", "x"]),
    ],
)
def test_resources_can_leave_the_api_s_arn_out(short, long):
    text = policy({"Resource": short})
    whole = expanded(text, ARN)
    assert json.loads(whole)["Statement"][0]["Resource"] == long
    assert json.loads(shortened(whole, ARN)) == json.loads(text)


def test_a_policy_without_shorthand_stays_as_it_was_written():
    text = policy({}).replace(",", " ,\n")
    assert expanded(text, ARN) == text


@pytest.mark.parametrize(
    "text, words",
    [
        ("x", "expected a JSON object"),
        ("[]", "expected a JSON object"),
        ("[" * 8000, "expected a JSON object"),
        ("{}", "Statement 1: expected an object"),
        (policy({"Principal": None}), "Statement 1: expected a Principal"),
        (policy({"Principal": {}}), "Statement 1: expected a Principal"),
        (policy({"Principal": {"AWS": 1}}), "Principal AWS: expected a text"),
        (policy({"Effect": "Maybe"}), "Effect: expected Allow or Deny"),
        (policy({"Resource": ["a" * 9000]}), "at most 8192 characters"),
    ],
)
def test_what_is_no_policy_is_refused_with_its_place(text, words):
    with pytest.raises(BadPolicy, match=words):
        read(text)
