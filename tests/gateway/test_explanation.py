"""The ten classic mistakes, and more: each is named before a call is made."""

import pytest
from tests.gateway.builders import FUNCTION_URI, aws, aws_proxy, http, http_proxy, mock, resource

from octetgate.core.model.api import RestApi
from octetgate.core.model.definition import ApiDefinition, Deployment, DeploymentRecord
from octetgate.core.model.integration import ContentHandling, IntegrationResponse
from octetgate.core.model.stage import Stage
from octetgate.core.ports.explanation import Question
from octetgate.gateway.explanation import explain

PNG = ("image/png",)
TO_BINARY, TO_TEXT = ContentHandling.CONVERT_TO_BINARY, ContentHandling.CONVERT_TO_TEXT
READS = {"application/json": '{"body": "$input.body"}'}
BASE64 = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB"


def definition(integration, binary=PNG, *, path="/x", **api):
    made = resource(path, integration)
    rest = RestApi(
        id="abcdefghij",
        name="x",
        created_date=0,
        root_resource_id="r",
        binary_media_types=binary,
        **api,
    )
    return ApiDefinition(rest_api=rest, resources={made.id: made})


def told(draft, *, deployed=None, verb="POST", path="/x", **asked):
    stage = record = None
    if deployed is not None:
        stage = Stage(stage_name="s", deployment_id="d", created_date=0, last_updated_date=0)
        record = DeploymentRecord(
            deployment=Deployment(id="d", created_date=0), definition=deployed
        )
    return explain(
        Question(draft=draft, stage=stage, deployment=record, verb=verb, path=path, **asked)
    )


def names(explanation):
    return [hint["name"] for hint in explanation["hints"]]


@pytest.mark.parametrize(
    "name, integration, binary, asked",
    [
        pytest.param(
            "type-not-listed", http_proxy(), (), {"content_type": "image/jpeg"}, id="not-listed"
        ),
        pytest.param("content-type-missing", http_proxy(), PNG, {}, id="no-content-type"),
        pytest.param(
            "accept-not-first",
            http_proxy(),
            PNG,
            {"content_type": "image/png", "accept": "text/html,image/png,*/*;q=0.8"},
            id="a-browsers-accept",
        ),
        pytest.param(
            "accept-too-wide",
            http_proxy(),
            PNG,
            {"content_type": "image/png", "accept": "*/*"},
            id="accept-anything",
        ),
        pytest.param(
            "accept-too-wide", aws_proxy(), PNG, {"content_type": "image/png"}, id="no-accept"
        ),
        pytest.param(
            "text-for-binary-accept",
            http_proxy(),
            PNG,
            {"content_type": "image/png", "accept": "image/png"},
            id="an-error-page",
        ),
        pytest.param(
            "base64-twice",
            aws_proxy(),
            PNG,
            {"content_type": "image/png", "sample": BASE64},
            id="base64-of-base64",
        ),
        pytest.param(
            "base64-twice",
            http(content_handling=TO_BINARY),
            PNG,
            {"content_type": "image/png", "sample": BASE64},
            id="base64-of-a-listed-type",
        ),
        pytest.param("preflight-is-binary", mock(), ("*/*",), {"verb": "OPTIONS"}, id="preflight"),
        pytest.param(
            "entry-never-matches",
            http_proxy(),
            ("*/png", "image"),
            {"content_type": "image/png"},
            id="dead-entries",
        ),
        pytest.param(
            "flag-missing",
            aws_proxy(),
            PNG,
            {"content_type": "image/png", "accept": "image/png"},
            id="isBase64Encoded",
        ),
        pytest.param(
            "bytes-for-template",
            http(content_handling=TO_BINARY, request_templates=READS),
            (),
            {},
            id="bytes-in-a-request-template",
        ),
        pytest.param(
            "bytes-for-template",
            http(
                integration_responses={
                    "200": IntegrationResponse(
                        status_code="200", content_handling=TO_BINARY, response_templates=READS
                    )
                }
            ),
            (),
            {},
            id="bytes-in-a-response-template",
        ),
        pytest.param(
            "no-template",
            aws(
                request_templates={"image/png": "$input.body"},
                passthrough_behavior="WHEN_NO_TEMPLATES",
            ),
            PNG,
            {"content_type": "image/gif"},
            id="415",
        ),
        pytest.param(
            "passthrough-is-ours",
            http_proxy(content_handling=ContentHandling.PASSTHROUGH),
            PNG,
            {"content_type": "image/png"},
            id="not-on-aws",
        ),
        pytest.param(
            "already-compressed",
            http_proxy(),
            PNG,
            {"content_type": "text/plain", "sample": b"\x1f\x8b\x08\x00\xff\xff"},
            id="gzip",
        ),
    ],
)
def test_a_classic_mistake_has_its_hint(name, integration, binary, asked):
    assert name in names(told(definition(integration, binary), **asked))


@pytest.mark.parametrize(
    "integration, binary, asked",
    [
        pytest.param(
            http_proxy(),
            ("*/*",),
            {"content_type": "image/png", "accept": "text/html,*/*"},
            id="everything-is-binary",
        ),
        pytest.param(
            http_proxy(), (), {"content_type": "application/json", "accept": "*/*"}, id="json"
        ),
        pytest.param(
            mock(content_handling=TO_TEXT), ("*/*",), {"verb": "OPTIONS"}, id="preflight-as-text"
        ),
        pytest.param(
            aws_proxy(),
            ("*/*",),
            {"content_type": "image/png", "sample": b"\x89PNG\r\n\x1a\n"},
            id="bytes-are-no-base64",
        ),
    ],
)
def test_what_is_well_has_only_the_hints_that_a_function_may_need(integration, binary, asked):
    assert set(names(told(definition(integration, binary), **asked))) <= {"flag-missing"}


def test_an_edit_that_is_not_deployed_is_named():
    before, after = definition(http_proxy(), ()), definition(http_proxy(timeout_in_millis=99))
    found = told(after, deployed=before, content_type="image/png", accept="image/png")
    assert names(found)[:2] == ["not-deployed", "not-deployed"]
    assert found["stage"] == "s"
    assert found["binaryMediaTypes"] == []
    assert "not-deployed" not in names(told(after, deployed=after))


def test_the_launch_articles_call_is_told_step_by_step():
    article = aws(
        uri=FUNCTION_URI,
        request_templates={"image/png": '{"base64Image": "$input.body"}'},
        passthrough_behavior="WHEN_NO_TEMPLATES",
    )
    found = told(definition(article), content_type="image/png", accept="image/png")
    assert found["route"]["resourcePath"] == "/x"
    assert found["integration"] == {"type": "AWS", "uri": FUNCTION_URI}
    assert found["request"]["template"] == "image/png"
    assert found["request"]["payload"] == {
        "rule": "request row 9: image/png is in binaryMediaTypes; contentHandling is "
        "CONVERT_TO_TEXT → Base64-encoded",
        "row": "request row 9",
        "step": "encode",
        "mediaType": "image/png",
        "mediaTypeFrom": "header",
        "match": "image/png",
        "contentHandling": "CONVERT_TO_TEXT",
    }
    (answer,) = found["responses"]
    assert (answer["statusCode"], answer["answerType"]) == ("200", "application/json")
    assert answer["payload"]["step"] == "decode"


def test_an_event_says_what_its_body_is():
    found = told(definition(aws_proxy()), content_type="image/png")
    assert found["request"]["event"] == {"isBase64Encoded": True, "body": "Base64"}
    assert [each["isBase64Encoded"] for each in found["responses"]] == [True, False]


def test_a_stream_of_a_function_is_told_to_pass_as_written():
    streaming = aws_proxy(response_transfer_mode="STREAM")
    (answer,) = told(definition(streaming), accept="image/png")["responses"]
    assert answer["streamed"] is True
    assert (answer["payload"]["row"], answer["payload"]["step"]) == (None, "keep")
    assert "as written" in answer["payload"]["rule"]


def test_a_path_that_leads_nowhere_is_refused():
    found = told(definition(mock()), path="/y")
    assert found["route"] is None
    assert found["refused"] == {"status": 403, "message": "Missing Authentication Token"}


def test_path_parameters_are_told():
    found = told(definition(mock(), path="/pets/{id}"), path="/pets/7?a=1")
    assert found["route"]["pathParameters"] == {"id": "7"}


@pytest.mark.parametrize(
    "least, accept_encoding, coding",
    [(None, "gzip", None), (0, None, None), (0, "br, gzip", None), (0, "gzip", "gzip")],
)
def test_compression_is_told(least, accept_encoding, coding):
    draft = definition(mock(), minimum_compression_size=least)
    found = told(draft, accept_encoding=accept_encoding)
    assert found["compression"]["coding"] == coding


@pytest.mark.parametrize(
    "header, said",
    [("gzip", "inflated from gzip"), ("br", "415: "), ("identity", "left on the body")],
)
def test_a_compressed_request_is_told(header, said):
    found = told(definition(http_proxy()), content_encoding=header)
    assert found["request"]["contentEncoding"].startswith(said)
