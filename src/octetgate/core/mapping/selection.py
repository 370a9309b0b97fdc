"""Which integration response, and which template (spec: mapping 3 and 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from octetgate.core.mapping import javaregex

BadPattern = javaregex.BadPattern
"""A selection pattern cannot be used; raised when the responses are compiled."""

TextTooLong = javaregex.TextTooLong
"""A message is longer than a selection pattern may safely read."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Selector:
    """The integration responses of one method, in the order in which they are tried."""

    _patterns: tuple[tuple[javaregex.Regex, str], ...]
    _default: str | None

    def choose(self, text: str) -> str | None:
        """Return the status code of the response for ``text``, ``None`` if none fits.

        ``text`` is the backend's status, a Lambda function's error message (empty
        on success) or a mock's status code.  A pattern must match all of it.
        Raises ``TextTooLong`` for a message longer than a pattern may safely read.
        """
        for pattern, status in self._patterns:
            if pattern.fullmatch(text):
                return status
        return self._default


def compile(responses: Iterable[tuple[str | None, str]]) -> Selector:  # noqa: A001 - as templates
    """Return a selector over pairs of selection pattern and status code.

    They are tried by ascending status; the stored order of AWS is unconfirmed,
    and this one fits what was recorded.  An empty pattern makes a default.
    """
    ordered = sorted(responses, key=lambda pair: (int(pair[1]), pair[1]))
    patterns = tuple((javaregex.compile(pattern), status) for pattern, status in ordered if pattern)
    default = next((status for pattern, status in ordered if not pattern), None)
    return Selector(patterns, default)


def choose(responses: Iterable[tuple[str | None, str]], text: str) -> str | None:
    """Return the status code that ``text`` selects among pairs of pattern and status code."""
    return compile(responses).choose(text)


class Choice(Enum):
    """What happens to a body for which there is no template to render."""

    PASSTHROUGH = "passthrough"
    UNSUPPORTED_MEDIA_TYPE = "unsupported media type"


DEFAULT_TYPE = "application/json"

# What to do with templates that do not match, and what without any (spec: payload-encodings 3.3).
_UNMATCHED: Mapping[str, tuple[Choice, Choice]] = {
    "WHEN_NO_MATCH": (Choice.PASSTHROUGH, Choice.PASSTHROUGH),
    "WHEN_NO_TEMPLATES": (Choice.UNSUPPORTED_MEDIA_TYPE, Choice.PASSTHROUGH),
    "NEVER": (Choice.UNSUPPORTED_MEDIA_TYPE, Choice.UNSUPPORTED_MEDIA_TYPE),
}


def request_template(
    templates: Mapping[str, _T | None], content_type: str | None, passthrough_behavior: str
) -> _T | Choice:
    """Return the template for a request body, or what happens without one.

    A template that is ``None`` stands for an empty text: it matches, and the
    body is sent as it is (unconfirmed).
    """
    for wanted in (_media_type(content_type) or DEFAULT_TYPE, "$default"):
        key = _key(templates, wanted)
        if key is not None:
            return _or_passthrough(templates[key])
    unmatched, without = _UNMATCHED[passthrough_behavior]
    return unmatched if templates else without


def response_template(templates: Mapping[str, _T | None], accept: str | None) -> _T | Choice:
    """Return the template for a response body: by ``Accept``, else JSON's, else the first."""
    for wanted in (_media_type(accept), DEFAULT_TYPE):
        key = _key(templates, wanted)
        if key is not None:
            return _or_passthrough(templates[key])
    return _or_passthrough(next(iter(templates.values()), None))


def _media_type(header: str | None) -> str:
    """Return the first media type of a header, without its parameters."""
    return (header or "").partition(",")[0].partition(";")[0].strip()


def _key(templates: Mapping[str, object], wanted: str) -> str | None:
    """Return the key that is ``wanted``; case does not matter (recommended, unconfirmed)."""
    if wanted in templates:
        return wanted
    return next((key for key in templates if key.lower() == wanted.lower()), None)


def _or_passthrough(template: _T | None) -> _T | Choice:
    return Choice.PASSTHROUGH if template is None else template
