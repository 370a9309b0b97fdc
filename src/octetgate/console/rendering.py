"""Templates as bytes of HTML: one environment, and what every template may use."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined
from jinja2.utils import missing

HERE = Path(__file__).parent
STATIC = HERE / "static"


class _Absent(Undefined):
    """A member that a result does not have, which is how results say that there is none.

    It is false, empty and prints nothing; a name that no page gives is an error all the same.
    """

    def __new__(cls, hint: str | None = None, obj: Any = missing, *rest: Any, **more: Any) -> Any:
        if obj is missing:
            return StrictUndefined(hint, obj, *rest, **more)
        return super().__new__(cls)


@cache
def environment() -> Environment:
    """Return the environment; everything is escaped."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=_Absent,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.do"],
    )
    made.filters |= {"moment": moment, "bytes": size, "pair": pair, "chosen": chosen}
    made.filters |= {"sentence": sentence}
    made.globals["static"] = static
    return made


def templates() -> Iterator[Callable[[], object]]:
    """Yield what compiles each template, which else the first visitor of its page waits for."""
    for name in environment().list_templates(extensions=["html"]):
        yield partial(environment().get_template, name)


def render(template: str, **values: Any) -> str:
    """Return a template's text."""
    return environment().get_template(template).render(**values)


@cache
def static(name: str) -> str:
    """Return the URL of a static file, which changes with its content."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def moment(epoch_seconds: float) -> str:
    """Return a time as people read it; always UTC, as in logs."""
    return datetime.fromtimestamp(epoch_seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def size(count: float) -> str:
    """Return a number of bytes as people read it."""
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} GiB"


def pair(value: str) -> tuple[str, str]:
    """Return a choice whose words are its value."""
    return value, value


def chosen(record: Mapping[str, str], value: str, words: str) -> tuple[str, str]:
    """Return the choice that a record is, by the names of two of its members."""
    return record[value], record[words]


def sentence(text: str) -> str:
    """Return what began in the middle of a sentence as one; a name keeps its own beginning."""
    word = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if word.isalpha() else text
