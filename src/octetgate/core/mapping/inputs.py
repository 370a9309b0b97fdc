"""``$input`` and ``$util`` (spec: mapping 6 and 7)."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote_plus, unquote_plus

from octetgate.core.mapping import jsonpath, jsontext
from octetgate.core.mapping.path_text import PathError
from octetgate.core.mapping.vtl.errors import MemberError
from octetgate.core.mapping.vtl.values import Host, java_text, text

Parameters = Mapping[str, Sequence[str]]
"""From a parameter's name, in the client's spelling, to its values in order."""


_PLACES = ("path", "querystring", "header")
_NONE: Parameters = {}


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
        self._document: tuple[object] | None = None
        self._places = (path or _NONE, querystring or _NONE, header or _NONE)

    @property
    def document(self) -> object:
        """The body as JSON, parsed once; ``jsonpath.MISSING`` when it is not JSON."""
        if self._document is None:
            try:
                self._document = (jsontext.parse(self.body),)
            except jsontext.BadJson:
                self._document = (jsonpath.MISSING,)
        return self._document[0]

    def member(self, name: str) -> object:
        """Return ``$input.body``."""
        return self.body if name == "body" else None

    def call(self, name: str, arguments: Sequence[object]) -> object:
        """Return the result of ``json``, ``path`` or ``params``."""
        return self.method(name, len(arguments))(self, *arguments)

    @classmethod
    def method(cls, name: str, count: int) -> Callable[..., object]:
        """Return ``json``, ``path`` or ``params``."""
        return _INPUTS.get((name, count), _nothing)

    def json(self, path: object) -> str:
        """Return the JSON text of what a path names."""
        found = self._find(path)
        # Neither a missing value nor a body that is not JSON is an error (spec: mapping 6;
        # AWS's documentation speaks of a 400 for the latter, unconfirmed).
        return '""' if found is jsonpath.MISSING else jsontext.dump(found, java_text)

    def path(self, path: object) -> object:
        """Return what a path names."""
        found = self._find(path)
        # Recorded: the empty body has no path, though it prints as {}.
        return None if self._empty or found is jsonpath.MISSING else found

    def parameters(self) -> dict[str, object]:
        """Return all parameters by their place."""
        return dict(zip(_PLACES, map(_last, self._places), strict=True))

    def parameter(self, name: object) -> str:
        """Return a parameter, whichever place has it."""
        wanted = text(name)
        for values in self._places:
            if found := values.get(wanted):
                return found[-1]
        return ""

    def _find(self, path: object) -> object:
        if not isinstance(path, str):
            raise MemberError(f"expected a JSON path in quotes, found {text(path) or 'null'!r}")
        try:
            compiled = jsonpath.compile(path)
            document = self.document
            return document if document is jsonpath.MISSING else compiled.find(document)
        except PathError as error:
            raise MemberError(str(error)) from error


_INPUTS: Mapping[tuple[str, int], Callable[..., object]] = {
    ("json", 1): Input.json,
    ("path", 1): Input.path,
    ("params", 0): Input.parameters,
    ("params", 1): Input.parameter,
}


def _nothing(*_: object) -> None:
    """Call a method that there is not, which is null."""


def _last(parameters: Parameters) -> dict[str, object]:
    """Return each parameter with its last value, which is the one templates see."""
    return {name: values[-1] for name, values in parameters.items() if values}


class Util(Host):
    """``$util``: conversions between texts."""

    def call(self, name: str, arguments: Sequence[object]) -> object:
        """Return the result of one of AWS's six functions."""
        return self.method(name, len(arguments))(self, *arguments)

    @classmethod
    def method(cls, name: str, count: int) -> Callable[..., object]:
        """Return one of AWS's six functions."""
        return _FUNCTIONS.get((name, count), _nothing)


_JAVASCRIPT = re.compile(r"[^ -~]|[\"'\\/]")
_NO_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_SHORT = {"\b": r"\b", "\n": r"\n", "\t": r"\t", "\f": r"\f", "\r": r"\r"}


def escape_javascript(_: object, value: object) -> str:
    r"""Return Apache Commons' ``escapeJavaScript``: null is the text ``null``.

    Unconfirmed and as in Commons Lang 2: ``/`` becomes ``\/``, and what is not
    ASCII becomes ``\uXXXX`` by UTF-16 unit.  A blank string stays blank.
    """
    if value is None:
        return "null"
    source = value if type(value) is str else text(value)
    if not (source.isascii() and source.isprintable()):
        return _JAVASCRIPT.sub(_escape, source)
    # The same for the four that are left, as fast as it goes.
    return source.replace("\\", "\\\\").replace('"', '\\"').replace("'", "\\'").replace("/", "\\/")


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    if " " <= char <= "~":
        return "\\" + char
    if char in _SHORT:
        return _SHORT[char]
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i : i + 2].hex().upper()}" for i in range(0, len(units), 2))


def parse_json(_: object, value: object) -> object:
    """Return the document in a text; what is no text is returned as it is."""
    if not isinstance(value, str):
        return value
    try:
        return jsontext.parse(value)
    except jsontext.BadJson as error:
        raise MemberError(str(error)) from error


def url_encode(_: object, value: object) -> str:
    """Return the value form-encoded, as ``java.net.URLEncoder`` does it."""
    return quote_plus(text(value), safe="*").replace("~", "%7E")


def url_decode(_: object, value: object) -> str:
    """Return a form-encoded value decoded."""
    return unquote_plus(text(value))


def base64_encode(_: object, value: object) -> str:
    """Return the Base64 of a text's UTF-8, or of a value's JSON text."""
    source = value if isinstance(value, str) else _serialised(value)
    return base64.b64encode(source.encode("utf-8", "replace")).decode("ascii")


def _serialised(value: object) -> str:
    return "" if value is None else jsontext.dump(value, java_text)


def base64_decode(_: object, value: object) -> str:
    """Return the text in a Base64 value.

    As lenient as Commons Codec: either alphabet, with or without padding,
    foreign characters skipped, a lone last character dropped.
    """
    source = text(value).translate({ord("-"): "+", ord("_"): "/"})
    digits = _NO_BASE64.sub("", source)
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    return base64.b64decode(digits + "=" * (-len(digits) % 4)).decode("utf-8", "replace")


_FUNCTIONS: Mapping[tuple[str, int], Callable[..., object]] = {
    ("escapeJavaScript", 1): escape_javascript,
    ("parseJson", 1): parse_json,
    ("urlEncode", 1): url_encode,
    ("urlDecode", 1): url_decode,
    ("base64Encode", 1): base64_encode,
    ("base64Decode", 1): base64_decode,
}
