"""The isolations that this machine allows, for tests that hold for each of them."""

import functools
import os

import pytest

from octetgate.adapters.runners._isolation import Isolation, View
from octetgate.adapters.runners._probe import NoIsolation, probe
from octetgate.adapters.runners._users import Users

USERS = range(61000, 61100)
"""Within the default range, where other tests' servers may lend them too: none is lent twice."""


@functools.cache
def _best(kind, data):
    return probe(kind, USERS, data)


def isolation(kind, data):
    """Return one; skips the test where it is not to be had, and says why."""
    if kind == "plain":
        return Isolation(data=data)
    if kind == "users" and os.getuid() != 0:
        pytest.skip("only root can have functions run as other users")
    try:
        found = _best("bubblewrap" if kind == "bubblewrap" else "process", data)
    except NoIsolation as error:
        pytest.skip(str(error))
    if found.isolation.view is View.SHARED:
        pytest.skip(found.shortfalls[0])
    assert (found.isolation.users is not None) == (os.getuid() == 0), found.shortfalls
    return found.isolation


def alone(isolation):
    """Return the same with a single user, by which all that a process started can be found."""
    if isolation.users is None:
        return isolation, None
    for number in isolation.users.numbers:
        users = Users([number])
        try:
            users.give_back(users.take())
        except OSError:
            continue
        return Isolation(view=isolation.view, users=users, data=isolation.data), number
    raise AssertionError("no user is free")


def kinds(*names):
    return pytest.mark.parametrize("kind", names)


EVERY = kinds("plain", "process", "bubblewrap")
WALLED = kinds("process", "bubblewrap")
