"""Another process with the same store: ``python writer.py URL``, one order per line of its input.

``put KEY`` writes a document, ``loop`` writes one after the other.  After each finished block
stands a line with the key and the revision.
"""

import itertools
import sys

from tests.conformance.stores.places import STORES

from octetgate.core import kinds
from octetgate.core.ports.store import FUNCTION_CODE, Store


def put(store: Store, key: str) -> None:
    with store.write() as writing:
        writing.put(FUNCTION_CODE, key, key.encode() * 1000)
    sys.stdout.write(f"{key} {store.revision()}\n")
    sys.stdout.flush()


def main(url: str) -> None:
    store = kinds.load(STORES, url.partition(":")[0]).open(url)
    for order in sys.stdin:
        match order.split():
            case ["put", key]:
                put(store, key)
            case ["loop"]:
                for number in itertools.count():
                    put(store, str(number))
    store.close()


if __name__ == "__main__":
    main(sys.argv[1])
