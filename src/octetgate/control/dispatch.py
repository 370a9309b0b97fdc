"""Which function answers an operation: the one with its boto3 name.

The folder of operations is the registry.  An operation of the models that has no function
there is refused here and nowhere else.
"""

import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from octetgate.control import calls, operations
from octetgate.control.errors import NotImplementedException
from octetgate.control.wire.service import Operation
from octetgate.core import kinds


@dataclass(frozen=True, slots=True)
class Answering:
    """A function of :mod:`octetgate.control.operations`, and what it asks to be given."""

    function: Callable[[Any, calls.Members], Any]
    prepare: Callable[[calls.Call, calls.Members], calls.Members] | None
    """What changes its members beforehand, outside its transaction."""
    needs: type[calls.Read | calls.Write | calls.Invoke | calls.Rehearsing]


def answering(service: str, operation: Operation) -> Answering:
    """Return what answers the operation; refuse one that nothing answers yet."""
    found = table().get((service, operation.function))
    if found is None:
        raise NotImplementedException(
            f"{operation.name} ({service}) is not supported by octetgate yet"
        )
    return found


@cache
def table() -> Mapping[tuple[str, str], Answering]:
    """Return every operation that is answered, by service and boto3 name."""
    package = operations.__name__
    return {
        (service, name): answering
        for module in kinds.names(package)
        for service, name, answering in _in_module(package, module)
    }


def _in_module(package: str, name: str) -> typing.Iterator[tuple[str, str, Answering]]:
    module = kinds.load(package, name)
    service = getattr(module, "SERVICE", "apigateway")
    for word, function in vars(module).items():
        if getattr(function, "__module__", None) != module.__name__ or word.startswith("_"):
            continue
        needs = typing.get_type_hints(function).get("call")
        if needs is not None:
            yield service, word, Answering(function, getattr(function, "prepare", None), needs)
