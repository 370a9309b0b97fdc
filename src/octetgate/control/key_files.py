"""Files of API keys: comma-separated values with a head (spec: control-plane 2.6).

The columns may stand in any order and their names in any case; those that are not known are
ignored.  A value may stand in double or in single quotes.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_COLUMNS = ("name", "key", "description", "enabled", "usageplanids")
_SHORTEST, _LONGEST, _LONGEST_NAME = 30, 128, 1024


class BadFile(ValueError):
    """A file that no key can be read from; says what was expected and found."""


@dataclass(frozen=True, slots=True)
class ImportedKey:
    """A line of a file."""

    name: str
    value: str
    description: str
    enabled: bool
    usage_plan_ids: tuple[str, ...]


def read_keys(data: bytes) -> tuple[list[ImportedKey], list[str]]:
    """Return the keys, and of each line without one why there is none."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(f"body: expected UTF-8; {error}") from None
    try:
        lines = [line for line in csv.reader(io.StringIO(text)) if any(map(str.strip, line))]
    except csv.Error as error:
        raise BadFile(f"body: expected comma-separated values; {error}") from None
    if not lines:
        raise BadFile("body: expected a head and keys; found nothing")
    head = [name.strip().lower() for name in lines[0]]
    for column in ("name", "key"):
        if column not in head:
            raise BadFile(f"body: expected a column {column}; found {', '.join(head)}")
    keys: list[ImportedKey] = []
    warnings: list[str] = []
    for number, line in enumerate(lines[1:], start=2):
        found = _key(dict(zip(head, _unquoted(line), strict=False)))
        if isinstance(found, str):
            warnings.append(f"line {number}: {found}")
        else:
            keys.append(found)
    return keys, warnings


def _unquoted(parts: Sequence[str]) -> Iterator[str]:
    """Yield the values of a line; those in single quotes may have commas in them."""
    rest = iter(parts)
    for part in rest:
        value = part.strip()
        if value.startswith("'"):
            while len(value) < 2 or not value.endswith("'"):
                following = next(rest, None)
                if following is None:
                    break
                value = f"{value},{following.strip()}"
            value = value.removeprefix("'").removesuffix("'")
        yield value


def _key(row: dict[str, str]) -> ImportedKey | str:
    name, value, description, enabled, plans = (row.get(column, "") for column in _COLUMNS)
    if len(name) > _LONGEST_NAME:
        return f"name: expected at most {_LONGEST_NAME} characters; found {len(name)}"
    if not _SHORTEST <= len(value) <= _LONGEST:
        return f"key: expected {_SHORTEST} to {_LONGEST} characters; found {len(value)}"
    if enabled.lower() not in {"", "true", "false"}:
        return f"enabled: expected true or false; found {enabled!r}"
    ids = tuple(part.strip() for part in plans.split(",") if part.strip())
    return ImportedKey(name, value, description, enabled.lower() != "false", ids)
