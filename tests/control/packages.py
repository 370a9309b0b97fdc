"""Deployment packages, and a function made of one."""

import io
import zipfile

ROLE = "arn:aws:iam::000000000000:role/r"


def package(text="def handler(event, context): return event", name="index.py"):
    """Return a zip with one file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), text)
    return buffer.getvalue()


def tree(*names):
    """Return a zip with a file under each name, and a folder where one ends with a slash."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), "")
    return buffer.getvalue()


def locked():
    """Return a zip whose file says that it is encrypted."""
    given = bytearray(package())
    for signature, flags in (b"PK\x03\x04", 6), (b"PK\x01\x02", 8):
        given[given.index(signature) + flags] |= 1
    return bytes(given)


def create(lam, name, **members):
    """Create a function with good defaults."""
    given = {
        "FunctionName": name,
        "Runtime": "python3.11",
        "Handler": "index.handler",
        "Role": ROLE,
        "Code": {"ZipFile": package()},
        **members,
    }
    return lam.create_function(**given)
