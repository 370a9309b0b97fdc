"""What every store promises, whatever keeps the documents."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.conformance.stores.places import PLACES, STORES

from octetgate.core import kinds
from octetgate.core.model.api import RestApi
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.model.stage import Stage
from octetgate.core.ports.store import (
    APIS,
    FUNCTION_CODE,
    STAGES,
    Change,
    Collection,
    StoreConflict,
    StoreUnusable,
)

EVERY_BYTE = bytes(range(256))


class Stop(Exception):
    """Ends a write block half-way."""


def stage(name: str = "prod", **rest) -> Stage:
    return Stage(
        stage_name=name, deployment_id="d1", created_date=1.5, last_updated_date=2.5, **rest
    )


def put(store, *keys, collection=FUNCTION_CODE, document=b"zip"):
    with store.write() as writing:
        for key in keys:
            writing.put(collection, key, document)


def got(store, key, collection=FUNCTION_CODE):
    with store.read() as reading:
        return reading.get(collection, key)


def listed(store, prefix="", collection=FUNCTION_CODE):
    with store.read() as reading:
        return [key for key, _ in reading.list(collection, prefix)]


def test_every_store_in_the_folder_has_a_place_to_be_tried_out():
    assert kinds.names(STORES) == tuple(sorted(PLACES))


# --- Documents ---------------------------------------------------------------------------------


def test_a_record_comes_back_equal(store):
    written = stage(variables={"größe": "1"}, tags={"a": ""}, tracing_enabled=True)
    put(store, "a1/prod", collection=STAGES, document=written)
    assert got(store, "a1/prod", STAGES) == written


def test_an_api_with_everything_inside_is_one_document(store):
    written = ApiDefinition(
        rest_api=RestApi(id="a1", name="images", created_date=1.0, root_resource_id="r1")
    )
    put(store, "a1", collection=APIS, document=written)
    assert got(store, "a1", APIS) == written


@pytest.mark.parametrize(
    "document", [b"", EVERY_BYTE, b'{"json": 1}'], ids=["empty", "every-byte", "json"]
)
def test_bytes_come_back_as_they_were(store, document):
    put(store, "k", document=document)
    assert got(store, "k") == document


def test_what_is_not_there_is_none(store):
    assert got(store, "nothing") is None


def test_collections_have_their_own_keys(store):
    put(store, "k", document=b"code")
    assert got(store, "k", STAGES) is None


def test_a_document_of_another_type_is_refused(store):
    with (
        pytest.raises(TypeError, match="stage: expected Stage, found bytes"),
        store.write() as writing,
    ):
        writing.put(STAGES, "k", b"no stage")


def test_members_that_this_version_does_not_know_are_ignored(store):
    kept = b'{"stageName": "s", "deploymentId": "d", "createdDate": 1, "lastUpdatedDate": 2, "novel": []}'
    put(store, "k", collection=Collection("stage", bytes), document=kept)
    assert got(store, "k", STAGES).stage_name == "s"


def test_a_document_that_cannot_be_understood_names_itself_and_the_fault(store):
    put(store, "a1/prod", collection=Collection("stage", bytes), document=b'{"stageName": 7}')
    with pytest.raises(StoreUnusable, match=r"stage 'a1/prod': expected Stage, found .*stageName"):
        got(store, "a1/prod", STAGES)


def test_delete_says_whether_there_was_a_document(store):
    put(store, "k")
    with store.write() as writing:
        assert writing.delete(FUNCTION_CODE, "k")
        assert not writing.delete(FUNCTION_CODE, "k")
    assert got(store, "k") is None


# --- Lists -------------------------------------------------------------------------------------


def test_a_list_is_in_the_order_of_creation(store):
    put(store, "b", "a", "c")
    put(store, "d")
    assert listed(store) == ["b", "a", "c", "d"]


@pytest.mark.parametrize("prefix", ["", "b", "\ud7ff", "\U0010ffff", "b\U0010ffff"])
def test_keys_are_those_of_the_list(store, prefix):
    put(store, "b", "a", "\ud7ffx", "\U0010ffffx", "b\U0010ffffx", "bx", "\ue000")
    with store.read() as reading:
        assert list(reading.keys(FUNCTION_CODE, prefix)) == listed(store, prefix)


def test_a_replaced_document_keeps_its_place(store):
    put(store, "b", "a")
    put(store, "b", document=b"new")
    assert listed(store) == ["b", "a"]


def test_a_document_created_again_comes_last(store):
    put(store, "b", "a")
    with store.write() as writing:
        writing.delete(FUNCTION_CODE, "b")
        writing.put(FUNCTION_CODE, "b", b"")
    assert listed(store) == ["a", "b"]


@pytest.mark.parametrize(
    "prefix, keys",
    [
        pytest.param("a1/", ["a1/x", "a1/"], id="with-separator"),
        pytest.param("a1", ["a1/x", "a10/x", "a1/"], id="part-of-a-name"),
        pytest.param("A1", ["A1/x"], id="case-matters"),
        pytest.param("%", ["%"], id="percent-is-a-letter"),
        pytest.param("_", [], id="underscore-is-a-letter"),
        pytest.param("é", ["é/x", "é\U0010ffff"], id="beyond-ascii"),
        pytest.param("a1/x/longer", [], id="longer-than-any"),
    ],
)
def test_a_list_holds_exactly_the_keys_with_the_prefix(store, prefix, keys):
    put(store, "a1/x", "a10/x", "A1/x", "%", "é/x", "a1/", "é\U0010ffff", "b")
    assert listed(store, prefix) == keys


# --- Transactions ------------------------------------------------------------------------------


def test_a_block_that_raises_leaves_nothing(store):
    put(store, "kept")
    before = store.revision()

    def half_a_block():
        with store.write() as writing:
            writing.put(FUNCTION_CODE, "new", b"")
            writing.delete(FUNCTION_CODE, "kept")
            raise Stop

    with pytest.raises(Stop):
        half_a_block()
    assert (listed(store), store.revision()) == (["kept"], before)


def test_a_writer_reads_what_it_wrote_and_others_do_not_yet(store):
    with store.write() as writing:
        writing.put(FUNCTION_CODE, "k", b"draft")
        assert writing.get(FUNCTION_CODE, "k") == b"draft"
        assert writing.list(FUNCTION_CODE) == [("k", b"draft")]
        assert got(store, "k") is None
    assert got(store, "k") == b"draft"


def test_an_open_view_does_not_move(store):
    put(store, "k", document=b"old")
    with store.read() as reading:
        put(store, "k", "l", document=b"new")
        assert reading.get(FUNCTION_CODE, "k") == b"old"
        assert reading.list(FUNCTION_CODE) == [("k", b"old")]
    assert got(store, "k") == b"new"


def test_writers_wait_for_each_other(store):
    def count_up(_):
        with store.write() as writing:
            number = int(writing.get(FUNCTION_CODE, "n") or b"0")
            writing.put(FUNCTION_CODE, "n", b"%d" % (number + 1))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(count_up, range(40)))
    assert got(store, "n") == b"40"


def test_a_writer_that_waited_too_long_is_told_of_the_conflict(url, opened):
    store = opened(f"{url}?wait=0.05")
    inside, done = threading.Event(), threading.Event()

    def stay():
        with store.write() as writing:
            writing.put(FUNCTION_CODE, "first", b"")
            inside.set()
            done.wait(10)

    with ThreadPoolExecutor(1) as thread:
        first = thread.submit(stay)
        inside.wait(10)
        with pytest.raises(StoreConflict, match=r"held .* for 0\.05 s"):
            put(store, "second")
        done.set()
        first.result()
    put(store, "third")
    assert listed(store) == ["first", "third"]


# --- Revisions and changes ---------------------------------------------------------------------


def test_the_revision_grows_with_every_commit_and_with_nothing_else(store):
    seen = [store.revision()]
    put(store, "a")
    seen.append(store.revision())
    put(store, "b", "c")
    seen.append(store.revision())
    assert seen == sorted(set(seen))
    with store.write() as writing:
        writing.delete(FUNCTION_CODE, "nothing")
    assert store.revision() == seen[-1]


def test_the_feed_tells_what_changed_since(store):
    start = store.revision()
    put(store, "a", "b")
    middle = store.revision()
    with store.write() as writing:
        writing.delete(FUNCTION_CODE, "a")
        writing.put(STAGES, "a1/prod", stage())
    newest = store.revision()
    last = [Change(newest - 1, "function_code", "a"), Change(newest, "stage", "a1/prod")]
    assert store.changes(middle) == last
    assert [change.key for change in store.changes(start)] == ["a", "b", "a", "a1/prod"]
    assert store.changes(newest) == []


def test_a_revision_that_never_was_has_no_changes_to_tell(store):
    put(store, "a")
    assert store.changes(store.revision() + 1) is None
    assert store.changes(-1) is None


def test_changes_too_long_ago_are_forgotten(store):
    start = store.revision()
    put(store, "first")
    with store.write() as writing:
        for number in range(10_000):
            writing.put(FUNCTION_CODE, str(number % 3), b"")
    assert store.changes(start) is None
    assert len(store.changes(start + 1)) == 10_000


@pytest.mark.parametrize(
    "query, message",
    [
        ("?wait=soon", "expected wait from 0 to 3600 seconds, found 'soon'"),
        ("?wait=-1", "found '-1'"),
        ("?wait=nan", "found 'nan'"),
        ("?sync=off", "expected no option but wait, found 'sync'"),
    ],
)
def test_an_option_that_no_store_has_is_refused(url, opened, query, message):
    with pytest.raises(StoreUnusable, match=message):
        opened(url + query)
