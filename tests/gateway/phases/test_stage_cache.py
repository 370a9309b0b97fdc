"""The stage's cache (spec: request-lifecycle 14)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace
from tests.gateway.builders import API, World, aws, backend, http, http_proxy, mock, resource

from octetgate.core.http.body import Body
from octetgate.core.model.integration import Integration
from octetgate.core.model.stage import MethodSetting
from octetgate.core.ports.functions import Outcome
from octetgate.core.ports.store import STAGES
from octetgate.core.ports.upstream import UpstreamRequest, UpstreamResponse, UpstreamTimeout
from octetgate.gateway.phases.stage_cache import AWS_ENTRY_LIMIT

ON = MethodSetting(caching_enabled=True)
PNG = b"\x89PNG\r\n\x1a\n\xff\xfe\x00"


class FakeCache:
    """A cache that forgets only when told to; a turn is free unless a test has taken it."""

    def __init__(self) -> None:
        self.kept: dict[bytes, bytes] = {}
        self.seconds: list[float] = []
        self.other = asyncio.Event()
        self.other.set()

    async def get(self, key: bytes) -> bytes | None:
        return self.kept.get(key)

    async def put(self, key: bytes, value: bytes, *, seconds: float) -> None:
        self.kept[key] = value
        self.seconds.append(seconds)

    @contextlib.asynccontextmanager
    async def turn(self, key: bytes) -> AsyncIterator[None]:
        await self.other.wait()
        yield


class FakeCaches:
    def __init__(self) -> None:
        self.caches: dict[tuple[str, int], FakeCache] = {}

    def open(self, name: str, budget: int) -> FakeCache:
        return self.caches.setdefault((name, budget), FakeCache())

    @property
    def only(self) -> FakeCache:
        (cache,) = self.caches.values()
        return cache


def world(integration: Integration | None = None, verb: str = "GET", /, **stage: Any) -> World:
    made = World(caches=FakeCaches())
    made.deploy(
        resource("/pets/{id}", integration or http_proxy("http://backend:9000/"), verb),
        binary=("image/png",),
    )
    change_stage(made, **{"cache_cluster_enabled": True, "method_settings": {"*/*": ON}, **stage})
    return made


def change_stage(world: World, **members: Any) -> None:
    with world.store.write() as writing:
        stage = writing.get(STAGES, f"{API}/s")
        writing.put(STAGES, f"{API}/s", replace(stage, **members))


async def asks(world: World, path: str = "/pets/7", verb: str = "GET", **headers: str) -> int:
    """Make a call that must be answered 200; return how often the backend was asked for it."""
    before = len(world.upstream.asked) + len(world.functions.invoked)
    answer = await world.call(verb, path, **headers)
    assert answer.status == 200
    return len(world.upstream.asked) + len(world.functions.invoked) - before


# -- when ------------------------------------------------------------------------------------


async def test_a_remembered_answer_is_the_same_answer_with_ids_of_its_own():
    asked = world()
    asked.upstream.answer = backend(PNG, Content_Type="image/png", X_More="1")
    first = await asked.call("GET", "/pets/7", Accept="image/png")
    second = await asked.call("GET", "/pets/7", Accept="image/png")
    assert second.data == first.data == PNG
    assert second.headers.get("x-more") == "1"
    assert second.headers.get("content-type") == "image/png"
    assert first.headers.get("x-amzn-requestid") != second.headers.get("x-amzn-requestid")
    assert len(asked.upstream.asked) == 1
    assert [first.line["cache"], second.line["cache"]] == ["miss", "hit"]


@pytest.mark.parametrize(
    "stage",
    [
        pytest.param({"cache_cluster_enabled": False}, id="no-cluster"),
        pytest.param({"method_settings": {}}, id="no-setting"),
        pytest.param(
            {"method_settings": {"*/*": ON, "pets/{id}/GET": MethodSetting()}}, id="method-off"
        ),
        pytest.param({"method_settings": {"*/*": replace(ON, cache_ttl_in_seconds=0)}}, id="ttl-0"),
    ],
)
async def test_without_a_cluster_a_setting_or_a_ttl_every_call_is_made(stage):
    asked = world(**stage)
    assert await asks(asked) == await asks(asked) == 1
    assert "cache" not in (await asked.call("GET", "/pets/7")).line


async def test_the_setting_for_all_methods_remembers_get_alone():
    asked = world(None, "POST")
    assert await asks(asked, verb="POST") == await asks(asked, verb="POST") == 1
    change_stage(asked, method_settings={"pets/{id}/POST": ON})
    assert [await asks(asked, verb="POST") for _ in range(2)] == [1, 0]


async def test_verbs_of_one_method_do_not_share_answers_and_head_has_none():
    asked = world(None, "ANY", method_settings={"pets/{id}/ANY": ON})
    assert [await asks(asked, verb=verb) for verb in ("GET", "PUT", "GET", "PUT")] == [1, 1, 0, 0]
    assert [await asks(asked, verb="HEAD") for _ in range(2)] == [1, 1]


async def test_an_answer_is_kept_for_its_method_s_ttl():
    asked = world(method_settings={"*/*": replace(ON, cache_ttl_in_seconds=17)})
    await asks(asked)
    assert asked.caches.only.seconds == [17]


@pytest.mark.parametrize(
    "size, budget", [(None, 1 << 29), ("0.5", 1 << 29), ("1.6", 1717986918), ("237", 237 << 30)]
)
async def test_the_cluster_s_size_is_the_cache_s_budget(size, budget):
    asked = world(cache_cluster_size=size)
    await asks(asked)
    assert list(asked.caches.caches) == [(f"{API}-s", budget)]


# -- what ------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 400, 404, 500])
async def test_only_successes_are_remembered(status):
    asked = world()
    asked.upstream.answer = backend(b"no", status)
    await asked.call("GET", "/pets/7")
    await asked.call("GET", "/pets/7")
    assert len(asked.upstream.asked) == 2


@pytest.mark.parametrize("size, times", [(AWS_ENTRY_LIMIT, 1), (AWS_ENTRY_LIMIT + 1, 2)])
async def test_an_answer_of_a_mebibyte_is_remembered_and_a_longer_one_passes_whole(size, times):
    asked = world()

    class Pieces:
        def __init__(self) -> None:
            self.left = size

        async def read(self) -> bytes:
            piece = b"\xff" * min(self.left, 100_000)
            self.left -= len(piece)
            return piece

        def close(self) -> None:
            pass

    def answer(request: UpstreamRequest) -> UpstreamResponse:
        return backend(Body(Pieces()), Content_Type="image/png")(request)

    asked.upstream.answer = answer
    for _ in range(2):
        assert (await asked.call("GET", "/pets/7", Accept="image/png")).data == b"\xff" * size
    assert len(asked.upstream.asked) == times


async def test_what_a_function_made_of_bytes_is_remembered_as_bytes():
    asked = world(aws())
    asked.functions.answer = Outcome(status=200, payload=b'"iVBORw0KGgo="')
    headers = {"Accept": "image/png"}
    first = await asked.call("GET", "/pets/7", **headers)
    second = await asked.call("GET", "/pets/7", **headers)
    assert first.data == second.data == b"\x89PNG\r\n\x1a\n"
    assert len(asked.functions.invoked) == 1
    assert second.headers.get("x-amzn-trace-id")


async def test_who_asks_for_text_does_not_get_what_was_made_for_who_asks_for_bytes():
    asked = world(aws())
    asked.functions.answer = Outcome(status=200, payload=b'"iVBORw0KGgo="')
    assert await asks(asked, Accept="image/png") == 1
    answer = await asked.call("GET", "/pets/7", Accept="application/json")
    assert answer.data == b'"iVBORw0KGgo="'


async def test_streams_pass_by():
    asked = world(http_proxy(response_transfer_mode="STREAM"))
    assert await asks(asked) == await asks(asked) == 1


# -- keys ------------------------------------------------------------------------------------

KEYS = (
    "method.request.path.id",
    "method.request.querystring.page",
    "method.request.header.X-User",
)


async def test_parameters_that_are_no_key_do_not_tell_calls_apart():
    asked = world()
    assert [await asks(asked, f"/pets/{each}?page={each}") for each in (1, 2)] == [1, 0]


@pytest.mark.parametrize(
    "one, other",
    [
        ({"path": "/pets/1"}, {"path": "/pets/2"}),
        ({"path": "/pets/1?page=1"}, {"path": "/pets/1?page=2"}),
        ({"path": "/pets/1?page=1"}, {"path": "/pets/1?page=0&page=1"}),
        ({"path": "/pets/1?page="}, {"path": "/pets/1?page=1"}),
        ({"X_User": "a"}, {"X_User": "b"}),
        ({"X_User": "a"}, {}),
    ],
)
async def test_each_key_parameter_tells_calls_apart(one, other):
    asked = world(http_proxy("http://backend:9000/", cache_key_parameters=KEYS))
    assert [await asks(asked, **each) for each in (one, other, one, other)] == [1, 1, 0, 0]


async def test_a_key_may_be_what_the_integration_gets():
    asked = world(
        http(
            "http://backend:9000/",
            http_method="GET",
            request_parameters={
                "integration.request.querystring.q": "method.request.querystring.page"
            },
            cache_key_parameters=("integration.request.querystring.q",),
        )
    )
    paths = ("/pets/1?page=1", "/pets/1?page=2", "/pets/1?page=1")
    assert [await asks(asked, path) for path in paths] == [1, 1, 0]


async def test_values_cannot_run_into_each_other():
    keys = ("method.request.querystring.a", "method.request.querystring.b")
    asked = world(http_proxy("http://backend:9000/", cache_key_parameters=keys))
    assert await asks(asked, "/pets/1?a=x%00y&b=z") == 1
    assert await asks(asked, "/pets/1?a=x&b=y%00z") == 1


async def test_resources_share_a_namespace_and_otherwise_nothing():
    made = World(caches=FakeCaches())
    shared = http_proxy(cache_namespace="both")
    made.deploy(
        resource("/a", shared, "GET"),
        resource("/b", shared, "GET"),
        resource("/c", http_proxy(), "GET"),
    )
    change_stage(made, cache_cluster_enabled=True, method_settings={"*/*": ON})
    assert [await asks(made, path) for path in ("/a", "/b", "/c")] == [1, 0, 1]


async def test_a_key_that_is_no_parameter_is_named_and_the_method_asks_every_time(caplog):
    asked = world(http_proxy(cache_key_parameters=("method.request.nowhere.x",)))
    assert await asks(asked) == await asks(asked) == 1
    assert "cacheKeyParameters: expected a quoted static value or a mapping" in caplog.text


# -- forgetting ------------------------------------------------------------------------------


async def test_a_flush_forgets_all_of_the_stage():
    asked = world()
    await asks(asked)
    change_stage(asked, cache_epoch=1)
    assert [await asks(asked), await asks(asked)] == [1, 0]


async def test_a_deployment_answers_with_its_own_answers():
    asked = world()
    asked.upstream.answer = backend(b"old")
    await asks(asked)
    asked.deploy(resource("/pets/{id}", mock(), "GET"), deployment="two")
    change_stage(asked, cache_cluster_enabled=True, method_settings={"*/*": ON})
    assert (await asked.call("GET", "/pets/7")).data == b""


UNPROTECTED = replace(ON, require_authorization_for_cache_control=False)


@pytest.mark.parametrize("asked_for", ["max-age=0", "no-store, Max-Age = 0"])
async def test_without_protection_a_client_has_an_entry_made_anew(asked_for):
    asked = world(method_settings={"*/*": UNPROTECTED})
    asked.upstream.answer = backend(b"old")
    await asks(asked)
    asked.upstream.answer = backend(b"new")
    assert (await asked.call("GET", "/pets/7")).data == b"old"
    assert (await asked.call("GET", "/pets/7", Cache_Control=asked_for)).data == b"new"
    assert (await asked.call("GET", "/pets/7")).data == b"new"


@pytest.mark.parametrize("asked_for", ["max-age=00001", "max-age=05", "s-max-age=0", "no-cache"])
async def test_any_other_cache_control_changes_nothing(asked_for):
    asked = world(method_settings={"*/*": UNPROTECTED})
    await asks(asked)
    assert await asks(asked, Cache_Control=asked_for) == 0


@pytest.mark.parametrize(
    "strategy, status, warning",
    [
        (
            "SUCCEED_WITH_RESPONSE_HEADER",
            200,
            "199 Cache-control headers were ignored because the caller was unauthorized.",
        ),
        ("SUCCEED_WITHOUT_RESPONSE_HEADER", 200, None),
        ("FAIL_WITH_403", 403, None),
    ],
)
async def test_under_protection_the_strategy_decides_what_the_caller_gets(
    strategy, status, warning
):
    setting = replace(ON, unauthorized_cache_control_header_strategy=strategy)
    asked = world(method_settings={"*/*": setting})
    await asks(asked)
    answer = await asked.call("GET", "/pets/7", Cache_Control="max-age=0")
    assert (answer.status, answer.headers.get("warning")) == (status, warning)
    assert len(asked.upstream.asked) == 1


# -- many at once ----------------------------------------------------------------------------


class Slow:
    """A backend that answers when it is told to."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.begun, self.go = asyncio.Event(), asyncio.Event()
        self.asked = 0
        self.error: Exception | None = None
        world.upstream.send = self.send

    async def send(self, request: UpstreamRequest) -> UpstreamResponse:
        self.asked += 1
        self.begun.set()
        await self.go.wait()
        if self.error is not None:
            raise self.error
        return backend(b"%d" % self.asked)(request)


async def test_a_thousand_equal_misses_make_one_call_of_the_backend():
    asked = world()
    slow = Slow(asked)
    async with asyncio.TaskGroup() as group:
        calls = [group.create_task(asked.call("GET", "/pets/7")) for _ in range(1000)]
        await slow.begun.wait()
        slow.go.set()
    assert {(call.result().status, call.result().data) for call in calls} == {(200, b"1")}
    assert slow.asked == 1


async def test_when_the_leading_client_leaves_another_leads():
    asked = world()
    slow = Slow(asked)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(asked.call("GET", "/pets/7"))
        await slow.begun.wait()
        others = [group.create_task(asked.call("GET", "/pets/7")) for _ in range(10)]
        await asyncio.sleep(0)
        first.cancel()
        slow.go.set()
    assert {call.result().data for call in others} == {b"2"}
    assert slow.asked == 2


async def test_who_waited_for_a_failure_asks_for_himself():
    asked = world()
    slow = Slow(asked)
    slow.error = UpstreamTimeout("late")
    async with asyncio.TaskGroup() as group:
        calls = [group.create_task(asked.call("GET", "/pets/7")) for _ in range(5)]
        await slow.begun.wait()
        slow.go.set()
    assert {call.result().status for call in calls} == {504}
    assert slow.asked == 5
    slow.error = None
    assert (await asked.call("GET", "/pets/7")).status == 200


async def test_what_another_process_found_meanwhile_is_taken():
    asked = world()
    await asks(asked)
    cache = asked.caches.only
    (entry,) = cache.kept.items()
    cache.kept.clear()
    cache.other.clear()
    async with asyncio.TaskGroup() as group:
        call = group.create_task(asked.call("GET", "/pets/7"))
        await asyncio.sleep(0)
        cache.kept.update([entry])
        cache.other.set()
    assert call.result().data == b"ok"
    assert len(asked.upstream.asked) == 1
