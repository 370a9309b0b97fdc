"""Whatever is done to a store, memory and SQLite give the same answers."""

import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from octetgate.adapters.stores import memory, sqlite
from octetgate.core.ports.store import FUNCTION_CODE, STAGES, Collection

NOTES = Collection("note", dict)

keys = st.text(st.sampled_from("ab/%_Aé\U0001f600"), max_size=4)
collections = st.sampled_from([FUNCTION_CODE, NOTES])
orders = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.just(FUNCTION_CODE), keys, st.binary(max_size=8)),
        st.tuples(st.just("put"), st.just(NOTES), keys, st.dictionaries(keys, st.integers(0, 9))),
        st.tuples(st.just("delete"), collections, keys),
    ),
    max_size=4,
)


class Stop(Exception):
    """Ends a write block half-way."""


class Agreement(RuleBasedStateMachine):
    """Two stores, to which the same is done."""

    def __init__(self):
        super().__init__()
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.stores = memory.open("memory://"), sqlite.open(f"sqlite:///{folder}/store.db")
        self.since = [0]

    def teardown(self):
        for store in self.stores:
            store.close()
        self.stack.close()

    def both(self, ask):
        one, other = (ask(store) for store in self.stores)
        assert one == other
        return one

    @rule(orders=orders, ends_well=st.booleans())
    def write(self, orders, ends_well):
        self.both(lambda store: written(store, orders, ends_well))
        self.since.append(self.both(lambda store: store.revision()))

    @rule(collection=collections, prefix=keys)
    def list(self, collection, prefix):
        self.both(lambda store: seen(store, lambda reading: reading.list(collection, prefix)))

    @rule(collection=collections, prefix=keys)
    def keys_alone(self, collection, prefix):
        self.both(lambda store: seen(store, lambda reading: [*reading.keys(collection, prefix)]))

    @rule(collection=collections, key=keys)
    def get(self, collection, key):
        self.both(lambda store: seen(store, lambda reading: reading.get(collection, key)))

    @rule(data=st.data())
    def changes(self, data):
        since = data.draw(st.sampled_from(self.since)) + data.draw(st.integers(-1, 1))
        self.both(lambda store: store.changes(since))

    @invariant()
    def nothing_is_in_a_collection_that_nobody_wrote(self):
        assert self.both(lambda store: seen(store, lambda reading: reading.list(STAGES))) == []


def written(store, orders, ends_well):
    """Return what a write block saw while it carried out the orders."""
    answers = []
    with suppress(Stop), store.write() as writing:
        for verb, collection, *rest in orders:
            answers.append(getattr(writing, verb)(collection, *rest))
            answers.append(writing.list(collection))
        if not ends_well:
            raise Stop
    return answers


def seen(store, look):
    with store.read() as reading:
        return look(reading)


TestAgreement = Agreement.TestCase
TestAgreement.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
