"""What the phases do with mapping templates: compile them, show them a call, render them."""

from collections.abc import Mapping

from octetgate.core.mapping import template as templates
from octetgate.core.mapping.context import Context, Overrides
from octetgate.core.mapping.inputs import Input
from octetgate.gateway.call import Call
from octetgate.gateway.faults import ExecutionFailed
from octetgate.gateway.phases.method_request import Parameters
from octetgate.gateway.snapshot import BadConfiguration


def compile_templates(
    member: str, texts: Mapping[str, str] | None
) -> dict[str, templates.Template | None]:
    """Return media type → template, None for the empty text, which passes the body on.

    BadConfiguration names the template's place.
    """
    compiled: dict[str, templates.Template | None] = {}
    for media_type, text in (texts or {}).items():
        try:
            compiled[media_type] = templates.compile(text) if text else None
        except templates.TemplateError as error:
            raise BadConfiguration(f"{member} {media_type}: {error}") from error
    return compiled


def render(name: str, template: templates.Template, scope: templates.Scope) -> str:
    """Return what the template makes of the call; ``name`` is what the log calls it."""
    try:
        return template.render(scope)
    except templates.TemplateError as error:
        raise ExecutionFailed(f"{name}: {error}") from error


def render_around(
    name: str, template: templates.Template, scope: templates.Scope, size: int
) -> templates.Around | None:
    """Return the same around a body of so many bytes, if the template can tell its places."""
    try:
        return template.around(scope, size)
    except templates.TemplateError as error:
        raise ExecutionFailed(f"{name}: {error}") from error


def template_scope(
    call: Call, source: Parameters, text: str, overrides: Overrides
) -> templates.Scope:
    """Return what a template of this call can see."""
    seen = Input(
        text,
        path={name: [value] for name, value in call.route.path_parameters.items()},
        querystring=source.query_values,
        header=source.header_values,
    )
    return templates.Scope(
        input=seen,
        context=Context(source.context_values, overrides),
        stage_variables=call.stage.facts.variables,
    )
