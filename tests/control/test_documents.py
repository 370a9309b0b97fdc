import pytest

from octetgate.control.documents import DEEPEST, BadDocument, read


@pytest.mark.parametrize(
    "text, value",
    [
        ("yes", "yes"),
        ("on", "on"),
        ("012345678901", "012345678901"),
        ("2016-10-31", "2016-10-31"),
        ("1:30", "1:30"),
        ("0x1F", "0x1F"),
        (".inf", ".inf"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("12", 12),
        ("-1.5e3", -1500.0),
        ("'12'", "12"),
        ("!!str 12", "12"),
        ("!Unknown x", "x"),
    ],
)
def test_text_without_quotes_means_what_json_would(text, value):
    assert read(f"a: {text}\n".encode()) == {"a": value}


def test_keys_are_text():
    assert read(b"200: a\ntrue: b\n~: c\n") == {"200": "a", "true": "b", "~": "c"}


def test_what_is_merged_stands_below_what_is_written():
    text = b"x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz: {<<: [*x, *y], a: 0}\n"
    assert read(text)["z"] == {"a": 0, "b": 1, "c": 2}


def test_local_tags_are_given_to_who_understands_them():
    found = read(b"a: !Ref X\nb: !Join [x, [!Ref Y]]\n", lambda tag, value: {tag: value})
    assert found == {"a": {"!Ref": "X"}, "b": {"!Join": ["x", [{"!Ref": "Y"}]]}}


@pytest.mark.parametrize(
    "text, says",
    [
        (b"a:\n  - b\n c", "line 3, column 2: "),
        (b"? [a]\n: b", "line 1, column 3: expected a key that is text"),
        (b"a: *b", "line 1, column 4: expected the name of a part above; found *b"),
        (b"a: &a [*a]", "line 1, column 8: expected no part that contains itself; found *a"),
        (b"a: 1\n---\nb: 1\n", "line 2, column 1: expected one document"),
        (b"\xff", "expected UTF-8; found something else at byte 0"),
        (b"[" * 100_000, f"line 1, column {DEEPEST + 1}: expected at most {DEEPEST} levels"),
        (b"- " * 100_000, f"expected at most {DEEPEST} levels"),
        (b'{"a":' * 300 + b"1" + b"}" * 300, f"expected at most {DEEPEST} levels; found more"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text, says):
    with pytest.raises(BadDocument) as refused:
        read(text)
    assert says in str(refused.value)


def test_aliases_cannot_build_what_is_too_deep():
    deep = "a: &a " + "[" * 150 + "]" * 150 + "\nb: " + "[" * 100 + "*a" + "]" * 100
    with pytest.raises(BadDocument, match=f"expected at most {DEEPEST} levels"):
        read(deep.encode())
