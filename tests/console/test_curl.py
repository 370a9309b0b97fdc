"""The curl line for a method of a stage."""

import pytest

from octetgate.console.curl import lines

OPEN = {"authorizationType": "NONE", "apiKeyRequired": False}
URL = "http://here/restapis/a1/prod/_user_request_/"
AT = "http://here/restapis/a1/prod/_user_request_"


def line(verb, types, path="/images", **about):
    (only,) = lines(URL, {path: {verb: {**OPEN, **about}}}, types)
    return only.curl.replace(AT, "")


@pytest.mark.parametrize(
    "verb, types, said",
    [
        pytest.param("GET", [], "curl /images", id="text"),
        pytest.param("GET", ["image/png"], "curl /images -H 'Accept: image/png' -o answer.png", id="picture"),
        pytest.param("POST", [], "curl /images -H 'Content-Type: application/json' --data-binary '{}'", id="json"),
        pytest.param("PUT", ["*/*", "image/gif"], "curl -X PUT /images -H 'Content-Type: image/gif' --data-binary @file.gif -H 'Accept: image/gif' -o answer.gif", id="the-exact-type"),
        pytest.param("POST", ["*/*"], "curl /images -H 'Content-Type: application/octet-stream' --data-binary @file -H 'Accept: application/octet-stream' -o answer", id="everything"),
        pytest.param("ANY", ["image/*"], "curl /images -H 'Content-Type: image/png' --data-binary @file.png -H 'Accept: image/png' -o answer.png", id="any-with-pictures"),
        pytest.param("ANY", [], "curl /images", id="any-with-text"),
        pytest.param("HEAD", ["image/png"], "curl --head /images", id="head"),
        pytest.param("OPTIONS", ["*/*"], "curl -X OPTIONS /images", id="preflight"),
    ],
)  # fmt: skip
def test_the_line_says_what_keeps_the_payload_whole(verb, types, said):
    assert line(verb, types) == said


def test_the_line_has_what_lets_the_caller_in():
    assert "-H 'x-api-key: KEY'" in line("GET", [], apiKeyRequired=True)
    assert "-H 'Authorization: TOKEN'" in line("GET", [], authorizationType="CUSTOM")
    assert "--aws-sigv4" in line("GET", [], authorizationType="AWS_IAM")


def test_parameters_of_the_path_stand_for_themselves():
    assert line("GET", [], path="/pets/{id}/{proxy+}") == "curl /pets/id/proxy"


def test_the_first_line_is_what_somebody_tries_first():
    summary = {"/": {"OPTIONS": OPEN, "GET": OPEN}, "/images": {"POST": OPEN}}
    assert [each.verb for each in lines(URL, summary, [])] == ["GET", "POST", "OPTIONS"]
    assert [each.verb for each in lines(URL, summary, ["*/*"])] == ["POST", "GET", "OPTIONS"]
