"""``$input`` and ``$util`` (spec: mapping 6 and 7)."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from urllib.parse import quote_plus, unquote_plus

from octetgate.core.mapping import jsonpath, jsontext
from octetgate.core.mapping.path_text import PathError
from octetgate.core.mapping.vtl.errors import MemberError
from octetgate.core.mapping.vtl.values import Host, java_text, text

Parameters = Mapping[str, Sequence[str]]
"""From a parameter's name, in the client's spelling, to its values in order."""


class Input(Host):
    """``$input``: a body as text, and the method request's parameters.

    For a response template the body is the integration's, while the parameters
    stay the method request's.
    """

    def __init__(
        self,
        body: str = "",
        *,
        path: Parameters | None = None,
        querystring: Parameters | None = None,
        header: Parameters | None = None,
    ) -> None:
        # Recorded: a template that prints an empty body prints {}.
        self.body = body or "{}"
        self._empty = not body
        self._places = {
            "path": path or {},
            "querystring": querystring or {},
            "header": header or {},
        }

    @cached_property
    def document(self) -> object:
        """The body as JSON, parsed once; ``jsonpath.MISSING`` when it is not JSON."""
        try:
            return jsontext.parse(self.body)
        except jsontext.BadJson:
            return jsonpath.MISSING

    def member(self, name: str) -> object:
        """Return ``$input.body``."""
        return self.body if name == "body" else None

    def call(self, name: str, arguments: Sequence[object]) -> object:
        """Return the result of ``json``, ``path`` or ``params``."""
        match name, list(arguments):
            case "json", [path]:
                return self._json(path)
            case "path", [path]:
                found = self._find(path)
                # Recorded: the empty body has no path, though it prints as {}.
                return None if self._empty or found is jsonpath.MISSING else found
            case "params", []:
                return {place: _last(values) for place, values in self._places.items()}
            case "params", [parameter]:
                return self._parameter(text(parameter))
            case _:
                return None

    def _json(self, path: object) -> str:
        found = self._find(path)
        # Neither a missing value nor a body that is not JSON is an error (spec: mapping 6;
        # AWS's documentation speaks of a 400 for the latter, unconfirmed).
        return '""' if found is jsonpath.MISSING else jsontext.dump(found, java_text)

    def _find(self, path: object) -> object:
        if not isinstance(path, str):
            raise MemberError(f"expected a JSON path in quotes, found {text(path) or 'null'!r}")
        try:
            compiled = jsonpath.compile(path)
            if self.document is jsonpath.MISSING:
                return jsonpath.MISSING
            return compiled.find(self.document)
        except PathError as error:
            raise MemberError(str(error)) from error

    def _parameter(self, name: str) -> str:
        for values in self._places.values():
            if found := values.get(name):
                return found[-1]
        return ""


def _last(parameters: Parameters) -> dict[str, object]:
    """Return each parameter with its last value, which is the one templates see."""
    return {name: values[-1] for name, values in parameters.items() if values}


class Util(Host):
    """``$util``: conversions between texts."""

    def call(self, name: str, arguments: Sequence[object]) -> object:
        """Return the result of one of AWS's six functions."""
        function = _FUNCTIONS.get(name)
        if function is None or len(arguments) != 1:
            return None
        return function(arguments[0])


_JAVASCRIPT = re.compile(r"[^ -~]|[\"'\\/]")
_NO_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_SHORT = {"\b": r"\b", "\n": r"\n", "\t": r"\t", "\f": r"\f", "\r": r"\r"}


def escape_javascript(value: object) -> str:
    r"""Return Apache Commons' ``escapeJavaScript``: null is the text ``null``.

    Unconfirmed and as in Commons Lang 2: ``/`` becomes ``\/``, and what is not
    ASCII becomes ``\uXXXX`` by UTF-16 unit.  A blank string stays blank.
    """
    return "null" if value is None else _JAVASCRIPT.sub(_escape, text(value))


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    if " " <= char <= "~":
        return "\\" + char
    if char in _SHORT:
        return _SHORT[char]
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i : i + 2].hex().upper()}" for i in range(0, len(units), 2))


def parse_json(value: object) -> object:
    """Return the document in a text; what is no text is returned as it is."""
    if not isinstance(value, str):
        return value
    try:
        return jsontext.parse(value)
    except jsontext.BadJson as error:
        raise MemberError(str(error)) from error


def url_encode(value: object) -> str:
    """Return the value form-encoded, as ``java.net.URLEncoder`` does it."""
    return quote_plus(text(value), safe="*").replace("~", "%7E")


def url_decode(value: object) -> str:
    """Return a form-encoded value decoded."""
    return unquote_plus(text(value))


def base64_encode(value: object) -> str:
    """Return the Base64 of a text's UTF-8, or of a value's JSON text."""
    source = value if isinstance(value, str) else _serialised(value)
    return base64.b64encode(source.encode("utf-8", "replace")).decode("ascii")


def _serialised(value: object) -> str:
    return "" if value is None else jsontext.dump(value, java_text)


def base64_decode(value: object) -> str:
    """Return the text in a Base64 value.

    As lenient as Commons Codec: either alphabet, with or without padding,
    foreign characters skipped, a lone last character dropped.
    """
    source = text(value).translate({ord("-"): "+", ord("_"): "/"})
    digits = _NO_BASE64.sub("", source)
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    return base64.b64decode(digits + "=" * (-len(digits) % 4)).decode("utf-8", "replace")


_FUNCTIONS: Mapping[str, Callable[[object], object]] = {
    "escapeJavaScript": escape_javascript,
    "parseJson": parse_json,
    "urlEncode": url_encode,
    "urlDecode": url_decode,
    "base64Encode": base64_encode,
    "base64Decode": base64_decode,
}
