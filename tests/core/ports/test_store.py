"""Collections are told apart by name."""

from octetgate.core.ports.store import COLLECTIONS, Change


def test_no_two_collections_share_a_name():
    assert len({collection.name for collection in COLLECTIONS}) == len(COLLECTIONS)


def test_a_change_is_equal_by_what_changed():
    assert Change(1, "api", "a1") == Change(1, "api", "a1") != Change(2, "api", "a1")
