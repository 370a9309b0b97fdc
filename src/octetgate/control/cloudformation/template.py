"""A template as it is written: its sections, its parameters' values, YAML's short forms."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from octetgate.control.documents import BadDocument, read

Node = Mapping[str, Any]

_UNPREFIXED = ("Ref", "Condition")
_LISTS = ("CommaDelimitedList", "List<")


class BadTemplate(Exception):
    """A template that cannot be made; says where, what was expected and what was found."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A resource of a template."""

    name: str
    """Its logical id."""
    type: str
    properties: Node
    depends_on: tuple[str, ...]
    condition: str | None
    asset: tuple[str, str] | None = None
    """The property that stands for a local file or folder, and its path; the CDK says so."""


@dataclass(frozen=True, slots=True)
class Template:
    """A CloudFormation template with values for its parameters."""

    parameters: Mapping[str, Any]
    mappings: Node
    conditions: Node
    resources: Mapping[str, Declared]
    outputs: Node


def is_template(document: Node) -> bool:
    """Whether a document looks like a template."""
    return isinstance(document.get("Resources"), dict)


def is_serverless(document: Node) -> bool:
    """Whether a template is written for SAM's transform."""
    transform = document.get("Transform")
    named = transform if isinstance(transform, list) else [transform]
    return any(str(each).startswith("AWS::Serverless-") for each in named)


def read_template(text: bytes) -> dict[str, Any]:
    """Return a template's document, YAML's short forms written out."""
    try:
        document = read(text, tagged)
    except BadDocument as error:
        raise BadTemplate(str(error)) from error
    if not isinstance(document, dict) or not is_template(document):
        raise BadTemplate("Resources: expected an object; found none")
    return document


def tagged(tag: str, value: Any) -> dict[str, Any]:
    """Return what a short form such as ``!GetAtt A.Arn`` stands for."""
    name = tag.removeprefix("!")
    if name in _UNPREFIXED:
        return {name: value}
    if name == "GetAtt" and isinstance(value, str):
        return {"Fn::GetAtt": value.split(".", 1)}
    return {f"Fn::{name}": value}


def understood(document: Node, given: Mapping[str, str]) -> Template:
    """Return a template, its parameters as given or by default."""
    resources = _section(document, "Resources")
    return Template(
        parameters=_parameters(_section(document, "Parameters"), given),
        mappings=_section(document, "Mappings"),
        conditions=_section(document, "Conditions"),
        resources={name: _declared(name, each) for name, each in resources.items()},
        outputs=_section(document, "Outputs"),
    )


def _section(document: Node, name: str) -> Node:
    found = document.get(name) or {}
    if not isinstance(found, dict):
        raise BadTemplate(f"{name}: expected an object; found {type(found).__name__}")
    return found


def _declared(name: str, given: Any) -> Declared:
    if not isinstance(given, dict) or not isinstance(given.get("Type"), str):
        raise BadTemplate(f"Resources.{name}: expected an object with a Type")
    properties = given.get("Properties") or {}
    if not isinstance(properties, dict):
        raise BadTemplate(f"Resources.{name}.Properties: expected an object")
    after = given.get("DependsOn") or ()
    return Declared(
        name=name,
        type=given["Type"],
        properties=properties,
        depends_on=(after,) if isinstance(after, str) else tuple(map(str, after)),
        condition=given.get("Condition"),
        asset=_asset(given.get("Metadata")),
    )


def _asset(metadata: Any) -> tuple[str, str] | None:
    if not isinstance(metadata, dict):
        return None
    name, path = metadata.get("aws:asset:property"), metadata.get("aws:asset:path")
    return (name, path) if isinstance(name, str) and isinstance(path, str) else None


def _parameters(declared: Node, given: Mapping[str, str]) -> dict[str, Any]:
    unknown = [name for name in given if name not in declared]
    if unknown:
        known = ", ".join(declared) or "none"
        raise BadTemplate(f"--parameter {unknown[0]}: expected one of the template's ({known})")
    return {name: _value(name, about, given.get(name)) for name, about in declared.items()}


def _value(name: str, about: Node, given: str | None) -> Any:
    value = about.get("Default") if given is None else given
    if value is None:
        raise BadTemplate(
            f"Parameters.{name}: expected a value, as it has no default; --parameter {name}=VALUE"
        )
    text = str(value).lower() if isinstance(value, bool) else str(value)
    allowed = about.get("AllowedValues")
    if allowed and text not in map(str, allowed):
        listed = ", ".join(map(str, allowed))
        raise BadTemplate(f"Parameters.{name}: expected one of {listed}; found {text!r}")
    pattern = about.get("AllowedPattern")
    if pattern and not re.fullmatch(pattern, text):
        raise BadTemplate(f"Parameters.{name}: expected {pattern}; found {text!r}")
    if str(about.get("Type", "")).startswith(_LISTS):
        return [part.strip() for part in text.split(",")]
    return text
