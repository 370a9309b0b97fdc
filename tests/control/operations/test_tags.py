import pytest
from tests.control.refusals import absent, bad, refused


@pytest.mark.parametrize(
    "kind, member",
    [
        ("/restapis/{api}", "api"),
        ("/restapis/{api}/stages/s", "stage"),
        ("/domainnames/tagged.example", "domain"),
    ],
)
def test_tags_are_added_and_removed(gw, mocked, kind, member):
    api = mocked["restApiId"]
    gw.create_deployment(restApiId=api, stageName="s")
    if member == "domain":
        gw.create_domain_name(domainName="tagged.example")
    arn = f"arn:aws:apigateway:eu-west-1::{kind.format(api=api)}"
    tagged = gw.tag_resource(resourceArn=arn, tags={"a": "1", "b/c": "2"})
    assert tagged["ResponseMetadata"]["HTTPStatusCode"] == 204
    gw.tag_resource(resourceArn=arn, tags={"a": "3"})
    assert gw.get_tags(resourceArn=arn)["tags"] == {"a": "3", "b/c": "2"}
    gw.untag_resource(resourceArn=arn, tagKeys=["a", "x"])
    assert gw.get_tags(resourceArn=arn)["tags"] == {"b/c": "2"}


def test_tags_of_an_api_are_its_own(gw, api):
    gw.tag_resource(resourceArn=f"arn:aws:apigateway:eu::/restapis/{api.id}", tags={"a": "1"})
    assert gw.get_rest_api(restApiId=api.id)["tags"] == {"a": "1"}


def test_what_has_no_tags_is_refused(gw):
    found = refused(gw.get_tags, resourceArn="arn:aws:s3:::bucket")
    assert found == bad(
        "resourceArn: expected the ARN of an API, a stage, a domain name, an access association, "
        "an API key, a usage plan, a VPC link or a client certificate; "
        "found 'arn:aws:s3:::bucket'"
    )
    found = refused(gw.get_tags, resourceArn="arn:aws:apigateway:eu::/restapis/nope")
    assert found == absent("Invalid resource identifier specified")


@pytest.mark.parametrize(
    "make, path",
    [
        (lambda gw: gw.create_api_key(tags={"made": "so"})["id"], "apikeys"),
        (lambda gw: gw.create_usage_plan(name="p", tags={"made": "so"})["id"], "usageplans"),
        (
            lambda gw: gw.generate_client_certificate(tags={"made": "so"})["clientCertificateId"],
            "clientcertificates",
        ),
    ],
    ids=["key", "plan", "certificate"],
)
def test_what_was_made_with_tags_can_have_others(gw, make, path):
    arn = f"arn:aws:apigateway:eu-west-1::/{path}/{make(gw)}"
    assert gw.get_tags(resourceArn=arn)["tags"] == {"made": "so"}
    gw.tag_resource(resourceArn=arn, tags={"a": "1"})
    gw.untag_resource(resourceArn=arn, tagKeys=["made"])
    assert gw.get_tags(resourceArn=arn)["tags"] == {"a": "1"}


LETTERS = "letters, digits, spaces and _ . : / = + - @"


@pytest.mark.parametrize(
    "tags, message",
    [
        ({"": "v"}, f"tags: expected a key of 1 to 128 {LETTERS}; found ''"),
        ({"k" * 129: "v"}, f"tags: expected a key of 1 to 128 {LETTERS}; found '{'k' * 129}'"),
        ({"k?": "v"}, f"tags: expected a key of 1 to 128 {LETTERS}; found 'k?'"),
        ({"k": "v" * 257}, f"tags.k: expected at most 256 {LETTERS}; found '{'v' * 257}'"),
        ({"k": "a,b"}, f"tags.k: expected at most 256 {LETTERS}; found 'a,b'"),
        ({f"k{number}": "v" for number in range(51)}, "tags: expected at most 50; found 51"),
    ],
    ids=["no-key", "long-key", "key", "long-value", "value", "too-many"],
)
def test_tags_are_as_aws_documents_them(gw, tags, message):
    assert refused(gw.create_rest_api, name="x", tags=tags) == bad(message)
    api = gw.create_rest_api(name="x", tags={"old": "1"})["id"]
    arn = f"arn:aws:apigateway:eu-west-1::/restapis/{api}"
    # With those that are there already.
    added = dict(list(tags.items())[:50])
    expected = message if added == tags else "tags: expected at most 50; found 51"
    assert refused(gw.tag_resource, resourceArn=arn, tags=added) == bad(expected)
    assert gw.get_tags(resourceArn=arn)["tags"] == {"old": "1"}


def test_tags_that_aws_makes_do_not_count(gw):
    tags = {**{f"aws:{number}": "v" for number in range(3)}, "ä 1_.:/=+-@": "", "k": "é" * 256}
    tags |= {f"k{number}": "v" for number in range(48)}
    assert gw.create_usage_plan(name="p", tags=tags)["tags"] == tags
