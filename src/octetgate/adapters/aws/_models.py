"""What botocore's data says of a service: its protocol, its operations and where it answers.

Importing botocore takes a moment: :mod:`octetgate.adapters.aws.services` imports this module when
the first service is asked for, and not before.
"""

import gzip
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from botocore.exceptions import DataNotFoundError
from botocore.loaders import Loader
from botocore.regions import EndpointResolver

_KIND = "service-2"
_HEAD = 4096
_PREFIX = re.compile(rb'"endpointPrefix"\s*:\s*"([^"]+)"')
_S3 = frozenset({"s3", "s3v4"})
_loader = Loader()


class Model(NamedTuple):
    """A service's model, as far as a request needs it."""

    name: str
    """As boto3 calls the service."""
    service_id: str
    endpoint_prefix: str
    signing_name: str
    protocol: str
    target_prefix: str
    json_version: str
    unsigned_payload: bool


class Endpoint(NamedTuple):
    """Where botocore's data says that a service answers."""

    host: str
    signing_region: str


@cache
def model(name: str) -> Model | None:
    """Return the model of the service that an ARN names.

    ARNs say what endpoints begin with (``states``), boto3 says it differently at times
    (``stepfunctions``).  Where several services share an endpoint, the one with the query
    protocol is meant: the others have REST protocols, whose requests name no service.
    """
    candidates = [_described(each) for each in _names(name)]
    return next((each for each in candidates if each.protocol == "query"), None) or next(
        iter(candidates), None
    )


def _names(name: str) -> tuple[str, ...]:
    by_prefix = _by_endpoint_prefix()
    if name in by_prefix:
        return by_prefix[name]
    return (name,) if name in _loader.list_available_services(_KIND) else ()


@cache
def _by_endpoint_prefix() -> Mapping[str, tuple[str, ...]]:
    """Return endpoint prefix → services, from the first lines of every model.

    Reading the models whole would take seconds.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name in _loader.list_available_services(_KIND):
        match = _PREFIX.search(_head(name))
        if match is not None:
            prefix = match[1].decode()
            found[prefix] = (*found.get(prefix, ()), name)
    return found


def _head(name: str) -> bytes:
    version = _loader.determine_latest_version(name, _KIND)
    for folder in _loader.search_paths:
        path = Path(folder) / name / version / f"{_KIND}.json"
        if path.exists():
            return path.read_bytes()[:_HEAD]
        packed = path.with_suffix(".json.gz")
        if packed.exists():
            with gzip.open(packed) as file:
                return file.read(_HEAD)
    return b""


def _described(name: str) -> Model:
    metadata: Mapping[str, Any] = _document(name)["metadata"]
    prefix = metadata["endpointPrefix"]
    return Model(
        name=name,
        service_id=metadata.get("serviceId", name),
        endpoint_prefix=prefix,
        signing_name=metadata.get("signingName", prefix),
        protocol=metadata["protocol"],
        target_prefix=metadata.get("targetPrefix", ""),
        json_version=metadata.get("jsonVersion", "1.0"),
        unsigned_payload=metadata.get("signatureVersion") in _S3,
    )


def _document(name: str) -> Mapping[str, Any]:
    document: Mapping[str, Any] = _loader.load_service_model(name, _KIND)
    return document


def operation(name: str, action: str) -> tuple[Mapping[str, str], Mapping[str, Any]] | None:
    """Return an operation's ``http`` trait and its input's members, or None if there is none."""
    document = _document(name)
    found = document["operations"].get(action)
    if found is None:
        return None
    shape = found.get("input", {}).get("shape")
    members = document["shapes"][shape]["members"] if shape else {}
    return found["http"], members


@cache
def endpoint(prefix: str, region: str) -> Endpoint | None:
    """Return where a service answers in a region, or None where botocore knows of no place."""
    found: Mapping[str, Any] | None = _resolver().construct_endpoint(prefix, region)
    if found is None:
        return None
    scope = found.get("credentialScope", {})
    return Endpoint(found["hostname"], scope.get("region", region))


@cache
def _resolver() -> EndpointResolver:
    try:
        data = _loader.load_data("endpoints")
    except DataNotFoundError:  # pragma: no cover - every botocore brings it
        data = {"partitions": []}
    return EndpointResolver(data)
