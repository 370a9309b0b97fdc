"""Every combination of the recorded payload tables, through a real S3 (spec: payload 3.2, 4.2).

What was stored is read with boto3, what was to be fetched is written with it: only the
gateway's own conversions are between.
"""

import base64
import hashlib
from collections.abc import Mapping
from itertools import product

import pytest
from botocore.exceptions import ClientError
from tests.core.payload.vectors import MANGLED, E, R, T
from tests.gateway.front import CONFIGURATION_ERROR, Front, response

from octetgate.core.model.integration import ContentHandling

TO_BINARY = ContentHandling.CONVERT_TO_BINARY
TO_TEXT = ContentHandling.CONVERT_TO_TEXT
HANDLINGS = (None, TO_TEXT, TO_BINARY)
NONE, PNG = (), ("image/png",)
IMAGE, TEXT, OCTETS = "image/png", "text/plain", "application/octet-stream"
BODIES = {"R": R, "E": E, "T": T}
FAILS = None
BUCKET = "payloads"


def encoded(data):
    return base64.b64encode(data)


# The two tables' outcomes, by name: what becomes of R, of E, of T.
TEXT_KEPT = (MANGLED, E, T)
DECODED = (FAILS, R, FAILS)
KEPT = (R, E, T)
ENCODED = (E, encoded(E), encoded(T))

# list, Content-Type → outcome for absent, CONVERT_TO_TEXT, CONVERT_TO_BINARY (3.2).
STORED: Mapping = {
    (NONE, IMAGE): (TEXT_KEPT, TEXT_KEPT, DECODED),
    (NONE, TEXT): (TEXT_KEPT, TEXT_KEPT, DECODED),
    (NONE, OCTETS): (TEXT_KEPT, TEXT_KEPT, DECODED),
    (NONE, None): (TEXT_KEPT, TEXT_KEPT, DECODED),
    (PNG, IMAGE): (KEPT, ENCODED, KEPT),
    (PNG, TEXT): (TEXT_KEPT, TEXT_KEPT, DECODED),
    (PNG, OCTETS): (TEXT_KEPT, TEXT_KEPT, DECODED),
    (PNG, None): (TEXT_KEPT, TEXT_KEPT, DECODED),
}

# list, stored type, Accept → the same (4.2).
FETCHED: Mapping = {
    **{
        (NONE, stored, accept): (TEXT_KEPT, TEXT_KEPT, DECODED)
        for stored, accept in product((IMAGE, TEXT, OCTETS), (IMAGE, TEXT, None))
    },
    **{(PNG, stored, IMAGE): (DECODED, TEXT_KEPT, DECODED) for stored in (OCTETS, TEXT)},
    **{
        (PNG, stored, accept): (TEXT_KEPT, TEXT_KEPT, DECODED)
        for stored, accept in product((OCTETS, TEXT), (TEXT, None))
    },
    (PNG, IMAGE, IMAGE): (KEPT, ENCODED, KEPT),
    (PNG, IMAGE, TEXT): (ENCODED, ENCODED, KEPT),
    (PNG, IMAGE, None): (ENCODED, ENCODED, KEPT),
}


def rows(table) -> list:
    """Return each combination with what it makes of one body."""
    return list(_rows(table))


def _rows(table):
    for key, outcomes in table.items():
        for handling, outcome in zip(HANDLINGS, outcomes, strict=True):
            for body, expected in zip(BODIES, outcome, strict=True):
                named = "-".join(str(part or "absent") for part in (*key[1:], handling, body))
                yield pytest.param(
                    *key, handling, body, expected, id=f"{'listed' if key[0] else 'empty'}-{named}"
                )


@pytest.fixture(scope="session")
def bucket(client):
    client("s3").create_bucket(Bucket=BUCKET)
    return client("s3")


def serve_bucket(front: Front, method, media_types, handling=None, **members):
    """Put the bucket behind ``/{key+}``, as AWS's tutorial does."""
    given = {
        "http_method": method,
        "uri": f"arn:aws:apigateway:us-east-1:s3:path/{BUCKET}/{{object}}",
        "credentials": "arn:aws:iam::000000000000:role/any",
        "request_parameters": {"integration.request.path.object": "method.request.path.key"},
    }
    integration = front.integration("AWS", **given | members)
    front.deploy(integration, media_types, path="/{key+}")


@pytest.mark.parametrize("media_types, content_type, handling, body, expected", rows(STORED))
async def test_what_s3_stores(
    front: Front, bucket, media_types, content_type, handling, body, expected
):
    serve_bucket(front, "PUT", media_types, content_handling=handling)
    bucket.delete_object(Bucket=BUCKET, Key="stored/object")
    answer = await front.ask("PUT", BODIES[body], content_type=content_type, path="/stored/object")
    if expected is FAILS:
        assert answer.error == CONFIGURATION_ERROR
        with pytest.raises(ClientError, match="NoSuchKey"):
            bucket.get_object(Bucket=BUCKET, Key="stored/object")
    else:
        assert answer.status == 200
        assert bucket.get_object(Bucket=BUCKET, Key="stored/object")["Body"].read() == expected


@pytest.fixture(scope="session")
def objects(bucket):
    """Store every body under every type."""
    for (name, data), stored in product(BODIES.items(), (IMAGE, TEXT, OCTETS)):
        bucket.put_object(Bucket=BUCKET, Key=f"{name}/{stored}", Body=data, ContentType=stored)


@pytest.mark.parametrize("media_types, stored, accept, handling, body, expected", rows(FETCHED))
async def test_what_the_client_gets(
    front: Front, objects, media_types, stored, accept, handling, body, expected
):
    responses = {"200": response(handling=handling)}
    serve_bucket(front, "GET", media_types, integration_responses=responses)
    answer = await front.ask("GET", accept=accept, path=f"/{body}/{stored}")
    if expected is FAILS:
        assert answer.error == CONFIGURATION_ERROR
    else:
        assert (answer.status, answer.body) == (200, expected)


async def test_s3s_status_selects_the_response(front: Front, bucket):
    responses = {
        "200": response("200"),
        "404": response("404", selection_pattern="404", templates={"application/json": "gone"}),
    }
    serve_bucket(front, "GET", (), integration_responses=responses)
    answer = await front.ask("GET", path="/no/such/object")
    assert (answer.status, answer.body) == (404, b"gone")
    assert front.lines[0]["integrationStatus"] == 404


async def test_a_type_must_be_mapped_to_be_stored(front: Front, bucket):
    serve_bucket(front, "PUT", PNG)
    await front.ask("PUT", R, content_type=IMAGE, path="/typed")
    assert bucket.head_object(Bucket=BUCKET, Key="typed")["ContentType"] != IMAGE
    mapped = {
        "integration.request.path.object": "method.request.path.key",
        "integration.request.header.Content-Type": "method.request.header.Content-Type",
    }
    serve_bucket(front, "PUT", PNG, request_parameters=mapped)
    await front.ask("PUT", R, content_type=IMAGE, path="/typed")
    assert bucket.head_object(Bucket=BUCKET, Key="typed")["ContentType"] == IMAGE


@pytest.mark.parametrize(
    "path, key",
    [
        ("/a/b/c", "a/b/c"),
        ("/a%2Fb", "a/b"),
        ("/photo%20(1)+x.png", "photo (1)+x.png"),
        ("/%C3%A9t%C3%A9", "été"),
        ("/100%25", "100%"),
        ("/a'b!c*d~e", "a'b!c*d~e"),
    ],
)
async def test_a_key_may_be_any_text(front: Front, bucket, path, key):
    serve_bucket(front, "PUT", PNG)
    assert (await front.ask("PUT", R, content_type=IMAGE, path=path)).status == 200
    assert bucket.get_object(Bucket=BUCKET, Key=key)["Body"].read() == R


async def test_an_action_of_s3_is_a_rest_request(front: Front, objects):
    uri = f"arn:aws:apigateway:us-east-1:s3:action/GetObject&Bucket={BUCKET}&Key={{object}}"
    serve_bucket(front, "GET", PNG, uri=uri)
    answer = await front.ask("GET", accept=IMAGE, path="/R/image/png")
    assert (answer.status, answer.body) == (200, R)


async def test_an_action_puts_parameters_where_the_model_wants_them(front: Front, objects):
    serve_bucket(
        front,
        "GET",
        (),
        uri=f"arn:aws:apigateway:us-east-1:s3:action/ListObjectsV2&Bucket={BUCKET}",
        request_parameters={"integration.request.querystring.Prefix": "'T/image'"},
    )
    answer = await front.ask("GET", path="/any")
    assert b"<Key>T/image/png</Key>" in answer.body
    assert b"<Key>E/" not in answer.body


async def test_the_ids_of_the_service_can_be_mapped(front: Front, objects):
    responses = {
        "200": response(
            "200",
            response_parameters={
                "method.response.header.ETag": "integration.response.header.ETag",
                "method.response.header.X-Id": "context.awsEndpointRequestId",
            },
        )
    }
    serve_bucket(front, "GET", (), integration_responses=responses)
    answer = await front.ask("GET", path="/T/text/plain")
    assert answer.header("etag") == '"' + hashlib.md5(T).hexdigest() + '"'
    assert answer.header("x-id")


async def test_a_large_body_streams_to_s3(front: Front, bucket):
    serve_bucket(front, "PUT", PNG)
    data = bytes(range(256)) * 49_152  # 12 MiB, more than may be held
    assert (await front.ask("PUT", data, content_type=IMAGE, path="/large")).status == 200
    assert bucket.get_object(Bucket=BUCKET, Key="large")["Body"].read() == data
