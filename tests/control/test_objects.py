import pytest
from tests.control import serving
from tests.control.packages import ROLE, package

from octetgate.adapters.stores import memory
from octetgate.control.app import application
from octetgate.control.calls import ControlSettings
from octetgate.core.ports.objects import NoObject
from octetgate.core.ports.store import StoreConflict

FUNCTION = {"FunctionName": "f", "Runtime": "python3.12", "Handler": "h.h", "Role": ROLE}
CODE = {"S3Bucket": "bucket", "S3Key": "key", "S3ObjectVersion": "7"}


class Bucket:
    """An S3 with one object.  Getting it must not keep others from writing."""

    def __init__(self, store):
        self.store = store

    def get(self, bucket, key, *, version, region, limit):
        try:
            with self.store.write():
                pass
        except StoreConflict:
            raise NoObject("Held", "the store is being written") from None
        if (bucket, key, version, region) != ("bucket", "key", "7", "us-east-1"):
            raise NoObject("NoSuchKey", "The specified key does not exist.")
        return package("from s3")[:limit]


@pytest.fixture
def port():
    """Return the port of a management that can reach an S3."""
    store = memory.open("memory://?wait=0.1")
    app = application(store, None, ControlSettings(objects=Bucket(store)), health=dict)
    with serving.served(app) as port:
        yield port


def ask(port, method, path, **body):
    status, _, said = serving.call(port, method, path, body=body)
    return status, said


def test_functions_and_layers_come_from_a_bucket(port):
    size = len(package("from s3"))
    status, made = ask(port, "POST", "/2015-03-31/functions", **FUNCTION, Code=CODE)
    assert (status, made["CodeSize"]) == (201, size)
    status, made = ask(port, "PUT", "/2015-03-31/functions/f/code", **CODE)
    assert (status, made["CodeSize"]) == (200, size)
    status, made = ask(port, "POST", "/2018-10-31/layers/l/versions", Content=CODE)
    assert (status, made["Content"]["CodeSize"]) == (201, size)


def test_what_is_not_in_the_bucket_is_said_as_lambda_says_it(port):
    code = {**CODE, "S3Key": "nobody"}
    status, said = ask(port, "POST", "/2015-03-31/functions", **FUNCTION, Code=code)
    assert status == 400
    assert said["message"] == (
        "Error occurred while GetObject. S3 Error Code: NoSuchKey. "
        "S3 Error Message: The specified key does not exist."
    )
