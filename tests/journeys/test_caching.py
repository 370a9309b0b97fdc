"""The stage's cache over several real workers: one cache, one question, one budget."""

import asyncio
import resource
import urllib.parse
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from tests.journeys.running import Octetgate, backend
from tests.journeys.test_shaping import samples

PNG = b"\x89PNG\xff\xfe"
MEBIBYTE = 1 << 20


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("caching") / "data"
    started = Octetgate(folder, "--workers", "2", "--cache-bytes", str(MEBIBYTE))
    yield started.start()
    started.end()


class Pictures:
    """A backend that counts what it is asked for, and an API that remembers its answers."""

    def __init__(self, server, *, size=0, **settings):
        self.asked = Counter()
        self.server = server
        self._size = size
        self._settings = settings

    def __enter__(self):
        self._backend = backend(self._answer)
        uri = self._backend.__enter__()
        gateway = self.server.gateway
        made = gateway.create_rest_api(name="pictures", binaryMediaTypes=["image/png"])
        self.api = made["id"]
        method = {
            "restApiId": self.api,
            "resourceId": made["rootResourceId"],
            "httpMethod": "GET",
        }
        gateway.put_method(**method, authorizationType="NONE")
        gateway.put_integration(
            **method,
            type="HTTP_PROXY",
            integrationHttpMethod="GET",
            uri=uri,
            cacheKeyParameters=["method.request.querystring.page"],
        )
        gateway.create_deployment(restApiId=self.api, stageName="s")
        settings = {"enabled": "true", "dataEncrypted": "true", **self._settings}
        changes = {
            "/cacheClusterEnabled": "true",
            "/cacheClusterSize": "0.5",
            **{f"/*/*/caching/{name}": value for name, value in settings.items()},
        }
        gateway.update_stage(
            restApiId=self.api,
            stageName="s",
            patchOperations=[
                {"op": "replace", "path": path, "value": value} for path, value in changes.items()
            ],
        )
        self.url = self.server.invoke_url(self.api, "s")
        return self

    def __exit__(self, *error):
        self._backend.__exit__(*error)

    def _answer(self, handler, _):
        page = urllib.parse.urlsplit(handler.path).query.removeprefix("page=")
        self.asked[page] += 1
        handler.reply(PNG + page.encode() + bytes(self._size), "image/png")

    def get(self, page, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.get(
            f"{self.url}?page={page}", headers={"Accept": "image/png", **named}, timeout=60
        )

    def cached(self):
        """Return how many hits and misses were counted."""
        return [
            samples(self.server, self.api, f"cache_{name}_total")[None]
            for name in ("hits", "misses")
        ]


def test_each_key_is_asked_for_once_and_hits_are_counted_to_the_call(server):
    with Pictures(server) as pictures:
        for page in range(10):
            pictures.get(page)
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(pictures.get, [number % 10 for number in range(200)]))
        assert [answer.content for answer in answers] == [
            PNG + b"%d" % (number % 10) for number in range(200)
        ]
        assert pictures.asked == {str(page): 1 for page in range(10)}
        assert pictures.cached() == [200, 10]


@pytest.fixture
def many_files():
    """Let this process have 2,000 connections where its soft limit is lower."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(4096, hard)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def one(place, reader, writer):
    """Make a call on the connection; return what it was answered."""
    writer.write(
        f"GET {place.path} HTTP/1.1\r\nHost: x\r\nAccept: image/png\r\n"
        "Connection: close\r\n\r\n".encode()
    )
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return head[:15], body


@pytest.mark.usefixtures("many_files")
async def test_a_thousand_equal_misses_in_two_workers_ask_the_backend_once(server):
    with Pictures(server) as pictures:
        place = urllib.parse.urlsplit(pictures.url)
        lines = await asyncio.gather(
            *(asyncio.open_connection(place.hostname, place.port) for _ in range(1000))
        )
        found = await asyncio.gather(*(one(place, *line) for line in lines))
        assert Counter(found) == {(b"HTTP/1.1 200 OK", PNG): 1000}
        assert pictures.asked == {"": 1}
        assert sum(pictures.cached()) == 1000


def test_beyond_the_budget_what_nobody_asks_for_is_forgotten(server):
    with Pictures(server, size=100_000) as pictures:
        for page in range(40):
            pictures.get(page)
            assert pictures.get("wanted").content.startswith(PNG + b"wanted")
        assert pictures.asked["wanted"] == 1
        pictures.get(0)
        pictures.get(39)
        assert (pictures.asked["0"], pictures.asked["39"]) == (2, 1)
    kept = [file for file in server.data.rglob("data.mdb") if pictures.api in str(file)]
    assert len(kept) == 1


def test_a_flush_empties_the_cache_of_every_worker(server):
    with Pictures(server) as pictures:
        pictures.get(1)
        server.gateway.flush_stage_cache(restApiId=pictures.api, stageName="s")
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(pictures.get, [1] * 32))
        assert pictures.asked == {"1": 2}


def test_a_deployment_empties_the_cache(server):
    with Pictures(server) as pictures:
        pictures.get(1)
        server.gateway.create_deployment(restApiId=pictures.api, stageName="s")
        pictures.get(1)
        assert pictures.asked == {"1": 2}


@pytest.mark.parametrize(
    "settings, status, warning, asked",
    [
        pytest.param(
            {},
            200,
            "199 Cache-control headers were ignored because the caller was unauthorized.",
            1,
            id="by-default",
        ),
        pytest.param(
            {"unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITHOUT_RESPONSE_HEADER"},
            200,
            None,
            1,
            id="without-header",
        ),
        pytest.param(
            {"unauthorizedCacheControlHeaderStrategy": "FAIL_WITH_403"}, 403, None, 1, id="refused"
        ),
        pytest.param(
            {"requireAuthorizationForCacheControl": "false"}, 200, None, 2, id="for-everybody"
        ),
    ],
)
def test_who_may_have_an_entry_made_anew_is_a_setting(server, settings, status, warning, asked):
    with Pictures(server, **settings) as pictures:
        pictures.get(1)
        answer = pictures.get(1, Cache_Control="max-age=0")
        assert (answer.status_code, answer.headers.get("Warning")) == (status, warning)
        assert pictures.asked == {"1": asked}


def test_without_seconds_nothing_is_remembered(server):
    with Pictures(server, ttlInSeconds="0") as pictures:
        pictures.get(1)
        pictures.get(1)
        assert pictures.asked == {"1": 2}
