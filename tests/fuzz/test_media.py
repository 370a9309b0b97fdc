from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.soup import soup

from octetgate.core.http.media import MediaTypes, accept_is_binary, essence, request_is_binary

WORDS = "image/png image/* */* */png application/json ; , q=0.8 / * a b A charset=utf-8 \t \x00 é İ"
values = st.none() | soup(WORDS, 8) | st.text(max_size=20)


@given(st.lists(soup(WORDS, 4) | st.text(max_size=10), max_size=5), values)
def test_any_list_answers_any_header(entries, value):
    media_types = MediaTypes(entries)
    for is_binary in (request_is_binary, accept_is_binary):
        once = is_binary(media_types, value)
        # What is remembered is what was found, and only an entry of the list covers.
        assert is_binary(media_types, value) is once
        assert not once or media_types.entries
    assert essence(value)
    covering = media_types.covering(value)
    assert covering is None or covering in entries
