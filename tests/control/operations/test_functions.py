import base64
import hashlib
import io
import re
import urllib.request
import uuid
import zipfile

import pytest
from botocore.exceptions import ClientError
from tests.control import serving
from tests.control.packages import ROLE, create, locked, package, tree
from tests.control.refusals import refused

from octetgate.adapters.stores import memory
from octetgate.control import packages
from octetgate.control.app import application
from octetgate.control.calls import ControlSettings
from octetgate.core.ports.store import FUNCTION_CODE, FUNCTION_VERSIONS, FUNCTIONS

BAD_ZIP = "Could not unzip uploaded file. Please check your file, then try to upload again."


@pytest.fixture
def name(lam):
    """Return a name that no function has."""
    return f"f-{uuid.uuid4().hex}"


def shown(response):
    return {key: value for key, value in response.items() if key != "ResponseMetadata"}


def invalid(message):
    return "InvalidParameterValueException", 400, message


def test_a_new_function_has_lambdas_defaults(lam, name):
    code = package(name)
    made = create(lam, name, Code={"ZipFile": code})
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    made = shown(made)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", made.pop("LastModified"))
    assert uuid.UUID(made.pop("RevisionId"))
    assert made == {
        "FunctionName": name,
        "FunctionArn": f"arn:aws:lambda:eu-west-1:000000000000:function:{name}",
        "Runtime": "python3.11",
        "Role": ROLE,
        "Handler": "index.handler",
        "CodeSize": len(code),
        "CodeSha256": base64.b64encode(hashlib.sha256(code).digest()).decode(),
        "Description": "",
        "Timeout": 3,
        "MemorySize": 128,
        "Version": "$LATEST",
        "TracingConfig": {"Mode": "PassThrough"},
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"},
    }


def test_what_is_given_comes_back(lam, name):
    given = {
        "Description": "d",
        "Timeout": 900,
        "MemorySize": 10240,
        "Environment": {"Variables": {"A": "b"}},
        "Architectures": ["arm64"],
        "EphemeralStorage": {"Size": 1024},
        "TracingConfig": {"Mode": "Active"},
    }
    create(lam, name, **given, Tags={"k": "v"}, Publish=False)
    found = lam.get_function(FunctionName=name)
    assert {**found["Configuration"], **given} == found["Configuration"]
    assert found["Tags"] == {"k": "v"}
    assert lam.get_function_configuration(FunctionName=name)["Timeout"] == 900


@pytest.mark.parametrize(
    "form",
    [
        "{name}",
        "{name}:$LATEST",
        "000000000000:function:{name}",
        "function:{name}",
        "arn:aws:lambda:eu-west-1:000000000000:function:{name}",
        "arn:aws:lambda:eu-west-1:000000000000:function:{name}:$LATEST",
    ],
)
def test_a_function_is_found_by_every_form_of_its_name(lam, name, form):
    create(lam, name)
    found = lam.get_function_configuration(FunctionName=form.format(name=name))
    assert found["FunctionName"] == name


@pytest.mark.parametrize(
    "name, problem",
    [
        ("x" * 65, "Member must have length less than or equal to 64"),
        ("a b", "Member must satisfy regular expression pattern: "),
    ],
)
def test_a_bare_name_is_short_and_plain(lam, name, problem):
    code, status, message = refused(lambda: create(lam, name))
    assert (code, status) == ("ValidationException", 400)
    assert f"Value '{name}' at 'functionName' failed to satisfy constraint: {problem}" in message


def test_a_function_that_is_not_there_is_named_whole(lam):
    arn = "arn:aws:lambda:eu-west-1:000000000000:function:nope"
    for call in (lam.get_function, lam.get_function_configuration, lam.delete_function):
        found = refused(call, FunctionName="nope")
        assert found == ("ResourceNotFoundException", 404, f"Function not found: {arn}")
    found = refused(lam.get_function, FunctionName="nope", Qualifier="7")
    assert found == ("ResourceNotFoundException", 404, f"Function not found: {arn}:7")


def test_a_name_is_taken_once(lam, name):
    create(lam, name)
    found = refused(lambda: create(lam, name))
    assert found == ("ResourceConflictException", 409, f"Function already exist: {name}")


@pytest.mark.parametrize(
    "given, message",
    [
        pytest.param({"Code": {"ZipFile": b"no zip"}}, BAD_ZIP, id="no-zip"),
        pytest.param({"Code": {"ZipFile": b""}}, BAD_ZIP, id="empty"),
        pytest.param({"Code": {"ZipFile": package()[:-30]}}, BAD_ZIP, id="cut"),
        pytest.param(
            {"Code": {"ZipFile": package(name="../evil.py")}},
            "ZipFile: expected entries inside the package; found '../evil.py'",
            id="zip-slip",
        ),
        pytest.param(
            {"Code": {"ZipFile": package(name="/etc/evil")}},
            "ZipFile: expected entries inside the package; found '/etc/evil'",
            id="absolute",
        ),
        pytest.param({"Code": {"ZipFile": locked()}}, BAD_ZIP, id="encrypted"),
        pytest.param(
            {"Code": {"ZipFile": tree("a/b", "a")}},
            "ZipFile: expected 'a' to be a file or a folder; found both",
            id="file-in-a-file",
        ),
        pytest.param(
            {"Code": {"ZipFile": tree("a/", "b", "b/")}},
            "ZipFile: expected 'b' to be a file or a folder; found both",
            id="file-and-folder",
        ),
        pytest.param(
            {"Code": {"ZipFile": tree("n" * 256)}},
            "ZipFile: expected names of at most 255 bytes and paths of at most 2048; "
            f"found '{'n' * 60}'...",
            id="long-name",
        ),
        pytest.param(
            {"Code": {"ZipFile": tree("a/" * 1024 + "b")}},
            "ZipFile: expected names of at most 255 bytes and paths of at most 2048; "
            f"found '{'a/' * 30}'...",
            id="long-path",
        ),
        pytest.param(
            {"Code": {"S3Bucket": "bucket", "S3Key": "k"}},
            "S3Bucket: expected a ZipFile, as there is no S3 here",
            id="s3",
        ),
        pytest.param(
            {"Runtime": "java21"},
            "Runtime: expected nodejs*, python3.* or provided.*; found java21",
            id="runtime",
        ),
        pytest.param({"Timeout": 901}, "Timeout: expected at most 900; found 901", id="timeout"),
        pytest.param(
            {"MemorySize": 10241}, "MemorySize: expected at most 10240; found 10241", id="memory"
        ),
        pytest.param(
            {"PackageType": "Image"},
            "PackageType: not supported yet; expected Zip; found Image",
            id="image",
        ),
        pytest.param(
            {"Layers": ["arn:aws:lambda:eu-west-1:000000000000:layer:l:1"]},
            "Layer version arn:aws:lambda:eu-west-1:000000000000:layer:l:1 does not exist.",
            id="layers",
        ),
        pytest.param(
            {"Handler": None}, "Handler: expected one with a zip; found none", id="handler"
        ),
    ],
)
def test_a_function_that_cannot_be_is_refused(lam, name, given, message):
    assert refused(lambda: create(lam, name, **given)) == invalid(message)


def test_a_package_is_bounded_as_it_would_unpack(lam, name, monkeypatch):
    monkeypatch.setattr(packages, "LARGEST_UNZIPPED", 10)
    found = refused(lambda: create(lam, name, Code={"ZipFile": package("x" * 11)}))
    assert found == invalid("Unzipped size must be smaller than 10 bytes")
    assert create(lam, name, Code={"ZipFile": package("x" * 10)})


def test_a_package_holds_something(lam, name):
    buffer = io.BytesIO()
    zipfile.ZipFile(buffer, "w").close()
    found = refused(lambda: create(lam, name, Code={"ZipFile": buffer.getvalue()}))
    assert found == invalid("Uploaded file must be a non-empty zip")


def test_the_architecture_can_change_with_the_code(lam, name):
    create(lam, name)
    changed = lam.update_function_code(
        FunctionName=name, ZipFile=package(name), Architectures=["arm64"]
    )
    assert changed["Architectures"] == ["arm64"]


def test_constraints_of_the_model_hold_first(lam, name):
    code, status, message = refused(lambda: create(lam, name, Timeout=0))
    assert (code, status) == ("ValidationException", 400)
    assert message == (
        "1 validation error detected: Value '0' at 'timeout' failed to satisfy constraint: "
        "Member must have value greater than or equal to 1"
    )


def test_the_location_of_the_code_serves_the_package(lam, name):
    code = package(name)
    create(lam, name, Code={"ZipFile": code})
    location = lam.get_function(FunctionName=name)["Code"]["Location"]
    with urllib.request.urlopen(location) as response:
        assert response.read() == code
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(location.replace(name, "nope"))


def test_new_code_replaces_the_old(lam, name, management):
    old, new = package(f"1{name}"), package(f"2{name}")
    made = create(lam, name, Code={"ZipFile": old})
    changed = lam.update_function_code(FunctionName=name, ZipFile=new)
    assert changed["CodeSha256"] == base64.b64encode(hashlib.sha256(new).digest()).decode()
    assert changed["RevisionId"] != made["RevisionId"]
    with management.store.read() as view:
        assert view.get(FUNCTION_CODE, hashlib.sha256(new).hexdigest()) == new
        assert view.get(FUNCTION_CODE, hashlib.sha256(old).hexdigest()) is None


def test_a_dry_run_keeps_nothing(lam, name, management):
    create(lam, name)
    new = package(name)
    shown_code = lam.update_function_code(FunctionName=name, ZipFile=new, DryRun=True)
    assert shown_code["CodeSize"] == len(new)
    assert lam.get_function_configuration(FunctionName=name)["CodeSize"] != len(new)
    with management.store.read() as view:
        assert view.get(FUNCTION_CODE, hashlib.sha256(new).hexdigest()) is None


def test_the_same_code_again_is_still_there(lam, name, management):
    code = package(name)
    create(lam, name, Code={"ZipFile": code})
    lam.update_function_code(FunctionName=name, ZipFile=code)
    with management.store.read() as view:
        assert view.get(FUNCTION_CODE, hashlib.sha256(code).hexdigest()) == code


def test_code_lives_as_long_as_a_function_runs_it(lam, name, management):
    code = package(name)
    key = hashlib.sha256(code).hexdigest()
    for each in (name, f"{name}-2"):
        create(lam, each, Code={"ZipFile": code})
    lam.delete_function(FunctionName=name)
    with management.store.read() as view:
        assert view.get(FUNCTION_CODE, key) == code
    lam.delete_function(FunctionName=f"{name}-2")
    with management.store.read() as view:
        assert view.get(FUNCTION_CODE, key) is None
        assert view.get(FUNCTIONS, name) is None


def test_a_configuration_is_changed_where_it_is_given(lam, name):
    create(lam, name, Environment={"Variables": {"A": "b"}}, Description="d")
    changed = lam.update_function_configuration(FunctionName=name, Timeout=9, Description="")
    assert (changed["Timeout"], changed["Description"]) == (9, "")
    assert changed["Environment"] == {"Variables": {"A": "b"}}
    found = refused(lam.update_function_configuration, FunctionName=name, Runtime="java21")
    assert found == invalid("Runtime: expected nodejs*, python3.* or provided.*; found java21")


@pytest.mark.parametrize(
    "update, given",
    [
        ("update_function_configuration", {"Timeout": 5}),
        ("update_function_code", {"ZipFile": package()}),
    ],
)
def test_a_change_can_insist_on_the_revision_it_has_seen(lam, name, update, given):
    seen = create(lam, name)["RevisionId"]
    getattr(lam, update)(FunctionName=name, RevisionId=seen, **given)
    code, status, _ = refused(getattr(lam, update), FunctionName=name, RevisionId=seen, **given)
    assert (code, status) == ("PreconditionFailedException", 412)


def test_functions_are_listed_in_pages(lam, name):
    names = [f"{name}-{number}" for number in range(3)]
    for each in names:
        create(lam, each)
    pages = lam.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2})
    found = [each["FunctionName"] for page in pages for each in page["Functions"]]
    assert [each for each in found if each in names] == names
    pages = lam.get_paginator("list_functions").paginate()
    assert names[0] in [each["FunctionName"] for page in pages for each in page["Functions"]]


def folder_code(folder):
    return {"S3Bucket": "hot-reload", "S3Key": str(folder)}


def test_a_folder_can_be_the_code_and_a_zip_again(lam, name, management, tmp_path):
    create(lam, name, Code=folder_code(tmp_path))
    with management.store.read() as view:
        assert view.get(FUNCTIONS, name).folder == str(tmp_path)
    assert lam.get_function(FunctionName=name)["Code"]["Location"] == tmp_path.as_uri()
    code = package(name)
    lam.update_function_code(FunctionName=name, ZipFile=code)
    with management.store.read() as view:
        assert view.get(FUNCTIONS, name).folder == ""
    lam.update_function_code(FunctionName=name, **folder_code(tmp_path))
    with management.store.read() as view:
        assert view.get(FUNCTION_CODE, hashlib.sha256(code).hexdigest()) is None


@pytest.mark.parametrize("key", ["relative", "/nobody/has/this/folder"])
def test_a_folder_is_there_and_named_whole(lam, name, key):
    found = refused(lambda: create(lam, name, Code=folder_code(key)))
    said = f"S3Key: expected the absolute path of a folder with hot-reload; found {key!r}"
    assert found == invalid(said)


def test_publishing_a_folder_keeps_it_as_it_is_then(lam, name, management, tmp_path):
    (tmp_path / "index.py").write_text("1")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "x.pyc").write_text("compiled")
    create(lam, name, Code=folder_code(tmp_path), Publish=True)
    assert lam.publish_version(FunctionName=name)["Version"] == "1"
    (tmp_path / "index.py").write_text("2")
    assert lam.publish_version(FunctionName=name)["Version"] == "2"
    with management.store.read() as view:
        for version in "12":
            kept = view.get(FUNCTION_VERSIONS, f"{name}/{version}")
            archive = zipfile.ZipFile(io.BytesIO(view.get(FUNCTION_CODE, kept.code_key)))
            assert archive.namelist() == ["index.py"]
            assert archive.read("index.py").decode() == version
            assert kept.folder == ""


def test_folders_are_run_only_where_that_is_allowed(tmp_path):
    app = application(memory.open("memory://"), None, ControlSettings(), health=dict)
    with serving.served(app) as port:
        made = {"FunctionName": "f", "Runtime": "python3.11", "Handler": "h.h", "Role": ROLE, "Code": folder_code(tmp_path)}  # fmt: skip
        status, _, said = serving.call(port, "POST", "/2015-03-31/functions", body=made)
    assert status == 400
    assert "the setting hot_reload" in said["message"]


def test_what_tools_send_to_ask_for_nothing_is_taken(lam):
    own = {"LogFormat": "Text", "LogGroup": "/aws/lambda/tooled"}
    create(lam, "tooled", LoggingConfig=own, SnapStart={"ApplyOn": "None"}, KMSKeyArn="")
    nowhere = {"SubnetIds": [], "SecurityGroupIds": [], "Ipv6AllowedForDualStack": False}
    changed = lam.update_function_configuration(
        FunctionName="tooled", VpcConfig=nowhere, LoggingConfig=own, FileSystemConfigs=[]
    )
    assert changed["FunctionName"] == "tooled"
    with pytest.raises(ClientError, match="VpcConfig: not supported yet; expected none"):
        lam.update_function_configuration(
            FunctionName="tooled", VpcConfig={**nowhere, "SubnetIds": ["subnet-1"]}
        )
    with pytest.raises(ClientError, match="LoggingConfig: not supported yet"):
        lam.update_function_configuration(
            FunctionName="tooled", LoggingConfig={**own, "LogGroup": "/mine"}
        )
