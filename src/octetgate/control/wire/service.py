"""A service as botocore's model describes it: its operations and the shapes they speak.

The model is read straight from botocore's data files: botocore's own classes would first
import an HTTP client, which takes ten times as long as reading both models.
"""

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import botocore
import msgspec

_VERSIONS: Mapping[str, str] = {"apigateway": "2015-07-09", "lambda": "2015-03-31"}

SERVICES = tuple(_VERSIONS)
"""The services that the management port speaks, by signing name."""

_EXTENSIONS: Mapping[str, tuple[str, ...]] = {
    # Bytes unchanged in that direction (spec: payload-encodings 12).
    "ContentHandlingStrategy": ("PASSTHROUGH",),
}

# AWS lists an enum's values in an order of its own; these were recorded (spec: control-plane 6).
_RECORDED: Mapping[str, str] = {
    "EndpointType": "PRIVATE, EDGE, REGIONAL",
    "IntegrationType": "HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS",
    "Op": "add, remove, move, test, replace, copy",
    "GatewayResponseType": (
        "REQUEST_TOO_LARGE, RESOURCE_NOT_FOUND, AUTHORIZER_CONFIGURATION_ERROR, "
        "MISSING_AUTHENTICATION_TOKEN, BAD_REQUEST_BODY, INVALID_SIGNATURE, INVALID_API_KEY, "
        "BAD_REQUEST_PARAMETERS, AUTHORIZER_FAILURE, UNAUTHORIZED, INTEGRATION_TIMEOUT, "
        "ACCESS_DENIED, DEFAULT_4XX, DEFAULT_5XX, WAF_FILTERED, QUOTA_EXCEEDED, THROTTLED, "
        "API_CONFIGURATION_ERROR, UNSUPPORTED_MEDIA_TYPE, INTEGRATION_FAILURE, EXPIRED_TOKEN"
    ),
}

# Java's letters, digits and separators, as near as `re` comes to them.
_UNICODE: Mapping[str, str] = {r"\p{L}": r"\w", r"\p{N}": r"\d", r"\p{Z}": r"\s"}


@dataclass(frozen=True)
class Member:
    """A named part of a structure and where it travels."""

    name: str
    """As boto3 calls it."""
    wire: str
    """As the message calls it."""
    location: str
    """``uri``, ``querystring``, ``header``, ``statusCode``, ``payload`` or ``body``."""
    shape: "Shape"


class Shape:
    """A type of the model.  What it refers to is looked up when first asked for."""

    def __init__(self, name: str, model: Mapping[str, Any], service: "Service") -> None:
        self.name = name
        self.type: str = model["type"]
        self.required: tuple[str, ...] = tuple(model.get("required", ()))
        self.minimum: float | None = model.get("min")
        self.maximum: float | None = model.get("max")
        self.enum: tuple[str, ...] = tuple(model.get("enum", ())) + _EXTENSIONS.get(name, ())
        self.pattern: str | None = model.get("pattern")
        self.status: int | None = model.get("error", {}).get("httpStatusCode")
        self.streaming: bool = model.get("streaming", False)
        self.event_stream: bool = model.get("eventstream", False)
        """Whether it is one of several events, of which an answer may hold any number."""
        self._model = model
        self._service = service

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """The parts of a structure."""
        payload = self._model.get("payload")
        found = self._model.get("members", {}).items()
        return tuple(self._member(name, model, name == payload) for name, model in found)

    def _member(self, name: str, model: Mapping[str, Any], payload: bool) -> Member:  # noqa: FBT001
        whole = payload or model.get("eventpayload", False)
        location = "payload" if whole else model.get("location", "body")
        wire = model.get("locationName", name)
        return Member(name, wire, location, self._service.shape(model["shape"]))

    @cached_property
    def element(self) -> "Shape":
        """What a list holds, or the values of a map."""
        key = "member" if self.type == "list" else "value"
        return self._service.shape(self._model[key]["shape"])

    @cached_property
    def matches(self) -> re.Pattern[str] | None:
        """The pattern that a string has to match as a whole."""
        if not self.pattern:
            return None
        text = self.pattern
        for java, python in _UNICODE.items():
            text = text.replace(java, python)
        return re.compile(text)

    @cached_property
    def listed(self) -> str:
        """The enum's values as AWS's messages list them."""
        return _RECORDED.get(self.name) or ", ".join(self._model.get("enum", ()))


@dataclass(frozen=True)
class Operation:
    """One call that the service answers."""

    name: str
    method: str
    uri: str
    status: int
    input: Shape | None
    output: Shape | None

    @property
    def function(self) -> str:
        """The boto3 method's name."""
        return botocore.xform_name(self.name)


class Service:
    """The model of one service."""

    def __init__(self, name: str, model: Mapping[str, Any]) -> None:
        self.name = name
        self._shapes: dict[str, Shape] = {}
        self._model = model
        self.operations = {key: self._operation(key) for key in model["operations"]}

    def shape(self, name: str) -> Shape:
        """Return the shape of that name."""
        if name not in self._shapes:
            self._shapes[name] = Shape(name, self._model["shapes"][name], self)
        return self._shapes[name]

    def error(self, code: str) -> Shape | None:
        """Return the shape of an error, if the model names it."""
        return self.shape(code) if code in self._model["shapes"] else None

    def _operation(self, name: str) -> Operation:
        model = self._model["operations"][name]
        http = model["http"]
        return Operation(
            name=name,
            method=http["method"],
            uri=http["requestUri"],
            status=http.get("responseCode", 200),
            input=self.shape(model["input"]["shape"]) if "input" in model else None,
            output=self.shape(model["output"]["shape"]) if "output" in model else None,
        )


@cache
def load(name: str) -> Service:
    """Return the service with that signing name; the first call reads the model."""
    folder = Path(botocore.__file__).parent / "data" / name / _VERSIONS[name]
    packed = folder / "service-2.json.gz"
    # botocore has shipped its models both packed and plain.
    if packed.exists():
        text = gzip.decompress(packed.read_bytes())
    else:
        text = (folder / "service-2.json").read_bytes()
    return Service(name, msgspec.json.decode(text))
