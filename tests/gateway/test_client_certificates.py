"""The certificate that a stage names is what its HTTPS backends are shown, and no others."""

import pytest
from msgspec.structs import replace
from tests.gateway.builders import (
    API,
    FakeFunctions,
    FakeUpstream,
    World,
    http,
    http_proxy,
    resource,
)

from octetgate.adapters.aws.services import AwsServices, AwsSettings
from octetgate.core.http.headers import Headers
from octetgate.core.model.api import RestApi
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.ports.rehearsal import Rehearsal
from octetgate.core.ports.store import STAGES
from octetgate.gateway.rehearsal import Rehearsals
from octetgate.gateway.snapshot import Ports


@pytest.mark.parametrize("made", [http_proxy, http])
@pytest.mark.parametrize(
    "uri, shown", [("https://backend/base", "c1"), ("http://backend/base", None)]
)
async def test_a_backend_is_shown_the_stage_s_certificate(made, uri, shown):
    world = World()
    world.deploy(resource("/pets", made(uri)))
    with world.store.write() as writing:
        stage = writing.get(STAGES, f"{API}/s")
        writing.put(STAGES, f"{API}/s", replace(stage, client_certificate_id="c1"))
    await world.call("GET", "/pets")
    assert world.upstream.asked[0].origin.shown == shown


@pytest.mark.parametrize("shown", ["c1", None])
async def test_a_backend_of_a_rehearsal_is_shown_the_certificate_that_is_tried(shown):
    made = resource("/pets", http_proxy("https://backend/base"))
    upstream = FakeUpstream()
    rest_api = RestApi(id=API, name="x", created_date=0, root_resource_id="r")
    await Rehearsals(Ports(upstream, FakeFunctions(), AwsServices(AwsSettings()))).play(
        Rehearsal(
            definition=ApiDefinition(rest_api=rest_api, resources={made.id: made}),
            resource=made,
            method=made.resource_methods["ANY"],
            verb="GET",
            target="/pets",
            headers=Headers(),
            body=b"",
            variables={},
            client_certificate=shown,
        )
    )
    assert upstream.asked[0].origin.shown == shown
