"""Records under names, shared by processes."""

import struct

import pytest
from tests.adapters.meters.processes import killed_while, together

from octetgate.adapters.meters.slots import SET_SLOTS, Slots, TableFull

NUMBER = struct.Struct("=q")


@pytest.fixture
def slots():
    table = Slots.in_memory(size=NUMBER.size, sets=1)
    yield table
    table.close()


def add(table: Slots, name: str, number: int = 1) -> int:
    with table.record(name) as at:
        total = NUMBER.unpack_from(table.memory, at)[0] + number
        NUMBER.pack_into(table.memory, at, total)
        return total


def test_a_new_record_is_zeros_and_keeps_what_is_written(slots):
    assert [add(slots, "a", 5), add(slots, "b"), add(slots, "a")] == [5, 1, 6]


def test_looking_for_a_name_makes_no_record(slots):
    with slots.existing("a") as at:
        assert at is None
    add(slots, "a", 3)
    with slots.existing("a") as at:
        assert NUMBER.unpack_from(slots.memory, at) == (3,)


def test_processes_that_add_at_once_lose_nothing(slots):
    def work(number: int) -> int:
        for turn in range(2000):
            add(slots, f"name {turn % 7}")
        return 0

    together(4, work)
    assert sum(add(slots, f"name {each}", 0) for each in range(7)) == 8000


def test_a_process_killed_with_a_lock_blocks_nobody(slots):
    def die_inside(die):
        with slots.record("a"):
            die()

    killed_while(die_inside)
    assert add(slots, "a") == 1


def test_a_full_table_says_so_and_gives_away_only_what_is_idle(slots):
    for each in range(SET_SLOTS):
        add(slots, f"name {each}", each + 1)
    with pytest.raises(TableFull), slots.record("one more"):
        pass

    def idle(at: int) -> bool:
        return NUMBER.unpack_from(slots.memory, at) == (8,)

    with slots.record("one more", idle) as at:
        assert NUMBER.unpack_from(slots.memory, at) == (0,)
    with slots.existing("name 7") as at:
        assert at is None
    assert add(slots, "name 8", 0) == 9


def test_who_remembers_a_place_that_was_given_away_finds_another(slots):
    for each in range(SET_SLOTS):
        add(slots, f"name {each}")
    together(1, lambda _: _take_over(slots))
    # This process still knows where "name 0" was.
    with pytest.raises(TableFull):
        add(slots, "name 0")


def _take_over(slots: Slots) -> int:
    with slots.record("name 0") as mine:
        pass
    with slots.record("another", lambda at: at == mine):
        return 0


def test_a_file_keeps_records_and_refuses_to_be_another_table(tmp_path):
    path = tmp_path / "table"
    table = Slots.in_file(path, size=NUMBER.size, sets=2)
    add(table, "a", 4)
    table.close()
    again = Slots.in_file(path, size=NUMBER.size, sets=2)
    assert add(again, "a") == 5
    again.close()
    with pytest.raises(ValueError, match=r"table: expected 6144 bytes, found 3072"):
        Slots.in_file(path, size=NUMBER.size, sets=4)
