"""Deployments and promotions while calls come as fast as they are answered; see `tests.deploys`."""

import json

import pytest
from tests.deploys import Answer, Findings, under_load
from tests.journeys.running import Octetgate


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    started = Octetgate(tmp_path_factory.mktemp("deploys") / "data", "--workers", "2")
    yield started.start()
    started.end()


async def test_no_call_fails_and_none_is_answered_by_two_deployments_or_by_an_old_one(server):
    findings = await under_load(server, 6, every=0.0, callers=4)
    assert findings.problems == []
    versions = {version for _, version in findings.calls}
    # On a busy machine a deployment may be replaced before anybody calls it.
    assert versions <= set(range(7))
    assert len(versions) > 2


@pytest.mark.parametrize(
    "status, header, said",
    [
        pytest.param(201, "3", {"body": 3, "variable": 2, "canary": ""}, id="another-variable"),
        pytest.param(201, "2", {"body": 3, "variable": 3, "canary": ""}, id="another-header"),
        pytest.param(200, "3", {"body": 3, "variable": 3, "canary": ""}, id="another-status"),
        pytest.param(201, "3", {"body": 3, "variable": 3, "canary": "true"}, id="no-canary-s"),
        pytest.param(201, "1", {"body": 1, "variable": 1, "canary": ""}, id="an-old-one"),
        pytest.param(201, "5", {"body": 5, "variable": 5, "canary": ""}, id="a-later-one"),
        pytest.param(500, "", {"message": "Internal server error"}, id="an-error"),
    ],
)
def test_the_judge_of_all_this_would_notice(status, header, said):
    findings = Findings()
    findings.judge("mock", Answer(status, header, json.dumps(said).encode()), 3, 4)
    assert findings.problems
    right = json.dumps({"body": 3, "variable": 3, "canary": "false"}).encode()
    findings = Findings()
    findings.judge("mock", Answer(201, "3", right), 3, 4)
    assert not findings.problems
