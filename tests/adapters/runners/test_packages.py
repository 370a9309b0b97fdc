import io
import stat
import warnings
import zipfile

import pytest
from tests.adapters.runners.lambdas import zipped

from octetgate.adapters.runners import _packages
from octetgate.adapters.runners._packages import Packages, unpack
from octetgate.adapters.stores import memory
from octetgate.core.ports.functions import InvalidPackage
from octetgate.core.ports.store import FUNCTION_CODE


def test_files_and_folders_are_written(tmp_path):
    unpack(zipped({"a.py": "1", "pkg/": "", "pkg/b.py": "2", "deep/er/c": "3"}), tmp_path)
    assert (tmp_path / "a.py").read_text() == "1"
    assert (tmp_path / "pkg" / "b.py").read_text() == "2"
    assert (tmp_path / "deep" / "er" / "c").read_text() == "3"


def test_a_program_stays_one_and_everything_can_be_read(tmp_path):
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        for name, mode in [("program", 0o700), ("text", 0o600)]:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (stat.S_IFREG | mode) << 16
            archive.writestr(entry, "")
    unpack(package.getvalue(), tmp_path)
    assert stat.S_IMODE((tmp_path / "program").stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "text").stat().st_mode) == 0o644


@pytest.mark.parametrize("name", ["../out", "a/../../out", "/out", "..\\out", "a/.."])
def test_a_path_out_of_the_package_is_refused(tmp_path, name):
    with pytest.raises(InvalidPackage, match="expected paths inside the package"):
        unpack(zipped({name: "x"}), tmp_path / "in")
    assert not (tmp_path / "out").exists()


def test_a_bomb_is_refused_before_it_goes_off(tmp_path, monkeypatch):
    monkeypatch.setattr(_packages, "UNPACKED_LIMIT", 1000)
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(1001))
    with pytest.raises(InvalidPackage, match="at most 1000 bytes unzipped; found 1001"):
        unpack(package.getvalue(), tmp_path)
    assert not list(tmp_path.iterdir())


def test_an_entry_that_is_larger_than_it_declares_is_refused(tmp_path):
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(100_000))
    lying = package.getvalue().replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    with pytest.raises(InvalidPackage, match="expected a zip file"):
        unpack(lying, tmp_path)
    assert (tmp_path / "zeros").stat().st_size <= 10


@pytest.mark.parametrize("package", [b"", b"PK", b"no zip at all", zipped({"a": "x" * 99})[:-30]])
def test_what_is_no_zip_is_refused(tmp_path, package):
    with pytest.raises(InvalidPackage, match="expected a zip file"):
        unpack(package, tmp_path)


def test_the_same_name_twice_is_the_later_file(tmp_path):
    package = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(package, "w") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("a", "1")
        archive.writestr("a", "2")
    unpack(package.getvalue(), tmp_path)
    assert (tmp_path / "a").read_text() == "2"


@pytest.fixture
def packages(tmp_path):
    store = memory.open("memory://")
    with store.write() as writing:
        writing.put(FUNCTION_CODE, "good", zipped({"a": "1"}))
        writing.put(FUNCTION_CODE, "bad", b"no zip")
    unpacked = Packages(store, tmp_path)
    unpacked.start()
    yield unpacked
    store.close()


async def test_a_package_is_unpacked_once(packages):
    folder = await packages.folder("good")
    before = (folder / "a").stat().st_ino
    assert await packages.folder("good") == folder
    assert (folder / "a").stat().st_ino == before


@pytest.mark.parametrize("code_key", ["bad", "missing"])
async def test_a_package_that_fails_leaves_nothing_and_fails_again(packages, tmp_path, code_key):
    for _ in range(2):
        with pytest.raises(InvalidPackage):
            await packages.folder(code_key)
    assert not list(tmp_path.iterdir())


async def test_a_start_removes_what_no_function_uses_and_keeps_the_rest(aws, tmp_path):
    key = aws.put("def handler(event, context): return 1")
    await aws.invoke()
    root = tmp_path / "functions" / "code"
    (root / "unfinished-x").mkdir()
    (root / ("0" * 64)).mkdir()
    Packages(aws.store, root).start()
    assert [folder.name for folder in root.iterdir()] == [key]
