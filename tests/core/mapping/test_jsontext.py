import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octetgate.core.mapping import jsontext


@pytest.mark.parametrize(
    "number, text",
    [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1.0, "1.0"),
        (1e3, "1000.0"),
        (0.001, "0.001"),
        (0.0001, "1.0E-4"),
        (9999999.0, "9999999.0"),
        (1e7, "1.0E7"),
        (-1.25e10, "-1.25E10"),
        (1.5e300, "1.5E300"),
        (float("inf"), "Infinity"),
        (float("-inf"), "-Infinity"),
        (float("nan"), "NaN"),
    ],
)
def test_a_double_prints_as_java_prints_it(number, text):
    assert jsontext.double_text(number) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_printed_double_reads_back_as_itself(number):
    assert float(jsontext.double_text(number)) == number


def test_keys_keep_their_order_and_the_last_of_a_name_wins():
    assert jsontext.dump(jsontext.parse('{"b": 1, "a": 2, "b": 3}')) == '{"b":3,"a":2}'


@pytest.mark.parametrize(
    "text", ["", "{", "{'a': 1}", "NaN", "[Infinity]", "[" * 100_000, "1" * 5000]
)
def test_what_is_not_json_is_refused(text):
    with pytest.raises(jsontext.BadJson, match="expected a JSON document"):
        jsontext.parse(text)


def test_half_a_surrogate_pair_becomes_the_replacement_character():
    document = jsontext.parse('{"\\ud800": ["a\\udc00", "\\ud83d\\ude00", 1]}')
    assert document == {"\ufffd": ["a\ufffd", "\U0001f600", 1]}


@given(st.text())
def test_a_string_dumps_as_the_standard_library_dumps_it(text):
    assert jsontext.dump(text) == json.dumps(text, ensure_ascii=False)


@pytest.mark.parametrize("number, text", [(1.5, "1.5"), (1e10, "1.0E10")])
def test_tuples_dump_as_arrays_and_strangers_as_their_text(number, text):
    value = (True, None, 1, {"é": number, "s": '"'}, jsontext)
    expected = f'[true,null,1,{{"é":{text},"s":"\\""}},"a module"]'
    assert jsontext.dump(value, lambda _: "a module") == expected


def test_a_value_inside_itself_is_a_recursion_error():
    value: list[object] = []
    value.append(value)
    with pytest.raises(RecursionError):
        jsontext.dump(value)


@given(
    st.from_regex(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
)
def test_a_number_reads_as_the_standard_library_reads_it(number):
    read, expected = jsontext.parse(number), json.loads(number)
    assert (type(read), read) == (type(expected), expected)


@given(st.text('{}[]:,"\\u019eE+-.tfn \n\x7fé8'))
def test_a_text_reads_as_the_standard_library_reads_it(text):
    try:
        expected = json.loads(text)
    except ValueError:
        with pytest.raises(jsontext.BadJson):
            jsontext.parse(text)
    else:
        assert repr(jsontext.parse(text)) == repr(expected)
