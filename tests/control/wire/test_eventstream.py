from botocore.eventstream import EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st

from octetgate.control.wire.eventstream import event, message

HEADERS = st.dictionaries(
    st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=40),
    st.text(st.characters(codec="utf-8"), max_size=200),
    max_size=5,
)
MESSAGES = st.lists(st.tuples(HEADERS, st.binary(max_size=2000)), max_size=4)


@given(MESSAGES, st.integers(1, 500))
def test_what_is_written_is_what_botocore_reads_in_whatever_pieces_it_arrives(messages, size):
    written = b"".join(message(headers, payload) for headers, payload in messages)
    buffer = EventStreamBuffer()
    read = []
    for start in range(0, len(written), size):
        buffer.add_data(written[start : start + size])
        read += [(each.headers, each.payload) for each in buffer]
    assert read == messages


def test_an_event_says_what_it_is_called_and_what_it_holds():
    buffer = EventStreamBuffer()
    buffer.add_data(event("PayloadChunk", "application/octet-stream", b"\x00\xff"))
    [read] = buffer
    assert read.to_response_dict() == {
        "status_code": 200,
        "headers": {
            ":event-type": "PayloadChunk",
            ":content-type": "application/octet-stream",
            ":message-type": "event",
        },
        "body": b"\x00\xff",
    }
