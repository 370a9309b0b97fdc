"""What a call would be that reaches no backend; the ways out that it has fail whoever takes them."""

import pytest
from tests.gateway.builders import aws, http, resource

from octetgate.adapters.aws.services import AwsServices, AwsSettings
from octetgate.core.http.headers import Headers
from octetgate.core.model.api import RestApi
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.model.integration import IntegrationResponse
from octetgate.core.ports.rehearsal import Rehearsal, Supposed
from octetgate.gateway.previews import Previews
from octetgate.gateway.snapshot import Ports


class Untouched:
    async def send(self, request):
        raise AssertionError("a backend was asked")

    async def invoke(self, invocation):
        raise AssertionError("a function was invoked")


async def play(integration, *, content_type="application/json", body=b"{}", answer=b"{}"):
    made = resource("/x", integration)
    api = RestApi(
        id="abcdefghij",
        name="x",
        created_date=0,
        root_resource_id="r",
        binary_media_types=("image/png",),
    )
    rehearsal = Rehearsal(
        definition=ApiDefinition(rest_api=api, resources={made.id: made}),
        resource=made,
        method=made.resource_methods["ANY"],
        verb="POST",
        target="/x",
        headers=Headers([("Content-Type", content_type), ("Accept", "application/json")]),
        body=body,
        variables={},
    )
    untouched = Untouched()
    previews = Previews(Ports(untouched, untouched, AwsServices(AwsSettings())))
    json = Headers([("Content-Type", "application/json")])
    return await previews.play(rehearsal, Supposed(status=200, headers=json, body=answer))


@pytest.mark.parametrize("kind", [aws, http])
async def test_what_a_template_makes_of_a_picture_is_told_and_nobody_is_asked(kind):
    template = {"image/png": '{"image": "$input.body"}'}
    handling = {} if kind is aws else {"content_handling": "CONVERT_TO_TEXT"}
    done = await play(
        kind(request_templates=template, **handling), content_type="image/png", body=b"\x89PNG"
    )
    assert done.sent == b'{"image": "iVBORw=="}'


@pytest.mark.parametrize("kind", [aws, http])
async def test_what_the_backend_is_supposed_to_say_goes_through_the_response(kind):
    response = IntegrationResponse(
        status_code="200", response_templates={"application/json": "<$input.path('$.name')>"}
    )
    done = await play(kind(integration_responses={"200": response}), answer=b'{"name": "Rex"}')
    assert done.answered.body == b"<Rex>"


async def test_a_template_that_is_none_yet_is_told_by_the_log_and_nothing_would_be_sent():
    done = await play(http(request_templates={"application/json": "#if("}))
    assert done.sent is None
    assert "Execution failed due to configuration error" in done.answered.log
