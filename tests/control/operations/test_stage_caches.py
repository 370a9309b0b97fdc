import pytest
from tests.control.refusals import absent, refused

from octetgate.core.ports.store import STAGES


@pytest.fixture
def stage(gw, api, mocked):
    """Return the place of a stage, as keyword arguments."""
    gw.create_deployment(restApiId=api.id, stageName="live")
    return {"restApiId": api.id, "stageName": "live"}


def epochs(management, stage):
    with management.store.read() as view:
        kept = view.get(STAGES, "{restApiId}/{stageName}".format(**stage))
    return kept.cache_epoch, kept.authorizers_cache_epoch


def test_flushing_raises_the_epoch_of_that_cache_alone(gw, management, stage):
    flushed = gw.flush_stage_cache(**stage)
    assert flushed["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert epochs(management, stage) == (1, 0)
    flushed = gw.flush_stage_authorizers_cache(**stage)
    assert flushed["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert epochs(management, stage) == (1, 1)


def test_an_epoch_outlives_changes_of_the_stage(gw, management, stage):
    gw.flush_stage_cache(**stage)
    gw.create_deployment(**stage)
    gw.update_stage(
        **stage, patchOperations=[{"op": "replace", "path": "/description", "value": "x"}]
    )
    assert epochs(management, stage) == (1, 0)


def test_epochs_are_not_shown(gw, stage):
    gw.flush_stage_cache(**stage)
    assert [name for name in gw.get_stage(**stage) if "poch" in name] == []


@pytest.mark.parametrize("operation", ["flush_stage_cache", "flush_stage_authorizers_cache"])
def test_an_unknown_stage_is_not_found(gw, api, operation):
    call = getattr(gw, operation)
    found = refused(call, restApiId=api.id, stageName="nope")
    assert found == absent("Invalid stage identifier specified")
    found = refused(call, restApiId="nope", stageName="nope")
    assert found == absent("Invalid API identifier specified 000000000000:nope")
