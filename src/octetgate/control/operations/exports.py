"""GetExport: a stage's deployment as a document (spec: control-plane 2.8 and 7.4)."""

from octetgate.control.calls import Members, Read
from octetgate.control.errors import BadRequestException
from octetgate.control.exporting import exported
from octetgate.control.openapi import text
from octetgate.control.openapi.exporter import Extension, Form, export, timestamp

_YAML = "application/yaml"


def get_export(call: Read, asked: Members) -> Members:
    """Return the document, as JSON unless YAML is accepted, and under a name to save it by."""
    try:
        form = Form(asked["exportType"])
    except ValueError:
        raise BadRequestException(f"No API exporter for type '{asked['exportType']}'") from None
    what = exported(call, asked, _extensions(asked.get("parameters") or {}))
    document = export(what, form)
    as_yaml = _YAML in (asked.get("accepts") or "")
    moment = timestamp(what.deployment.deployment.created_date)
    ending = "yaml" if as_yaml else "json"
    return {
        "contentType": "application/octet-stream",
        "contentDisposition": f'attachment; filename="{form}_{moment}.{ending}"',
        "body": text.to_yaml(document) if as_yaml else text.to_json(document),
    }


def _extensions(parameters: Members) -> frozenset[Extension]:
    """Return the extensions that ``extensions=a,b`` names."""
    found = set()
    for name in filter(None, parameters.get("extensions", "").split(",")):
        try:
            found.add(Extension(name.strip()))
        except ValueError:
            raise BadRequestException(
                f"extensions: expected one of {', '.join(Extension)}; found {name!r}"
            ) from None
    return frozenset(found)
