"""Deployment packages that pages look into and change."""

import io
import stat
import zipfile

import pytest

from octetgate.console.packages import BadPackage, files, text, with_text, zipped

NOON = (2024, 5, 6, 12, 0, 0)


def entry(name, mode=0o644):
    made = zipfile.ZipInfo(name, NOON)
    made.external_attr = mode << 16
    if name.endswith("/"):
        made.external_attr |= 0x10
    return made


def packed(*contents):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for record, data in contents:
            archive.writestr(record if isinstance(record, zipfile.ZipInfo) else entry(record), data)
    return made.getvalue()


def described(package):
    """Return all that unzipping goes by, for each entry in its order."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.testzip() is None
        return [
            (each.filename, each.external_attr, each.date_time, archive.read(each))
            for each in archive.infolist()
        ]


def test_changing_a_file_leaves_all_others_with_their_modes_and_empty_folders():
    link = entry("current", stat.S_IFLNK | 0o777)
    before = packed(
        (entry("bin/tool", 0o100755), b"\x7fELF\x00"),
        (entry("empty/", 0o40755), b""),
        (link, b"bin/tool"),
        ("handler.py", b"old\n"),
        ("zz.bin", bytes(range(256)) * 300),
    )
    after = with_text(before, "handler.py", "new\n")
    expected = [
        (name, mode, when, b"new\n" if name == "handler.py" else data)
        for name, mode, when, data in described(before)
    ]
    assert described(after) == expected


@pytest.mark.parametrize("name", ["../handler.py", "/handler.py", "./handler.py", "new.py", ""])
def test_only_a_file_that_is_in_the_package_can_be_changed_or_read(name):
    package = packed(("handler.py", b"old\n"))
    with pytest.raises(BadPackage, match="expected a file of the package"):
        with_text(package, name, "new\n")
    with pytest.raises(BadPackage, match="expected a file of the package"):
        text(package, name)


def test_a_file_with_windows_line_ends_keeps_them_and_one_with_both_gets_what_pages_send():
    package = packed(("dos.py", b"a\r\nb\r\n"), ("both.py", b"a\r\nb\n"))
    after = with_text(with_text(package, "dos.py", "a\nc\n"), "both.py", "a\nc\n")
    assert [data for *_, data in described(after)] == [b"a\r\nc\r\n", b"a\nc\n"]


def test_bytes_and_long_files_are_listed_and_have_no_text():
    package = packed(
        ("picture.png", b"\x89PNG\xff"),
        ("long.txt", b"a" * 262_145),
        ("folder/", b""),
        ("é.js", b"1;"),
    )
    assert [(file.name, file.is_small, file.language) for file in files(package)] == [
        ("long.txt", False, "text"),
        ("picture.png", True, "text"),
        ("é.js", True, "javascript"),
    ]
    assert text(package, "picture.png") is None
    assert text(package, "long.txt") is None


def test_a_file_behind_a_password_or_with_damage_is_named_and_nothing_is_changed():
    whole = packed(("handler.py", b"old\n"), ("secret.py", b"key\n"))
    locked = bytearray(whole)
    at = locked.rfind(b"PK\x01\x02")
    locked[at + 8] |= 1  # the flag for encryption, of the last entry in the directory
    damaged = bytearray(whole)
    damaged[damaged.find(b"secret.py") + len("secret.py")] ^= 0xFF
    for package in (bytes(locked), bytes(damaged)):
        assert text(package, "secret.py") is None
        with pytest.raises(BadPackage, match=r"secret\.py: cannot be unzipped"):
            with_text(package, "handler.py", "new\n")


def test_what_claims_to_be_huge_is_not_unzipped():
    bomb = bytearray(packed(("handler.py", b"old\n")))
    at = bomb.rfind(b"PK\x01\x02")
    bomb[at + 24 : at + 28] = (300 * 1024 * 1024).to_bytes(4, "little")
    with pytest.raises(BadPackage, match="expected at most 262144000 bytes unzipped"):
        with_text(bytes(bomb), "handler.py", "new\n")


def test_what_is_no_zip_is_refused():
    with pytest.raises(BadPackage, match="expected a zip"):
        files(b"not a zip")


def test_a_folder_makes_the_same_package_every_time_and_programs_stay_programs():
    contents = {"b/handler.py": b"code", "a": b"#!/bin/sh\n"}
    package = zipped(contents)
    assert package == zipped(dict(reversed(contents.items())))
    assert [(name, mode >> 16) for name, mode, *_ in described(package)] == [
        ("a", 0o755),
        ("b/handler.py", 0o644),
    ]
