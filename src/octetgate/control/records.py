"""Records of the model, as the members that the service models name."""

from collections.abc import Mapping
from typing import Any

import msgspec


def parts(value: Any) -> Mapping[str, Any]:
    """Return the members of a mapping or of a record, under the model's names."""
    if value is None:
        return {}
    if isinstance(value, msgspec.Struct):
        kind = type(value)
        names = zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True)
        return {wire: getattr(value, name) for wire, name in names}
    mapping: Mapping[str, Any] = value
    return mapping
