"""``MOCK``: nothing stands behind the method; templates alone answer (spec: mapping 11)."""

from dataclasses import dataclass

from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.mapping.context import Overrides
from octetgate.core.mapping.mock_status import status_code
from octetgate.core.model.api import Method, Resource
from octetgate.core.model.integration import Integration
from octetgate.core.ports.exchange import Reply
from octetgate.gateway.call import Call
from octetgate.gateway.faults import ExecutionFailed
from octetgate.gateway.phases.integration_request import NonProxyRequest
from octetgate.gateway.phases.integration_response import NonProxyResponse
from octetgate.gateway.phases.method_request import whole
from octetgate.gateway.phases.method_response import method_response, with_type
from octetgate.gateway.snapshot import StageFacts


def compile(  # noqa: A001 - the word that every integration uses
    facts: StageFacts, resource: Resource, method: Method, integration: Integration
) -> "Mock":
    """Return the integration, or raise BadConfiguration."""
    del resource
    return Mock(facts, method, integration)


@dataclass(slots=True)
class Pretended:
    """What the request template produced."""

    text: bytes
    overrides: Overrides


class Mock:
    """An endpoint made of templates."""

    def __init__(self, facts: StageFacts, method: Method, integration: Integration) -> None:
        self._request = NonProxyRequest(facts.media_types, integration, for_mock=True)
        self._response = NonProxyResponse(
            facts.media_types, integration, method.method_responses, for_mock=True
        )

    async def prepare(self, call: Call) -> Pretended:
        """Return the rendered request, or the client's body where that passes through."""
        shaped = await self._request.shape(call)
        return Pretended(await whole(shaped.body), shaped.overrides)

    async def invoke(self, call: Call, request: Pretended) -> Pretended:
        """Return the same: there is nobody to ask."""
        del call
        return request

    async def answer(self, call: Call, result: Pretended) -> Reply:
        """Return what the integration response for the pretended status makes of nothing."""
        status = status_code(result.text.decode("utf-8", "replace"))
        if status is None:
            raise ExecutionFailed(
                "Unable to parse statusCode. It should be an integer that is defined in the "
                "request template."
            )
        call.arrival.integration_status = status
        mapped = await self._response.shape(
            call, str(status), Headers(), Body.of(b""), result.overrides
        )
        headers = with_type(mapped.headers)
        return method_response(call, mapped.status, headers, mapped.body, traced=False)
