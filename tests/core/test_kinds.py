"""The folder is the registry."""

from pathlib import Path

import pytest

from octetgate.core import kinds


@pytest.fixture
def fruits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a package with the kinds apple and sour_cherry, and a private module."""
    name = f"fruits_of_{tmp_path.name}"
    package = tmp_path / name
    package.mkdir()
    for module in ("__init__", "apple", "sour_cherry", "_private"):
        (package / f"{module}.py").write_text(f"NAME = {module!r}\n")
    monkeypatch.syspath_prepend(tmp_path)
    return name


def test_the_names_are_the_files_that_are_not_private(fruits):
    assert kinds.names(fruits) == ("apple", "sour_cherry")


@pytest.mark.parametrize("wire_name", ["sour_cherry", "SOUR_CHERRY", "Sour-Cherry"])
def test_a_wire_name_leads_to_its_file(fruits, wire_name):
    assert kinds.load(fruits, wire_name).NAME == "sour_cherry"


def test_a_kind_is_loaded_once(fruits):
    assert kinds.load(fruits, "apple") is kinds.load(fruits, "apple")


@pytest.mark.parametrize("wire_name", ["pear", "_private", "__init__", "apple.x", "os", ""])
def test_a_name_without_a_file_says_which_there_are(fruits, wire_name):
    with pytest.raises(kinds.NoSuchKind) as raised:
        kinds.load(fruits, wire_name)
    assert str(raised.value) == f"{fruits}: expected one of apple, sour_cherry; found {wire_name!r}"
    assert raised.value.known == ("apple", "sour_cherry")
    assert raised.value.name == wire_name


def test_the_message_names_the_folder_not_the_whole_package():
    assert str(kinds.NoSuchKind("a.b.fruits", "x", ("y",))).startswith("fruits: ")
