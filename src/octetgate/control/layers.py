"""Layers as operations find and show them, and as functions use them (spec: lambda 8)."""

from collections.abc import Sequence

from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import InvalidParameterValueException, ResourceNotFoundException
from octetgate.control.lambdas import shown_date
from octetgate.core.model.function import LayerUse, LayerVersion
from octetgate.core.ports.store import LAYER_VERSIONS

_MOST = 5


def layer_name(reference: str) -> str:
    """Return the name of a layer that is named by it or by an ARN, with a version or not."""
    return reference.rpartition(":layer:")[2].partition(":")[0]


def find_layer_version(call: Read | Write, reference: str, number: int) -> LayerVersion:
    """Return a layer's version."""
    name = layer_name(reference)
    found = call.store.get(LAYER_VERSIONS, f"{name}/{number}")
    if found is None:
        raise ResourceNotFoundException("The resource you requested does not exist.")
    return found


def layers_used(call: Write, arns: Sequence[str]) -> tuple[LayerUse, ...]:
    """Return the layers of those ARNs as a function has them."""
    if len(arns) > _MOST:
        raise InvalidParameterValueException(f"Layers: expected at most {_MOST}; found {len(arns)}")
    used = tuple(_used(call, arn) for arn in arns)
    names = [layer_name(arn) for arn in arns]
    twice = [arn for arn, name in zip(arns, names, strict=True) if names.count(name) > 1]
    if twice:
        raise InvalidParameterValueException(
            "Two different versions of the same layer are not allowed to be referenced in the "
            f"same function. {' and '.join(twice)} are versions of the same layer."
        )
    return used


def _used(call: Write, arn: str) -> LayerUse:
    name, _, number = arn.rpartition(":layer:")[2].partition(":")
    found = call.store.get(LAYER_VERSIONS, f"{name}/{number}")
    if found is None or found.arn != arn:
        raise InvalidParameterValueException(f"Layer version {arn} does not exist.")
    return LayerUse(arn=arn, code_key=found.code_key, code_size=found.code_size)


def shown_layer_version(found: LayerVersion) -> Members:
    """Return a layer's version as lists show it."""
    return {
        "LayerVersionArn": found.arn,
        "Version": found.version,
        "Description": found.description,
        "CreatedDate": shown_date(found.created),
        "CompatibleRuntimes": found.compatible_runtimes or None,
        "CompatibleArchitectures": found.compatible_architectures or None,
        "LicenseInfo": found.license_info,
    }
