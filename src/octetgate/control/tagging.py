"""Tags as resources are created with them, and the one tag that means something."""

import re
from collections.abc import Mapping

from octetgate.control.calls import Call
from octetgate.control.errors import BadRequestException

CUSTOM_ID = "_custom_id_"
"""The tag that chooses an API's id on create."""

# The id is the first label of the API's host name, which is not case-sensitive.
_HOST_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def chosen_id(call: Call, tags: Mapping[str, str]) -> str:
    """Return the API id that the tags ask for, else a fresh one."""
    wanted = tags.get(CUSTOM_ID)
    if wanted is None:
        return call.new_id(10)
    if not _HOST_LABEL.fullmatch(wanted):
        expected = "expected lower-case letters, digits and inner hyphens, at most 63"
        raise BadRequestException(f"tags.{CUSTOM_ID}: {expected}; found {wanted!r}")
    return wanted
