"""Queues and streams that functions are called for: there are none here."""

from octetgate.control.calls import Members, Read
from octetgate.control.lambdas import find_qualified

SERVICE = "lambda"


def list_event_source_mappings(call: Read, asked: Members) -> Members:
    """Return none, which tools ask before they touch a function."""
    if asked.get("FunctionName"):
        find_qualified(call, asked)
    return {"EventSourceMappings": []}
