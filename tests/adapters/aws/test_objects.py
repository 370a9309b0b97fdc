import boto3
import pytest
from moto.server import ThreadedMotoServer

from octetgate.adapters.aws.objects import S3Objects
from octetgate.adapters.aws.services import AwsSettings
from octetgate.core.ports.objects import NoObject

REGION = "us-east-1"


@pytest.fixture(scope="module")
def endpoint():
    """Return the URL of a server that stands in for S3, with one bucket and one object."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    s3 = boto3.client("s3", endpoint_url=url, region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b")  # fmt: skip
    s3.create_bucket(Bucket="bucket")
    s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket="bucket", Key="a/key", Body=b"first")
    s3.put_object(Bucket="bucket", Key="a/key", Body=b"second")
    yield url, first["VersionId"]
    server.stop()


def get(settings, bucket, key, *, version=None, limit=100):
    return S3Objects(settings).get(bucket, key, version=version, region=REGION, limit=limit)


@pytest.mark.parametrize("member", ["endpoint_url", "endpoint_urls"])
def test_an_object_comes_from_the_endpoint(endpoint, member):
    url, first = endpoint
    settings = AwsSettings(**{member: url if member == "endpoint_url" else {"s3": url}})
    assert get(settings, "bucket", "a/key") == b"second"
    assert get(settings, "bucket", "a/key", version=first) == b"first"


@pytest.mark.parametrize(
    "bucket, key, limit, code",
    [
        ("bucket", "nobody", 100, "NoSuchKey"),
        ("nobody", "a/key", 100, "NoSuchBucket"),
        ("bucket", "a/key", 5, "EntityTooLarge"),
    ],
)
def test_what_cannot_be_had_is_said_in_s3s_words(endpoint, bucket, key, limit, code):
    with pytest.raises(NoObject) as failed:
        get(AwsSettings(endpoint_url=endpoint[0]), bucket, key, limit=limit)
    assert failed.value.code == code


def test_nobody_at_the_endpoint_is_no_object():
    with pytest.raises(NoObject, match="Could not connect"):
        get(AwsSettings(endpoint_url="http://127.0.0.1:1"), "bucket", "a/key")
