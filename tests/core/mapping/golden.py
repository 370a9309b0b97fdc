"""Reads the cases in tests/goldens/templates.

A case is a comment, fields, the template and, after a line of dashes, the text
it renders to; ``as json:`` compares documents instead of texts.  A second line
of dashes starts the overrides that the rendering leaves behind.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from octetgate.core.mapping import template
from octetgate.core.mapping.context import Context, Overrides
from octetgate.core.mapping.inputs import Input

FOLDER = Path(__file__).parents[2] / "goldens" / "templates"
_FIELDS = {"path": "path", "query": "querystring", "header": "header"}


def cases() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.golden"))


class Golden:
    def __init__(self, name: str) -> None:
        text = (FOLDER / f"{name}.golden").read_text(encoding="utf-8")
        head, _, rest = text.partition("template:\n")
        self.template, _, rest = rest.partition("\n----------\n")
        self.expected, _, self.overridden = rest.removesuffix("\n").partition(
            "\n---------- overrides\n"
        )
        self.overrides = Overrides()
        self.scope = template.Scope(**self._scope(dict_of_lists(fields(head))))

    def _scope(self, given: dict[str, list[str]]) -> dict:
        places: dict[str, dict] = {
            "path": {},
            "querystring": {},
            "header": {},
            "stage": {},
            "context": {},
        }
        for name, values in given.items():
            kind, _, rest = name.partition(".")
            place = places.get(_FIELDS.get(kind, kind))
            if place is None:
                continue
            if kind == "context":
                put_deep(place, rest.split("."), values[-1])
            else:
                place[rest] = values[-1] if kind == "stage" else values
        body = given.get("body", given.get("body (base64)", [""]))[0]
        context, stage = places.pop("context"), places.pop("stage")
        return {
            "input": Input(body, **places),
            "context": Context(context, self.overrides),
            "stage_variables": stage,
        }

    def left_behind(self) -> dict[str, object]:
        found = self.overrides
        return {
            "request headers": found.request_headers,
            "request querystring": found.request_querystring,
            "request path": found.request_path,
            "response headers": found.response_headers,
            "response status": found.response_status,
        }

    def expected_overrides(self) -> dict[str, object]:
        nothing = {"response status": None}
        nothing |= {name: {} for name in self.left_behind() if name not in nothing}
        return nothing | {name: json.loads(value) for name, value in fields(self.overridden)}


def fields(head: str) -> Iterator[tuple[str, str]]:
    for line in head.splitlines():
        name, colon, value = line.partition(": ")
        if colon and not line.startswith("#"):
            yield name, value


def dict_of_lists(pairs: Iterator[tuple[str, str]]) -> dict[str, list[str]]:
    gathered: dict[str, list[str]] = {}
    for name, value in pairs:
        gathered.setdefault(name, []).append(value)
    return gathered


def put_deep(target: dict, names: list[str], value: str) -> None:
    for name in names[:-1]:
        target = target.setdefault(name, {})
    target[names[-1]] = value
