"""What authorizers said, shared: one question for all who ask the same, and never a crossed answer."""

import asyncio
import json

import pytest
from tests.gateway.builders import FUNCTION_URI, World, mock, resource

from octetgate.adapters.caches.disk import DiskCaches
from octetgate.core.model.access import Authorizer
from octetgate.core.ports.functions import Outcome


@pytest.fixture
def caches(tmp_path):
    made = DiskCaches(tmp_path / "cache", 1 << 30)
    yield made
    made.close()


class Slow:
    """A function that answers when it is let, and says whom it was asked about."""

    def __init__(self):
        self.asked = []
        self.open = asyncio.Event()
        self.failing = False
        self.principal = None

    async def invoke(self, invocation):
        token = json.loads(invocation.payload)["authorizationToken"]
        self.asked.append(token)
        await self.open.wait()
        if self.failing:
            return Outcome(
                status=200, payload=b'{"errorMessage":"broken"}', function_error="Unhandled"
            )
        allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
        said = {"principalId": self.principal or token, "policyDocument": {"Statement": [allow]}}
        return Outcome(status=200, payload=json.dumps(said).encode())


class Worker(World):
    """One of a machine's gateway processes, in front of the same stage."""

    def __init__(self, function, caches, **members):
        super().__init__(caches=caches)
        self.live._ports = self.live._ports.__class__(
            self.upstream, function, self.live._ports.services, caches
        )
        guard = Authorizer(
            id="g1",
            name="guard",
            type="TOKEN",
            identity_source="method.request.header.Auth",
            **{"authorizer_uri": FUNCTION_URI, **members},
        )
        method = {"authorization_type": "CUSTOM", "authorizer_id": "g1"}
        template = '{"statusCode": 200}'
        answers = {"application/json": "$context.authorizer.principalId"}
        made = mock(request_templates={"application/json": template})
        responses = made.integration_responses
        responses["200"] = responses["200"].__class__(status_code="200", response_templates=answers)
        self.deploy(resource("/x", made, **method), authorizers={"g1": guard})

    async def who(self, token):
        """Call; return whom the gateway took the caller for, or the status of a refusal."""
        answer = await self.call("GET", "/x", Auth=token)
        return answer.data.decode() if answer.status == 200 else answer.status


async def asked(function, count):
    """Wait until the function was asked so often, and everybody else has had a turn."""
    while len(function.asked) < count:  # noqa: ASYNC110  # what is waited for tells nobody
        await asyncio.sleep(0)
    for _ in range(50):
        await asyncio.sleep(0)


@pytest.mark.parametrize("shared", [True, False])
async def test_a_hundred_equal_calls_ask_once_and_each_gets_its_own(shared, caches):
    function = Slow()
    worker = Worker(function, caches if shared else None)
    async with asyncio.TaskGroup() as group:
        tokens = ["a", "b"] * 100
        calls = [group.create_task(worker.who(token)) for token in tokens]
        await asked(function, 2)
        function.open.set()
    assert [call.result() for call in calls] == tokens
    assert sorted(function.asked) == ["a", "b"]


async def test_what_one_worker_was_told_all_of_the_machine_know(caches):
    function = Slow()
    function.open.set()
    workers = [Worker(function, caches) for _ in range(3)]
    for _ in range(2):
        assert [await worker.who("a") for worker in workers] == ["a"] * 3
    assert function.asked == ["a"]


async def test_a_flush_empties_it_everywhere_at_once(caches):
    function = Slow()
    function.open.set()
    workers = [Worker(function, caches) for _ in range(2)]
    assert [await worker.who("a") for worker in workers] == ["a", "a"]
    for worker in workers:  # One store for all, outside of tests.
        worker.set_stage(authorizers_cache_epoch=1)
    assert [await worker.who("a") for worker in workers] == ["a", "a"]
    assert function.asked == ["a", "a"]


@pytest.mark.parametrize(
    "members",
    [
        {"authorizer_uri": FUNCTION_URI.replace("thumbnail", "other")},
        {"identity_validation_expression": "a|b"},
        {"authorizer_result_ttl_in_seconds": 60},
    ],
)
async def test_an_authorizer_that_was_changed_asks_anew(caches, members):
    function = Slow()
    function.open.set()
    assert await Worker(function, caches).who("a") == "a"
    assert await Worker(function, caches, **members).who("a") == "a"
    assert function.asked == ["a", "a"]


async def test_who_waited_for_a_client_that_left_goes_instead(caches):
    function = Slow()
    worker = Worker(function, caches)
    loop = asyncio.get_running_loop()
    first, second = (loop.create_task(worker.who("a")) for _ in range(2))
    await asked(function, 1)
    first.cancel()
    await asked(function, 2)
    function.open.set()
    assert await second == "a"
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_a_failure_is_the_calls_alone_that_asked(caches):
    function = Slow()
    function.failing = True
    worker = Worker(function, caches)
    async with asyncio.TaskGroup() as group:
        calls = [group.create_task(worker.who("a")) for _ in range(3)]
        await asked(function, 1)
        function.open.set()
    assert [call.result() for call in calls] == [500] * 3
    assert function.asked == ["a"] * 3
    function.failing = False
    assert await worker.who("a") == "a"


async def test_a_token_is_nowhere_on_the_disk(caches, tmp_path):
    function = Slow()
    function.principal = "somebody"
    function.open.set()
    assert await Worker(function, caches).who("secret-token") == "somebody"
    kept = b"".join(each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())
    assert b"somebody" in kept
    assert b"secret-token" not in kept
