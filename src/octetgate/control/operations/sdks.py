"""GetSdk and the types of clients there are (spec: control-plane 2.8)."""

import io
import zipfile
from collections.abc import Mapping

from octetgate.control import sdks
from octetgate.control.calls import Members, Read
from octetgate.control.errors import BadRequestException, NotFoundException
from octetgate.control.exporting import exported
from octetgate.control.openapi.exporter import Form, export, timestamp
from octetgate.control.sdks.described import described
from octetgate.core import kinds

_MADE_HERE = ("javascript", "python")


def _property(
    name: str, friendly: str, description: str, *, required: bool = False, default: str = ""
) -> Members:
    return {
        "name": name,
        "friendlyName": friendly,
        "description": description,
        "required": required,
        "defaultValue": default or None,
    }


def _type(key: str, friendly: str, description: str, *properties: Members) -> Members:
    return {
        "id": key,
        "friendlyName": friendly,
        "description": description,
        "configurationProperties": list(properties),
    }


_PREFIX = _property("classPrefix", "Class prefix", "What the names of classes begin with")

_TYPES: Mapping[str, Members] = {
    each["id"]: each
    for each in (
        _type(
            "android",
            "Android",
            "A client for Android; made by AWS only",
            _property("groupId", "Group ID", "The library's group", required=True),
            _property("artifactId", "Artifact ID", "The library's name", required=True),
            _property("artifactVersion", "Artifact version", "Its version", required=True),
            _property("invokerPackage", "Invoker package", "The Java package", required=True),
        ),
        _type(
            "java",
            "Java SDK",
            "A client for Java; made by AWS only",
            _property("service.name", "Service name", "The name of the client", required=True),
            _property("java.package-name", "Java package name", "The Java package", required=True),
            _property("java.build-system", "Java build system", "Maven or Gradle", default="maven"),
            _property("java.group-id", "Java group ID", "The library's group"),
            _property("java.artifact-id", "Java artifact ID", "The library's name"),
            _property("java.artifact-version", "Java artifact version", "Its version"),
        ),
        _type("javascript", "JavaScript", "A module over fetch, for browsers and Node.js"),
        _type("objectivec", "iOS (Objective-C)", "A client for iOS; made by AWS only", _PREFIX),
        _type("swift", "iOS (Swift)", "A client for iOS; made by AWS only", _PREFIX),
        _type(
            "ruby",
            "Ruby",
            "A client for Ruby; made by AWS only",
            _property("service.name", "Service name", "The name of the client", required=True),
            _property("ruby.gem-name", "Gem name", "The gem's name"),
            _property("ruby.gem-version", "Gem version", "Its version"),
        ),
        _type("python", "Python", "A module over the standard library; made by octetgate only"),
    )
}


def get_sdk_types(call: Read, asked: Members) -> Members:
    """Return the types of clients: AWS's six, and one of ours."""
    del call, asked
    return {"items": list(_TYPES.values())}


def get_sdk_type(call: Read, asked: Members) -> Members:
    """Return one type."""
    del call
    if asked["id"] not in _TYPES:
        raise NotFoundException("Invalid SDK type identifier specified")
    return _TYPES[asked["id"]]


def get_sdk(call: Read, asked: Members) -> Members:
    """Return a client of what a stage serves, zipped."""
    kind = asked["sdkType"]
    if kind not in _MADE_HERE:
        raise BadRequestException(
            f"sdkType: expected one of {', '.join(_MADE_HERE)}, which are made here; found {kind!r}"
        )
    what = exported(call, asked, frozenset())
    document = export(what, Form.OAS30)
    client = described(document, stage=what.stage, url=what.url)
    files: Mapping[str, str] = kinds.load(sdks.__name__, kind).files(client)
    moment = timestamp(what.deployment.deployment.created_date)
    return {
        "contentType": "application/octet-stream",
        "contentDisposition": f'attachment; filename="{kind}_{moment}.zip"',
        "body": _zipped(files),
    }


def _zipped(files: Mapping[str, str]) -> bytes:
    """Return the files in a zip that is the same for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(f"apiGateway-client/{name}")
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode())
    return buffer.getvalue()
