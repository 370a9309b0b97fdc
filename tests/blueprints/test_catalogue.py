import io
import tomllib
import zipfile

import pytest

from octetgate.blueprints import catalogue

NAME = "image-processing-service"


def test_the_blueprints_are_listed_by_name():
    assert catalogue.names() == ["echo-binary", "hello-world-python", NAME]


@pytest.mark.parametrize("name", catalogue.names())
def test_every_blueprint_is_explained(name):
    readme = catalogue._folder(name) / "README.md"
    assert readme.read_text().startswith(f"# {name}\n")


@pytest.mark.parametrize("name", catalogue.names())
def test_every_blueprint_can_become_a_function(name):
    about = catalogue.describe(name)
    assert about.name == name
    assert about.runtime.startswith("python3.")
    assert 1 <= about.timeout <= 900
    assert 128 <= about.memory_size <= 10240
    module, _, function = about.handler.rpartition(".")
    with zipfile.ZipFile(io.BytesIO(catalogue.package(name))) as archive:
        assert f"def {function}(" in archive.read(f"{module}.py").decode()


def test_a_package_holds_the_function_alone():
    with zipfile.ZipFile(io.BytesIO(catalogue.package(NAME))) as archive:
        assert archive.namelist() == ["handler.py"]


def test_a_package_is_the_same_bytes_every_time():
    assert catalogue.package(NAME) == catalogue.package(NAME)


@pytest.mark.parametrize("ask", [catalogue.describe, catalogue.package])
def test_an_unknown_blueprint_is_refused_with_the_known_ones(ask):
    with pytest.raises(catalogue.NoSuchBlueprint, match=f"{NAME}; found 'other'"):
        ask("other")


def test_a_blueprint_says_nothing_that_is_not_read(tmp_path):
    for about in catalogue._FOLDER.glob("*/blueprint.toml"):
        told = tomllib.loads(about.read_text())
        assert set(told) == set(catalogue.Blueprint.__slots__)
