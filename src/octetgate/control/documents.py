"""Documents that people write, JSON or YAML, as plain values.

YAML is read the way that OpenAPI and CloudFormation mean it, which is not YAML 1.1: keys are
text even where they look like numbers (``200:``), dates stay text, and so do ``yes``, ``on``
and numbers with leading zeros, such as account ids.

A document cannot grow: an alias is one more use of what stands once in memory, and all uses
together are counted.  Values are built from the parser's events on a stack of our own, since
nesting would otherwise be limited only by the C stack.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import yaml

MOST_VALUES = 2_000_000
"""Values of one document, aliases counted as often as they are used."""
DEEPEST = 200
"""Levels of nesting."""

Tagged = Callable[[str, Any], Any]
"""Returns the value that a tag such as ``!Ref`` makes of what it stands before."""

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: Mapping[str, Any] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMERIC = frozenset("+-.0123456789")
_MERGE = "<<"


class BadDocument(Exception):
    """The text is no JSON and no YAML, or is more than anybody writes; says where and why."""


def read(text: bytes, tagged: Tagged | None = None) -> Any:
    """Return the document's value; ``tagged`` understands YAML's local tags.

    JSON is tried first, as it is by far the quicker.
    """
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # Almost all JSON is YAML as well; if this is neither, YAML says where.
        return _yaml(text, tagged)
    _measure(value)
    return value


def _yaml(text: bytes, tagged: Tagged | None) -> Any:
    builder = _Builder(tagged)
    try:
        events = yaml.parse(text.decode("utf-8-sig"), Loader=_loader())
        for event in events:
            builder.take(event)
    except UnicodeDecodeError as error:
        raise BadDocument(f"expected UTF-8; found something else at byte {error.start}") from error
    except yaml.MarkedYAMLError as error:
        said = " ".join(part for part in (error.context, error.problem) if part)
        raise BadDocument(f"{_place(error.problem_mark)}: {said}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise BadDocument(" ".join(str(error).split())) from error
    return builder.value


def _loader() -> Any:
    # Wheels of PyYAML bring libyaml; where one is built without, reading is slower.
    return getattr(yaml, "CLoader", yaml.Loader)


def _place(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the document"


def _measure(value: Any) -> None:
    """Refuse a document that is nested deeper than anybody writes."""
    level = [value]
    for _ in range(DEEPEST):
        level = [
            part
            for each in level
            if isinstance(each, dict | list)
            for part in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return
    raise BadDocument(f"expected at most {DEEPEST} levels; found more")


@dataclass(slots=True)
class _Open:
    """A mapping or a sequence whose end has not been seen."""

    value: dict[str, Any] | list[Any]
    tag: str | None
    anchor: str | None
    size: int = 1
    depth: int = 1
    key: str | None = None
    merged: list[Any] = field(default_factory=list)


class _Builder:
    """Makes a value of a parser's events."""

    def __init__(self, tagged: Tagged | None) -> None:
        self.value: Any = None
        self._tagged = tagged
        self._open: list[_Open] = []
        # What an anchor stands for, with how many values and levels that is.
        self._anchors: dict[str, tuple[Any, int, int]] = {}
        self._documents = 0

    def take(self, event: Any) -> None:
        match event:
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.MappingStartEvent():
                self._begin({}, event)
            case yaml.SequenceStartEvent():
                self._begin([], event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._end(event)
            case yaml.AliasEvent():
                if event.anchor not in self._anchors:
                    raise self._nothing(event)
                self._put(*self._anchors[event.anchor], event)
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise BadDocument(f"{_place(event.start_mark)}: expected one document")
            case _:
                pass

    def _nothing(self, event: Any) -> BadDocument:
        if any(event.anchor == each.anchor for each in self._open):
            said = "expected no part that contains itself"
        else:
            said = "expected the name of a part above"
        return BadDocument(f"{_place(event.start_mark)}: {said}; found *{event.anchor}")

    def _begin(self, value: dict[str, Any] | list[Any], event: Any) -> None:
        if len(self._open) >= DEEPEST:
            raise _too_deep(event)
        if self._open and isinstance(self._open[-1].value, dict) and self._open[-1].key is None:
            raise BadDocument(f"{_place(event.start_mark)}: expected a key that is text")
        self._open.append(_Open(value, event.tag, event.anchor))

    def _end(self, event: Any) -> None:
        ended = self._open.pop()
        if isinstance(ended.value, dict):
            # What stands there wins over what is merged, and the earlier over the later.
            for each in ended.merged:
                ended.value.update({k: v for k, v in each.items() if k not in ended.value})
        value = self._meaning(ended.tag, ended.value)
        if ended.anchor:
            self._anchors[ended.anchor] = (value, ended.size, ended.depth)
        self._put(value, ended.size, ended.depth, event)

    def _scalar(self, event: Any) -> None:
        text = event.value
        is_key = (
            bool(self._open)
            and isinstance(self._open[-1].value, dict)
            and self._open[-1].key is None
        )
        value: Any = text
        if not is_key and event.implicit[0]:
            value = _plain(text)
        elif event.tag:
            value = self._meaning(event.tag, text)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1, 0)
        self._put(value, 1, 0, event)

    def _meaning(self, tag: str | None, value: Any) -> Any:
        if tag and tag.startswith("!") and self._tagged is not None:
            return self._tagged(tag, value)
        return value

    def _put(self, value: Any, size: int, depth: int, event: Any) -> None:
        if not self._open:
            self.value = value
            return
        place = self._open[-1]
        place.size += size
        place.depth = max(place.depth, depth + 1)
        if place.size > MOST_VALUES:
            raise BadDocument(
                f"{_place(event.start_mark)}: expected at most {MOST_VALUES} values, "
                "aliases unfolded"
            )
        if place.depth > DEEPEST:
            raise _too_deep(event)
        if isinstance(place.value, list):
            place.value.append(value)
        elif place.key is None:
            if not isinstance(value, str):
                raise BadDocument(f"{_place(event.start_mark)}: expected a key that is text")
            place.key = value
        else:
            key, place.key = place.key, None
            if key == _MERGE and isinstance(value, dict | list):
                found = value if isinstance(value, list) else [value]
                place.merged += [each for each in found if isinstance(each, dict)]
            else:
                place.value[key] = value


def _too_deep(event: Any) -> BadDocument:
    return BadDocument(f"{_place(event.start_mark)}: expected at most {DEEPEST} levels; found more")


def _plain(text: str) -> Any:
    """Return what text without quotes means."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMERIC:
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return float(text)
    return text
