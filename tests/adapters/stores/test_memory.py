"""What is memory's own: nothing outlives it, and nothing is shared."""

import pytest

from octetgate.adapters.stores import memory
from octetgate.core.ports.store import FUNCTION_CODE, STAGES, StoreUnusable


def put(store, key):
    with store.write() as writing:
        writing.put(FUNCTION_CODE, key, b"")
    return writing


def listed(store):
    with store.read() as reading:
        return [key for key, _ in reading.list(FUNCTION_CODE)]


def test_each_opening_is_a_store_of_its_own():
    one, other = memory.open("memory://"), memory.open("memory://")
    put(one, "k")
    assert (listed(other), other.revision()) == ([], 0)


def test_a_name_is_refused_because_nothing_could_be_found_under_it():
    with pytest.raises(StoreUnusable, match="expected memory:// alone, found 'shop'"):
        memory.open("memory://shop")


def test_nothing_is_left_after_closing():
    store = memory.open("memory://")
    put(store, "k")
    store.close()
    assert listed(store) == []


def test_a_draft_that_is_written_after_its_block_changes_nothing():
    store = memory.open("memory://")
    late = put(store, "k")
    late.put(FUNCTION_CODE, "late", b"")
    late.delete(FUNCTION_CODE, "k")
    assert (listed(store), store.revision()) == (["k"], 1)


def test_a_collection_that_nobody_wrote_is_empty():
    store = memory.open("memory://")
    with store.write() as writing:
        assert writing.list(STAGES) == []
        assert not writing.delete(STAGES, "k")
