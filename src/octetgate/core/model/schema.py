"""Models: what the bodies of requests and responses look like, as JSON schemas."""

from octetgate.core.model.record import Record

_DRAFT = "http://json-schema.org/draft-04/schema#"


class Model(Record, frozen=True, kw_only=True):
    """A schema under a name; methods name it for a content type."""

    id: str
    name: str
    """Letters and digits; unique in the API, and what operations know it by."""
    content_type: str
    schema: str | None = None
    """A JSON schema (draft 4) as the text that was given."""
    description: str | None = None


_EMPTY = Model(
    id="empty0",
    name="Empty",
    content_type="application/json",
    description="This is a default empty schema model",
    schema=(
        '{\n  "$schema": "' + _DRAFT + '",\n  "title" : "Empty Schema",\n  "type" : "object"\n}'
    ),
)
_ERROR = Model(
    id="error0",
    name="Error",
    content_type="application/json",
    description="This is a default error schema model",
    schema=(
        '{\n  "$schema" : "' + _DRAFT + '",\n'
        '  "title" : "Error Schema",\n'
        '  "type" : "object",\n'
        '  "properties" : {\n    "message" : { "type" : "string" }\n  }\n}'
    ),
)


def built_in_models() -> dict[str, Model]:
    """Return the models that every API is born with, by name (spec: control-plane 4)."""
    return {model.name: model for model in (_EMPTY, _ERROR)}
