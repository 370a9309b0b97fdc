"""What the console ships of others is what requirements/console-assets made."""

import hashlib
import json
import re

import pytest

FOLDERS = ["src/octetgate/console/static/vendor", "tests/console/vendor"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_shipped_file_is_as_it_was_built(project, folder):
    sums = dict(
        reversed(line.split("  "))
        for line in (project / folder / "SHA256SUMS").read_text().splitlines()
    )
    files = {file.name for file in (project / folder).iterdir()} - {"SHA256SUMS"}
    assert files == set(sums)
    for name, digest in sums.items():
        assert hashlib.sha256((project / folder / name).read_bytes()).hexdigest() == digest


def test_every_package_that_is_shipped_has_its_licence_beside_it(project):
    wanted = json.loads((project / "requirements/console/package.json").read_text())
    shipped = (project / FOLDERS[0] / "LICENSES.txt").read_text()
    named = dict(re.findall(r"^(\S+) ([\d.]+): \S+$", shipped, flags=re.MULTILINE))
    assert wanted["dependencies"].items() <= named.items()


def test_the_lock_pins_every_package_by_hash_and_names_no_registry(project):
    text = (project / "requirements/console/package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    assert [name for name, each in packages.items() if name and "integrity" not in each] == []
    assert "://" not in re.sub(r'"url": "https://[^"]+"', "", text)
