import hashlib
import urllib.request
import uuid

import pytest
from tests.control.packages import create, package
from tests.control.refusals import refused

from octetgate.core.ports.store import FUNCTION_CODE

ABSENT = ("ResourceNotFoundException", 404, "The resource you requested does not exist.")


@pytest.fixture
def name():
    """Return a name that nothing has."""
    return f"l-{uuid.uuid4().hex}"


def publish(lam, name, text="", **members):
    content = {"ZipFile": package(text or name, name="python/shared.py")}
    return lam.publish_layer_version(LayerName=name, Content=content, **members)


def kept(management, text):
    key = hashlib.sha256(package(text, name="python/shared.py")).hexdigest()
    with management.store.read() as view:
        return view.get(FUNCTION_CODE, key)


def test_a_layer_is_shown_as_it_was_published(lam, name):
    given = {
        "Description": "d",
        "LicenseInfo": "MIT",
        "CompatibleRuntimes": ["python3.12"],
        "CompatibleArchitectures": ["arm64"],
    }
    made = publish(lam, name, **given)
    arn = f"arn:aws:lambda:eu-west-1:000000000000:layer:{name}"
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert (made["LayerArn"], made["LayerVersionArn"], made["Version"]) == (arn, f"{arn}:1", 1)
    assert {**made, **given} == made
    for found in (
        lam.get_layer_version(LayerName=name, VersionNumber=1),
        lam.get_layer_version(LayerName=arn, VersionNumber=1),
        lam.get_layer_version_by_arn(Arn=f"{arn}:1"),
    ):
        found.pop("ResponseMetadata")
        assert {**made, **found} == made
        with urllib.request.urlopen(found["Content"]["Location"]) as response:
            assert response.read() == package(name, name="python/shared.py")


def test_numbers_go_up_and_are_not_used_again(lam, name):
    assert [publish(lam, name)["Version"] for _ in range(2)] == [1, 2]
    gone = lam.delete_layer_version(LayerName=name, VersionNumber=2)
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert publish(lam, name)["Version"] == 3
    found = lam.list_layer_versions(LayerName=name)["LayerVersions"]
    assert [each["Version"] for each in found] == [3, 1]
    assert refused(lam.get_layer_version, LayerName=name, VersionNumber=2) == ABSENT
    arn = f"arn:aws:lambda:eu-west-1:000000000000:layer:{name}:2"
    assert refused(lam.get_layer_version_by_arn, Arn=arn) == ABSENT


def test_a_list_has_the_newest_version_that_fits(lam, name):
    publish(lam, name, CompatibleRuntimes=["python3.12"])
    publish(lam, name, CompatibleRuntimes=["nodejs22.x"])

    def newest(**fitting):
        pages = lam.get_paginator("list_layers").paginate(**fitting)
        layers = [each for page in pages for each in page["Layers"]]
        return [each["LatestMatchingVersion"]["Version"] for each in layers if each["LayerName"] == name]  # fmt: skip

    assert newest() == [2]
    assert newest(CompatibleRuntime="python3.12") == [1]
    assert newest(CompatibleRuntime="ruby3.3") == []


def test_a_function_has_layers_until_it_is_told_otherwise(lam, name, management):
    one, two = publish(lam, name), publish(lam, f"{name}-2")
    arns = [one["LayerVersionArn"], two["LayerVersionArn"]]
    made = create(lam, name, Layers=arns)
    assert made["Layers"] == [
        {"Arn": each["LayerVersionArn"], "CodeSize": each["Content"]["CodeSize"]}
        for each in (one, two)
    ]
    lam.delete_layer_version(LayerName=name, VersionNumber=1)
    assert kept(management, name)
    changed = lam.update_function_configuration(FunctionName=name, Layers=arns[1:])
    assert [each["Arn"] for each in changed["Layers"]] == arns[1:]
    assert kept(management, name) is None
    changed = lam.update_function_configuration(FunctionName=name, Layers=[])
    assert "Layers" not in changed


def test_a_version_keeps_its_layers(lam, name, management):
    arn = publish(lam, name)["LayerVersionArn"]
    create(lam, name, Layers=[arn], Publish=True)
    lam.update_function_configuration(FunctionName=name, Layers=[])
    lam.delete_layer_version(LayerName=name, VersionNumber=1)
    found = lam.get_function_configuration(FunctionName=name, Qualifier="1")
    assert [each["Arn"] for each in found["Layers"]] == [arn]
    assert kept(management, name)
    lam.delete_function(FunctionName=name)
    assert kept(management, name) is None


def test_layers_that_cannot_be_together_are_refused(lam, name):
    arns = [publish(lam, name)["LayerVersionArn"] for _ in range(2)]
    code, _, message = refused(lambda: create(lam, name, Layers=arns))
    assert code == "InvalidParameterValueException"
    assert message.startswith("Two different versions of the same layer are not allowed")
    many = [publish(lam, f"{name}-{number}")["LayerVersionArn"] for number in range(6)]
    found = refused(lambda: create(lam, name, Layers=many))
    assert found[2] == "Layers: expected at most 5; found 6"


def test_a_layer_that_is_no_zip_is_refused(lam, name):
    found = refused(lam.publish_layer_version, LayerName=name, Content={"ZipFile": b"no"})
    assert found[:2] == ("InvalidParameterValueException", 400)
    assert lam.list_layer_versions(LayerName=name)["LayerVersions"] == []
