"""What a mapping template that is not saved yet would make of a sample."""

import asyncio
from collections.abc import Mapping

from msgspec.structs import replace

from octetgate.control.errors import NotFoundException
from octetgate.core.http.headers import Headers
from octetgate.core.model.integration import Integration, IntegrationResponse, IntegrationType
from octetgate.core.ports.rehearsal import Preview, Previewed, Rehearsal, Sketch, Supposed
from octetgate.core.ports.store import APIS, Store
from octetgate.core.routing.tree import ANY

# A MOCK sends nothing that could be looked at; an HTTP backend gets what its template makes.
_STAND_IN = "http://preview.invalid/"


async def previewed(store: Store, preview: Preview, sketch: Sketch) -> Previewed:
    """Return what would be sent and answered; NotFound names what is not there."""
    rehearsal, supposed = await asyncio.to_thread(_play, store, sketch)
    return await preview(rehearsal, supposed)


def _play(store: Store, sketch: Sketch) -> tuple[Rehearsal, Supposed]:
    with store.read() as view:
        definition = view.get(APIS, sketch.api_id)
    resource = definition.resources.get(sketch.resource_id) if definition else None
    method = resource.resource_methods.get(sketch.verb) if resource else None
    if definition is None or resource is None or method is None:
        raise NotFoundException("Invalid Method identifier specified")
    if method.method_integration is None:
        raise NotFoundException("Invalid Integration identifier specified")
    integration = _sketched(method.method_integration, sketch)
    rehearsal = Rehearsal(
        definition=definition,
        resource=resource,
        # A sample need not be valid for a template to be looked at.
        method=replace(method, method_integration=integration, request_validator_id=None),
        verb="POST" if sketch.verb == ANY else sketch.verb,
        target=resource.path + (f"?{sketch.query}" if sketch.query else ""),
        headers=Headers(sketch.headers.items()),
        body=sketch.body,
        variables={},
    )
    answer_type = {"Content-Type": sketch.media_type} if sketch.status else _JSON
    supposed = Supposed(status=200, headers=Headers(answer_type.items()), body=sketch.answer)
    return rehearsal, supposed


_JSON: Mapping[str, str] = {"Content-Type": "application/json"}


def _sketched(integration: Integration, sketch: Sketch) -> Integration:
    """Return the integration with the template in its place."""
    if integration.type is IntegrationType.MOCK:
        integration = replace(
            integration, type=IntegrationType.HTTP, http_method="POST", uri=_STAND_IN
        )
    template = {sketch.media_type: sketch.template}
    if sketch.status is None:
        kept = integration.request_templates or {}
        return replace(integration, request_templates={**kept, **template})
    now = integration.integration_responses.get(sketch.status)
    response = now or IntegrationResponse(status_code=sketch.status)
    # Alone and without a pattern, it is the one that is chosen.
    response = replace(response, selection_pattern=None, response_templates=template)
    return replace(
        integration,
        request_templates={"application/json": "{}"},
        request_parameters=None,
        integration_responses={sketch.status: response},
    )
