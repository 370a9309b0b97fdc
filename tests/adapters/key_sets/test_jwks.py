"""Keys from issuers' URLs and from files, over real sockets."""

import asyncio
import contextlib
import json

import pytest

from octetgate.adapters.key_sets import jwks
from octetgate.adapters.key_sets.jwks import JwksKeySets
from octetgate.adapters.upstream.pool import Pool, PoolSettings
from octetgate.core.ports.key_sets import KeysUnreachable

POOL = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc"


class Issuer:
    """A server of JSON documents by path; remembers what it was asked."""

    def __init__(self) -> None:
        self.documents: dict[str, object] = {}
        self.asked: list[str] = []
        self.url = ""

    async def serve(self, reader, writer) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split()[1].decode()
                self.asked.append(path)
                found = self.documents.get(path)
                body = found if isinstance(found, bytes) else json.dumps(found).encode()
                status = b"404 Not Found" if found is None else b"200 OK"
                writer.write(b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n" % (status, len(body)))
                writer.write(body)
        writer.close()


@pytest.fixture
async def issuer():
    made = Issuer()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield made
    server.close()


@pytest.fixture
async def pool():
    made = Pool(PoolSettings())
    yield made
    await made.close()


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test moves."""

    class Clock:
        now = 1000.0

    monkeypatch.setattr(jwks.time, "monotonic", lambda: Clock.now)
    return Clock


def keys(*ids: str) -> dict[str, object]:
    return {"keys": [{"kid": each, "kty": "RSA"} for each in ids]}


async def test_an_issuer_s_configuration_says_where_its_keys_are(issuer, pool):
    issuer.documents = {
        "/x/.well-known/openid-configuration": {"jwks_uri": f"{issuer.url}/keys?v=1"},
        "/keys?v=1": keys("a", "b"),
    }
    found = JwksKeySets(pool)
    assert await found.key(f"{issuer.url}/x", "b") == {"kid": "b", "kty": "RSA"}
    assert await found.key(f"{issuer.url}/x", "a") == {"kid": "a", "kty": "RSA"}
    assert len(issuer.asked) == 2


async def test_a_user_pool_s_keys_come_from_the_url_in_place_of_aws_s(issuer, pool):
    issuer.documents = {"/pools/eu-west-1_abc/.well-known/jwks.json": keys("a")}
    found = JwksKeySets(pool, f"{issuer.url}/pools/")
    assert await found.key(POOL, "a")


async def test_a_user_pool_s_keys_come_from_a_file(tmp_path, pool):
    (tmp_path / "eu-west-1_abc.json").write_text(json.dumps(keys("a")))
    found = JwksKeySets(pool, str(tmp_path))
    assert await found.key(POOL, "a")
    with pytest.raises(KeysUnreachable, match=r"other\.json: No such file"):
        await found.key(POOL.replace("eu-west-1_abc", "other"), "a")


async def test_a_key_that_is_not_there_is_asked_for_again_but_not_for_every_token(
    issuer, pool, clock
):
    path = "/eu-west-1_abc/.well-known/jwks.json"
    issuer.documents = {path: keys("a")}
    found = JwksKeySets(pool, issuer.url)
    for _ in range(50):
        assert await found.key(POOL, "b") is None
    assert len(issuer.asked) == 1
    issuer.documents = {path: keys("b")}
    clock.now += 31
    assert await found.key(POOL, "b")
    assert await found.key(POOL, "a") is None
    assert len(issuer.asked) == 2


async def test_many_tokens_at_once_ask_once(issuer, pool):
    issuer.documents = {"/eu-west-1_abc/.well-known/jwks.json": keys("a")}
    found = JwksKeySets(pool, issuer.url)
    assert all(await asyncio.gather(*(found.key(POOL, "a") for _ in range(20))))
    assert len(issuer.asked) == 1


async def test_keys_that_were_good_stay_good_while_the_issuer_is_away(issuer, pool, clock):
    issuer.documents = {"/eu-west-1_abc/.well-known/jwks.json": keys("a")}
    found = JwksKeySets(pool, issuer.url)
    assert await found.key(POOL, "a")
    issuer.documents = {}
    clock.now += 4000
    assert await found.key(POOL, "a")
    assert len(issuer.asked) == 2


@pytest.mark.parametrize(
    "document, found",
    [
        (None, "expected 200, found 404"),
        (b"{", "expected JSON"),
        (b"[]", "expected an object"),
        ({"keys": 1}, "expected a list, found 1"),
        (b"[" * 100_000, "expected JSON"),
        (b" " * (1 << 21), "expected at most 1048576 bytes"),
    ],
)
async def test_what_is_no_key_set_is_told(issuer, pool, document, found):
    issuer.documents = {"/eu-west-1_abc/.well-known/jwks.json": document}
    with pytest.raises(KeysUnreachable, match=found):
        await JwksKeySets(pool, issuer.url).key(POOL, "a")


@pytest.mark.parametrize("place", ["file:///etc/passwd", "None", "ftp://x.example/"])
async def test_keys_are_fetched_by_http_alone(issuer, pool, place):
    issuer.documents = {"/.well-known/openid-configuration": {"jwks_uri": place}}
    with pytest.raises(KeysUnreachable, match="expected an http or https URL"):
        await JwksKeySets(pool).key(issuer.url, "a")
