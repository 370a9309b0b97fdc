import pytest
from tests.gateway.builders import World, aws, http, mock, resource

from octetgate.server.warming import names_services

SQS = "arn:aws:apigateway:eu-west-1:sqs:path/000000000000/q"


@pytest.mark.parametrize(
    "integration, named",
    [
        pytest.param(aws(uri=SQS), True, id="a-service"),
        pytest.param(aws(), False, id="a-function"),
        pytest.param(http(), False, id="http"),
        pytest.param(mock(), False, id="mock"),
        pytest.param(None, False, id="none"),
    ],
)
def test_a_store_names_a_service_where_a_stage_serves_one(integration, named):
    world = World()
    world.deploy(resource("/x", integration))
    assert names_services(world.store) is named


def test_what_no_stage_serves_any_more_is_not_counted():
    world = World()
    assert not names_services(world.store)
    world.deploy(resource("/x", aws(uri=SQS)))
    world.deploy(resource("/x", mock()), deployment="two")
    assert not names_services(world.store)
