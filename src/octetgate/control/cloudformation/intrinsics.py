"""CloudFormation's functions: ``Ref``, ``Fn::Sub``, ``Fn::If`` and the others, worked out.

A resource's own values exist once it is made: :class:`Values` grows while resources are made in
order, and what refers to one that is not there yet is an error.
"""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from octetgate.control.cloudformation.template import BadTemplate, Node, Template

_VARIABLE = re.compile(r"\$\{(!?)([^{}]*)\}")
_NO_VALUE = "AWS::NoValue"


class _Nothing:
    """What ``AWS::NoValue`` stands for: the property that it is the value of is not there."""


NOTHING = _Nothing()


@dataclass(slots=True)
class Values:
    """What a template's references stand for."""

    pseudo: Mapping[str, Any]
    """``AWS::Region`` and the like."""
    refs: dict[str, Any] = field(default_factory=dict)
    """What ``Ref`` of each resource that is made is."""
    attributes: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """What ``Fn::GetAtt`` can ask of each."""


class Resolver:
    """Works out the functions of one template."""

    def __init__(self, template: Template, values: Values) -> None:
        self._template = template
        self._values = values
        self._conditions: dict[str, bool | None] = {}
        self._functions: Mapping[str, Callable[[Any, str], Any]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._attribute,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::Split": self._split,
            "Fn::Select": self._select,
            "Fn::FindInMap": self._in_map,
            "Fn::Base64": self._base64,
            "Fn::If": self._if,
            "Fn::ImportValue": self._import,
            "Fn::GetAZs": self._zones,
            "Fn::ToJsonString": self._json,
            "Fn::Length": self._length,
        }

    def resolved(self, value: Any, place: str) -> Any:
        """Return a value with no function left in it."""
        if isinstance(value, list):
            parts = [self.resolved(each, f"{place}[{n}]") for n, each in enumerate(value)]
            return [part for part in parts if part is not NOTHING]
        if not isinstance(value, dict):
            return value
        name, argument = _function(value)
        if name is not None:
            return self._called(name, argument, f"{place}.{name}")
        found = {key: self.resolved(each, f"{place}.{key}") for key, each in value.items()}
        return {key: each for key, each in found.items() if each is not NOTHING}

    def holds(self, condition: str, place: str) -> bool:
        """Return whether one of the template's conditions holds."""
        if condition not in self._template.conditions:
            raise BadTemplate(f"{place}: expected one of Conditions; found {condition!r}")
        if condition not in self._conditions:
            self._conditions[condition] = None
            said = self._template.conditions[condition]
            self._conditions[condition] = self._truth(said, f"Conditions.{condition}")
        known = self._conditions[condition]
        if known is None:
            raise BadTemplate(f"Conditions.{condition}: expected no condition that needs itself")
        return known

    def references(self, value: Any) -> Iterator[str]:
        """Yield the resources that a value needs, branches not taken left out."""
        if isinstance(value, list):
            for each in value:
                yield from self.references(each)
            return
        if not isinstance(value, dict):
            return
        match _function(value):
            case "Ref", str() as name:
                yield name
            case "Fn::GetAtt", [str() as name, *_]:
                yield name
            case "Fn::Sub", argument:
                yield from self._substituted(argument)
            case "Fn::If", [str() as condition, yes, no]:
                yield from self.references(yes if self.holds(condition, "Fn::If") else no)
            case _:
                for each in value.values():
                    yield from self.references(each)

    def _substituted(self, argument: Any) -> Iterator[str]:
        text, named = argument if isinstance(argument, list) else (argument, {})
        yield from self.references(named)
        for literal, name in _VARIABLE.findall(str(text)):
            if not literal and name not in named:
                yield name.partition(".")[0].strip()

    # --- The functions -------------------------------------------------------------------------

    def _called(self, name: str, argument: Any, place: str) -> Any:
        function = self._functions.get(name)
        if function is None:
            raise BadTemplate(f"{place}: this function is not supported")
        try:
            return function(argument, place)
        except (TypeError, ValueError, KeyError, IndexError) as error:
            raise BadTemplate(f"{place}: expected other arguments: {error}") from error

    def _ref(self, argument: Any, place: str) -> Any:
        if argument == _NO_VALUE:
            return NOTHING
        for known in (self._values.pseudo, self._template.parameters, self._values.refs):
            if argument in known:
                return known[argument]
        raise BadTemplate(f"{place}: expected a parameter or a resource; found {argument!r}")

    def _attribute(self, argument: Any, place: str) -> Any:
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        name, attribute = parts[0], self.resolved(parts[1], place)
        known = self._values.attributes.get(name)
        if known is None:
            raise BadTemplate(f"{place}: expected a resource; found {name!r}")
        if attribute not in known:
            listed = ", ".join(known) or "none"
            raise BadTemplate(
                f"{place}: expected an attribute of {name} ({listed}); found {attribute!r}"
            )
        return known[attribute]

    def _sub(self, argument: Any, place: str) -> str:
        text, given = argument if isinstance(argument, list) else (argument, {})
        named = {key: self.resolved(value, place) for key, value in given.items()}

        def value(match: re.Match[str]) -> str:
            name = match[2].strip()
            if match[1]:
                return f"${{{match[2]}}}"
            if name in named:
                return _spelled(named[name])
            found = self._attribute(name, place) if "." in name else self._ref(name, place)
            return _spelled(found)

        return _VARIABLE.sub(value, text)

    def _join(self, argument: Any, place: str) -> str:
        separator, parts = argument
        return str(separator).join(map(_spelled, self.resolved(parts, place)))

    def _split(self, argument: Any, place: str) -> list[str]:
        separator, text = self.resolved(argument, place)
        return str(text).split(separator)

    def _select(self, argument: Any, place: str) -> Any:
        index, parts = self.resolved(argument, place)
        return parts[int(index)]

    def _in_map(self, argument: Any, place: str) -> Any:
        name, first, second = self.resolved(argument, place)[:3]
        return self._template.mappings[name][str(first)][str(second)]

    def _base64(self, argument: Any, place: str) -> str:
        return base64.b64encode(str(self.resolved(argument, place)).encode()).decode()

    def _if(self, argument: Any, place: str) -> Any:
        condition, yes, no = argument
        return self.resolved(yes if self.holds(condition, place) else no, place)

    def _import(self, argument: Any, place: str) -> Any:
        name = self.resolved(argument, place)
        raise BadTemplate(
            f"{place}: expected nothing of other stacks, which there are none of; found {name!r}"
        )

    def _zones(self, argument: Any, place: str) -> list[str]:
        region = self.resolved(argument, place) or self._values.pseudo["AWS::Region"]
        return [f"{region}{letter}" for letter in "abc"]

    def _json(self, argument: Any, place: str) -> str:
        return json.dumps(self.resolved(argument, place))

    def _length(self, argument: Any, place: str) -> int:
        return len(self.resolved(argument, place))

    def _truth(self, value: Any, place: str) -> bool:
        """Return what one of the functions of conditions says."""
        name, argument = _function(value) if isinstance(value, dict) else (None, None)
        match name, argument:
            case "Condition", str():
                return self.holds(argument, place)
            case "Fn::Equals", [one, other]:
                found = (self.resolved(each, place) for each in (one, other))
                first, second = map(_spelled, found)
                return first == second
            case "Fn::And", list():
                return all(self._truth(each, place) for each in argument)
            case "Fn::Or", list():
                return any(self._truth(each, place) for each in argument)
            case "Fn::Not", [one]:
                return not self._truth(one, place)
            case _:
                raise BadTemplate(
                    f"{place}: expected Condition, Fn::Equals, Fn::And, Fn::Or or Fn::Not; "
                    f"found {value!r}"
                )


def _function(value: Node) -> tuple[str | None, Any]:
    """Return the function that an object is a call of, and its argument."""
    if len(value) == 1:
        ((name, argument),) = value.items()
        if name in {"Ref", "Condition"} or name.startswith("Fn::"):
            return name, argument
    return None, None


def _spelled(value: Any) -> str:
    """Return a value as text has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(map(_spelled, value))
    return "" if value is NOTHING or value is None else str(value)
