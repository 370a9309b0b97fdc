import pytest

from octetgate.core.mapping.vtl import values
from octetgate.core.mapping.vtl.values import Entry, Host


@pytest.mark.parametrize(
    "value, printed",
    [
        (None, ""),
        (True, "true"),
        (1, "1"),
        (1.0, "1.0"),
        ("s", "s"),
        ({"a": None, "b": {"c": "d"}, "e": [{"f": 1}]}, '{a=null, b={c=d}, e=[{"f":1}]}'),
        ([{"a": "b"}, (1,), Entry("k", 1), Host()], '[{"a":"b"},[1],"k=1",""]'),
        (("a", None, [1]), "[a, null, [1]]"),
        (Entry("k", "v"), "k=v"),
        (Host(), ""),
    ],
)
def test_a_value_prints_as_in_java(value, printed):
    assert values.text(value) == printed


HOST = Host()


@pytest.mark.parametrize(
    "left, right, same",
    [
        (None, None, True),
        (None, "", True),
        ("", None, True),
        (None, [], False),
        (None, 0, False),
        (1, 1.0, True),
        (1, True, False),
        (True, True, True),
        ("1", 1, True),
        ("a", "b", False),
        ([1], [1], True),
        ({"a": 1}, {"a": 1}, True),
        (HOST, HOST, True),
        (HOST, Host(), False),
    ],
)
def test_equality_compares_like_with_like_and_text_otherwise(left, right, same):
    assert values.equal(left, right) is same


def test_a_host_knows_nothing_until_told():
    host = Host()
    assert values.member(host, "x") is None
    assert host.put("x", 1) is None
    assert host.call("f", ()) is None
    assert values.items(host) == ()


def test_putting_into_what_is_no_container_changes_nothing():
    values.put_member("text", "a", 1)
    values.put_member(None, "a", 1)


@pytest.mark.parametrize("sign, left, right", [("*", 1e308, 10**400), ("/", 1, 0), ("%", 1.0, 0)])
def test_arithmetic_that_fails_is_null(sign, left, right):
    assert values.calculate(sign, left, right) is None
