import io
import json
import zipfile

import pytest
from typer.testing import CliRunner

from octetgate.cli.commands import app
from octetgate.cli.console import Trouble
from octetgate.cli.functions import from_blueprint, from_folder


def test_a_folder_is_packed_with_its_subfolders_and_without_caches(tmp_path):
    (tmp_path / "handler.py").write_text("def handler(event, context): ...\n")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "more.py").write_text("")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "handler.pyc").write_bytes(b"x")
    members = from_folder(tmp_path, "handler.handler")
    assert members["Handler"] == "handler.handler"
    with zipfile.ZipFile(io.BytesIO(members["Code"]["ZipFile"])) as archive:
        assert sorted(archive.namelist()) == ["handler.py", "lib/more.py"]


def test_a_blueprint_brings_its_own_configuration():
    members = from_blueprint("image-processing-service")
    assert members["Runtime"].startswith("python3.")
    assert members["Timeout"] > 3
    with zipfile.ZipFile(io.BytesIO(members["Code"]["ZipFile"])) as archive:
        module = members["Handler"].partition(".")[0]
        assert f"{module}.py" in archive.namelist()


def test_a_watched_folder_is_named_and_not_packed(tmp_path):
    members = from_folder(tmp_path, "handler.handler", watch=True)
    assert members["Code"] == {"S3Bucket": "hot-reload", "S3Key": str(tmp_path.resolve())}


def test_a_folder_runs_in_the_runtime_that_is_named(tmp_path):
    members = from_folder(tmp_path, "index.handler", runtime="nodejs20.x")
    assert (members["Runtime"], members["Handler"]) == ("nodejs20.x", "index.handler")


def test_a_folder_with_its_own_runtime_needs_no_handler(tmp_path):
    assert from_folder(tmp_path, None, runtime="provided.al2023")["Handler"]


def test_any_other_folder_needs_one(tmp_path):
    with pytest.raises(Trouble, match=r"--handler: expected module\.function; found None"):
        from_folder(tmp_path, None, runtime="nodejs20.x")


def test_functions_are_told_as_json(bare):
    assert "no functions" in bare("functions", "list").err
    made = json.loads(
        bare("functions", "create", "hi", "--blueprint", "hello-world-python", "--json").out
    )
    assert made["name"] == "hi"
    assert made["arn"].endswith(":function:hi")
    [found] = json.loads(bare("functions", "list", "--json").out)
    assert (found["FunctionName"], found["FunctionArn"]) == ("hi", made["arn"])
    assert json.loads(bare("functions", "delete", "hi", "--json").out) == {"deleted": "hi"}
    assert json.loads(bare("functions", "list", "--json").out) == []


def test_blueprints_are_told_as_json():
    told = CliRunner().invoke(app, ["functions", "blueprints", "--json"])
    assert "hello-world-python" in json.loads(told.stdout)
