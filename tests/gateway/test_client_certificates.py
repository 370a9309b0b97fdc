"""The certificate that a stage names is what its HTTPS backends are shown, and no others."""

import pytest
from msgspec.structs import replace
from tests.gateway.builders import API, World, http, http_proxy, resource

from octetgate.core.ports.store import STAGES


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
