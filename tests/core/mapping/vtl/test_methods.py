import pytest

from octetgate.core.mapping.vtl.errors import MemberError
from octetgate.core.mapping.vtl.methods import call
from octetgate.core.mapping.vtl.values import Entry


@pytest.mark.parametrize(
    "target, name, arguments, result",
    [
        ("abc", "length", [], 3),
        ("abc", "substring", [1], "bc"),
        ("abc", "substring", [1, 2], "b"),
        ("abcb", "indexOf", ["b"], 1),
        ("abcb", "indexOf", ["b", 2], 3),
        ("abcb", "lastIndexOf", ["b"], 3),
        ("abc", "contains", ["bc"], True),
        ("abc", "startsWith", ["ab"], True),
        ("abc", "endsWith", ["bc"], True),
        ("abc", "equals", ["abc"], True),
        ("1", "equals", [1], False),
        ("aBc", "equalsIgnoreCase", ["AbC"], True),
        ("aBc", "equalsIgnoreCase", [None], False),
        ("abc", "compareTo", ["abd"], -1),
        ("abc", "compareTo", ["ab"], 1),
        ("ABC", "toLowerCase", [], "abc"),
        ("abc", "toUpperCase", [], "ABC"),
        (" \t\x01a b\n", "trim", [], "a b"),
        (" a ", "strip", [], "a"),
        (" ", "isBlank", [], True),
        ("a,b,,", "split", [","], ["a", "b"]),
        ("a,b,,", "split", [",", -1], ["a", "b", "", ""]),
        ("a,b,c", "split", [",", 2], ["a", "b,c"]),
        ("a.b", "replace", [".", "-"], "a-b"),
        ("a1b22", "replaceAll", ["[0-9]+", "<$0>"], "a<1>b<22>"),
        ("a1b2", "replaceFirst", ["[0-9]", ""], "ab2"),
        ("it\\'s", "replaceAll", ["\\\\'", "'"], "it's"),
        ("a1", "matches", ["[a-z]\\d"], True),
        ("a1b", "matches", ["[a-z]\\d"], False),
        ("", "isEmpty", [], True),
        ("a", "concat", ["b"], "ab"),
        ("abc", "charAt", [1], "b"),
        ("a", "toString", [], "a"),
        ("hello", "hashCode", [], 99162322),
        ("polygenelubricants", "hashCode", [], -2147483648),
        ([1, 2], "size", [], 2),
        ([1, 2], "get", [1], 2),
        ([], "isEmpty", [], True),
        ([1, "a"], "contains", ["a"], True),
        ([1, True], "contains", [1.0], False),
        ([True], "contains", [1], False),
        ([[1]], "indexOf", [[1]], 0),
        ([1], "indexOf", [None], -1),
        ([1], "add", [2], True),
        ([1], "add", [0, 2], None),
        ([1], "addAll", [[2]], True),
        ([1], "addAll", [()], False),
        ([1], "set", [0, 2], 1),
        ([5, 6], "remove", [0], 5),
        (["a"], "remove", ["a"], True),
        (["a"], "remove", ["b"], False),
        ([1], "clear", [], None),
        ([1, 2, 3], "subList", [1, 3], [2, 3]),
        ([1, {"a": None}], "toJSONString", [], '[1,{"a":null}]'),
        ([1], "toString", [], "[1]"),
        ([1], "equals", [[1]], True),
        (("a",), "contains", ["a"], True),
        (("a", "b"), "toArray", [], ["a", "b"]),
        ({"a": 1}, "get", ["a"], 1),
        ({"1": 1}, "get", [1], 1),
        ({"a": 1}, "getOrDefault", ["b", 2], 2),
        ({"a": 1}, "put", ["a", 2], 1),
        ({}, "put", ["a", 2], None),
        ({}, "putAll", [{"a": 1}], None),
        ({"a": 1, "b": 2}, "keySet", [], ("a", "b")),
        ({"a": 1, "b": 2}, "values", [], (1, 2)),
        ({"a": 1}, "entrySet", [], (Entry("a", 1),)),
        ({"a": 1}, "containsKey", ["a"], True),
        ({"a": 1}, "containsValue", [2], False),
        ({"a": 1}, "size", [], 1),
        ({}, "isEmpty", [], True),
        ({"a": 1}, "remove", ["a"], 1),
        ({"a": 1}, "clear", [], None),
        ({"a": [1]}, "toJSONString", [], '{"a":[1]}'),
        ({"a": 1}, "toString", [], "{a=1}"),
        (Entry("k", 1), "getKey", [], "k"),
        (Entry("k", 1), "getValue", [], 1),
        ("k", "getKey", [], None),
        (1.9, "intValue", [], 1),
        (3, "longValue", [], 3),
        (3, "doubleValue", [], 3.0),
        (0, "parseInt", ["12"], 12),
        (0.0, "parseDouble", ["1.5"], 1.5),
        (0, "valueOf", ["7"], 7),
        (True, "toString", [], "true"),
        (True, "parseInt", ["1"], None),
        (1, "hashCode", [], 49),
        ("abc", "length", [1], None),
        ("abc", "count", [], None),
    ],
)
def test_a_method_returns_what_java_returns(target, name, arguments, result):
    returned = call(target, name, arguments)
    assert returned == result
    assert type(returned) is type(result)


@pytest.mark.parametrize(
    "target, name, arguments, left",
    [
        ([1], "add", [2], [1, 2]),
        ([1], "add", [0, 2], [2, 1]),
        ([1], "addAll", [[2]], [1, 2]),
        ([1], "set", [0, 2], [2]),
        ([5, 6], "remove", [0], [6]),
        ([1], "clear", [], []),
        ({"a": 1}, "put", ["b", 2], {"a": 1, "b": 2}),
        ({"a": 1}, "putAll", [{"b": 2}], {"a": 1, "b": 2}),
        ({"a": 1}, "remove", ["a"], {}),
        ({"a": 1}, "clear", [], {}),
    ],
)
def test_a_mutating_method_changes_its_target(target, name, arguments, left):
    call(target, name, arguments)
    assert target == left


@pytest.mark.parametrize(
    "target, name, arguments, reason",
    [
        ("abc", "substring", [2, 1], "expected 0 <= 2 <= 1 <= 3, the length"),
        ("abc", "substring", ["1"], "expected an integer, found '1'"),
        ("abc", "substring", [True], "expected an integer, found 'true'"),
        ("abc", "charAt", [3], "expected an index from 0 to 2, found 3"),
        ("abc", "contains", [None], "expected a string, found null"),
        ("abc", "matches", ["["], "a character class is not closed"),
        ("abc", "replaceAll", ["b", "$9"], "the replacement names no group"),
        ("a" * 100_000, "replace", ["a", "b" * 1000], "the result would have 100000000 characters"),
        ([1], "get", [1], "expected an index from 0 to 0, found 1"),
        ([1], "addAll", ["x"], "expected a list, found 'x'"),
        ({}, "putAll", [[1]], "expected a map"),
        (0, "parseInt", ["x"], "expected an integer's digits, found 'x'"),
        (0, "parseDouble", ["x"], "expected a number's digits, found 'x'"),
    ],
)
def test_a_method_refuses_what_java_would_throw_at(target, name, arguments, reason):
    with pytest.raises(MemberError, match=reason):
        call(target, name, arguments)
