"""Layers: files that several functions share (spec: lambda 8)."""

from octetgate.control.accounts import check_total_code
from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import ResourceNotFoundException
from octetgate.control.lambdas import listed
from octetgate.control.layers import find_layer_version, layer_name, shown_layer_version
from octetgate.control.objects import fetching
from octetgate.control.packages import forget_unused, kept_zip
from octetgate.core.model.function import Layer, LayerVersion
from octetgate.core.ports.store import LAYER_VERSIONS, LAYERS

SERVICE = "lambda"


@fetching("Content")
def publish_layer_version(call: Write, asked: Members) -> Members:
    """Keep a zip as the next version of a layer; its number is never used again."""
    name = layer_name(asked["LayerName"])
    layer = call.store.get(LAYERS, name) or Layer(last_version=0)
    number = layer.last_version + 1
    version = LayerVersion(
        arn=f"arn:aws:lambda:{call.region}:{call.account}:layer:{name}:{number}",
        layer=name,
        version=number,
        created=call.now,
        description=asked.get("Description", ""),
        license_info=asked.get("LicenseInfo"),
        compatible_runtimes=tuple(asked.get("CompatibleRuntimes", ())),
        compatible_architectures=tuple(asked.get("CompatibleArchitectures", ())),
        **kept_zip(call, asked["Content"]),
    )
    call.store.put(LAYERS, name, Layer(last_version=number))
    call.store.put(LAYER_VERSIONS, f"{name}/{number}", version)
    check_total_code(call.store)
    return _whole(call, version)


def get_layer_version(call: Read, asked: Members) -> Members:
    """Return a layer's version, and where its zip can be fetched."""
    return _whole(call, find_layer_version(call, asked["LayerName"], asked["VersionNumber"]))


def get_layer_version_by_arn(call: Read, asked: Members) -> Members:
    """Return the layer's version of that ARN, and where its zip can be fetched."""
    name, _, number = asked["Arn"].rpartition(":")
    found = find_layer_version(call, name, int(number) if number.isdecimal() else 0)
    if found.arn != asked["Arn"]:
        raise ResourceNotFoundException("The resource you requested does not exist.")
    return _whole(call, found)


def list_layers(call: Read, asked: Members) -> Members:
    """Return each layer with its newest version that fits what is asked for."""
    newest = {found.layer: found for found in _fitting(call, "", asked)}
    shown = [
        (
            name,
            {
                "LayerName": name,
                "LayerArn": _layer_arn(found),
                "LatestMatchingVersion": shown_layer_version(found),
            },
        )
        for name, found in newest.items()
    ]
    return listed(shown, asked, "Layers")


def list_layer_versions(call: Read, asked: Members) -> Members:
    """Return a layer's versions that fit what is asked for, newest first."""
    found = _fitting(call, f"{layer_name(asked['LayerName'])}/", asked)
    shown = [(str(each.version), shown_layer_version(each)) for each in reversed(found)]
    return listed(shown, asked, "LayerVersions")


def delete_layer_version(call: Write, asked: Members) -> None:
    """Delete a layer's version; functions that use it keep it.

    AWS answers 204 to a version that is not there as well (unconfirmed).
    """
    key = f"{layer_name(asked['LayerName'])}/{asked['VersionNumber']}"
    found = call.store.get(LAYER_VERSIONS, key)
    if found is not None:
        call.store.delete(LAYER_VERSIONS, key)
        forget_unused(call, found.code_key)


def _fitting(call: Read, prefix: str, asked: Members) -> list[LayerVersion]:
    runtime, architecture = asked.get("CompatibleRuntime"), asked.get("CompatibleArchitecture")
    return [
        found
        for _, found in call.store.list(LAYER_VERSIONS, prefix)
        if runtime in (None, *found.compatible_runtimes)
        and architecture in (None, *found.compatible_architectures)
    ]


def _whole(call: Read | Write, found: LayerVersion) -> Members:
    return {
        **shown_layer_version(found),
        "LayerArn": _layer_arn(found),
        "Content": {
            "Location": call.link(f"/_octetgate/layers/{found.layer}/{found.version}/content"),
            "CodeSha256": found.code_sha256,
            "CodeSize": found.code_size,
        },
    }


def _layer_arn(found: LayerVersion) -> str:
    return found.arn.rpartition(":")[0]
