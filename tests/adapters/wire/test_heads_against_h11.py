"""h11 is the oracle: what we take, it takes and reads alike; what only one takes has a name.

A request that two parsers read differently is how requests are smuggled, so generated requests
(good, bad, and good ones with an accident) go to both.
"""

import re

import h11
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from octetgate.adapters.wire.framing import Chunked, Counted
from octetgate.adapters.wire.heads import BadHead, read_request, read_response

# --- Both readings, in the same form ---


def ours(data):
    """Return method, target, fields, body and what follows; None if refused or not whole."""
    head, found, rest = data.partition(b"\r\n\r\n")
    if not found:
        return None
    try:
        request, framing = read_request(head)
        reader = Chunked() if framing.length is None else Counted(framing.length)
        body = reader.feed(rest)
    except BadHead:
        return None
    if not reader.ended:
        return None
    rest = reader.rest if framing.length != 0 else rest
    fields = [(key.encode(), value.encode("latin-1")) for _, key, value in request.headers.fields]
    return (
        request.method.encode(),
        request.target.encode("latin-1"),
        fields,
        b"" if framing.length == 0 else body,
        rest,
    )


def theirs(data):
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
    connection.receive_data(data)
    request, body = None, b""
    try:
        while True:
            event_ = connection.next_event()
            if event_ is h11.NEED_DATA or event_ is h11.PAUSED:
                return None
            if isinstance(event_, h11.Request):
                request = event_
            elif isinstance(event_, h11.Data):
                body += event_.data
            elif isinstance(event_, h11.EndOfMessage):
                break
            else:
                return None
    except h11.RemoteProtocolError:
        return None
    return request.method, request.target, list(request.headers), body, connection.trailing_data[0]


# --- Where we are stricter, or read more, on purpose ---

_STRICTER = {
    "lines end in CRLF, not in LF": lambda head: re.search(rb"(?<!\r)\n", head),
    "no folded lines": lambda head: re.search(rb"\r?\n[ \t]", head),
    "one Content-Length, even if two agree": lambda head: (
        len(re.findall(rb"(?i)\ncontent-length:", head)) > 1
    ),
    "no list of lengths, even if they agree": lambda head: re.search(
        rb"(?i)\ncontent-length:[^\r\n]*,", head
    ),
    "a length below 2**63": lambda head: re.search(rb"(?i)\ncontent-length:[ \t]*[0-9]{19,}", head),
    "not both length and chunked": lambda head: (
        re.search(rb"(?i)\ntransfer-encoding:", head) and re.search(rb"(?i)\ncontent-length:", head)
    ),
    "no chunked in HTTP/1.0": lambda head: re.search(
        rb"(?i) HTTP/1\.0\r?\n(.*\n)*transfer-encoding:", head
    ),
    "Host is a host and a port": lambda head: (
        not re.search(
            rb"(?i)\nhost:[ \t]*([a-z0-9.\-_~%!$&'()*+,;=]+|\[[0-9a-f:.]+\])(:[0-9]*)?[ \t]*(\r?\n|$)",
            head,
        )
    ),
    "one Host in HTTP/1.0, too": lambda head: len(re.findall(rb"(?i)\nhost:", head)) > 1,
    "the target is a path": lambda head: not re.match(rb"[^ ]+ /", head),
    "no other expectation than 100-continue": lambda head: re.search(rb"(?i)\nexpect:", head),
    "no CONNECT": lambda head: head.startswith(b"CONNECT "),
    "versions 1.0 and 1.1": lambda head: not re.match(rb"[^\r\n]* HTTP/1\.[01]\r?\n", head),
    "no control characters": lambda head: re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", head),
}
_STRICTER_BODY = {
    "no blank behind a chunk size": lambda body: re.search(rb"[0-9a-fA-F][ \t]+\r\n", body),
    "chunk lines without controls, in 1024 bytes": lambda body: re.search(rb";", body),
    "chunk lines end in CRLF, not in LF": lambda body: re.search(rb"(?<!\r)\n", body),
    "no folded trailers": lambda body: re.search(rb"\n[ \t]", body),
    "no framing in trailers": lambda body: b":" in body,
}
_WIDER = {
    "bytes from 0x80 in the target": lambda head: re.match(rb"[^\r\n]*[\x80-\xff]", head),
    "a Host without value is no Host, but HTTP/1.0 needs none": lambda head: b"HTTP/1.0" in head,
    "a blank before a chunk extension": lambda head: re.search(rb"(?i)transfer-encoding", head),
}


def excuse(data, mine):
    """Return the name of the difference that explains why only one side took this."""
    head, _, body = data.partition(b"\r\n\r\n")
    if mine is None:
        reasons = {name: test(head) for name, test in _STRICTER.items()}
        if re.search(rb"(?i)\ntransfer-encoding:", head):
            reasons |= {name: test(body) for name, test in _STRICTER_BODY.items()}
    else:
        reasons = {name: test(head) for name, test in _WIDER.items()}
    return next((name for name, applies in reasons.items() if applies), None)


# --- What is generated ---

_names = st.sampled_from(
    [
        b"X-A",
        b"Accept",
        b"Content-Length",
        b"Transfer-Encoding",
        b"Connection",
        b"Expect",
        b"Host",
        b"hOSt",
    ]
) | st.from_regex(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,8}", fullmatch=True)
_values = (
    st.sampled_from(
        [b"", b"0", b"3", b"5", b"+3", b"0x3", b"3, 3", b"3,4", b"chunked", b"Chunked", b"identity",
         b"gzip, chunked", b"chunked, chunked", b"close", b"keep-alive", b"100-continue", b"x y", b"\tz \t"]
    )
    | st.from_regex(rb"[\x20-\x7e\x80-\xff]{0,12}", fullmatch=True)
    | st.binary(max_size=6)
)  # fmt: skip
_fields = st.builds(
    lambda n, colon, v: n + colon + v,
    _names,
    st.sampled_from([b": ", b":", b" :", b":\t"]),
    _values,
)
_lines = st.builds(
    lambda m, t, v: m + b" " + t + b" " + v,
    st.sampled_from([b"GET", b"POST", b"OPTIONS", b"CONNECT", b"gEt", b"M-SEARCH", b"G@T", b""]),
    st.sampled_from(
        [b"/", b"/a?b", b"//x", b"/%2f", b"*", b"a:1", b"/a b", b"/\xc3\xa4", b"/#f", b"http:/x"]
    )
    | st.from_regex(rb"/[\x21-\x7e]{0,12}", fullmatch=True),
    st.sampled_from(
        [b"HTTP/1.1"] * 6 + [b"HTTP/1.0", b"HTTP/1.2", b"HTTP/2.0", b"http/1.1", b"HTTP/1.x", b""]
    ),
)
_ends = st.sampled_from([b"\r\n"] * 8 + [b"\n", b"\r", b"\r\n ", b"\r\r\n", b""])
_chunk = st.builds(
    lambda size, extension, data, end: size(data) + extension + b"\r\n" + data + end,
    st.sampled_from([lambda d: b"%x" % len(d)] * 12 + [lambda d: b"0%X" % len(d), lambda d: b"+%x" % len(d),
                     lambda d: b"0x%x" % len(d), lambda d: b"%x" % (len(d) + 1), lambda _: b"f" * 20]),
    st.sampled_from([b""] * 12 + [b";a=b", b" ", b" ;a", b";\x00", b'; q="x"']),
    st.binary(min_size=1, max_size=20),
    st.sampled_from([b"\r\n"] * 12 + [b"\n", b"", b"\r"]),
)  # fmt: skip
_bodies = st.binary(max_size=12) | st.builds(
    lambda chunks, last: b"".join(chunks) + last,
    st.lists(_chunk, max_size=4),
    st.sampled_from(
        [b"0\r\n\r\n"] * 8
        + [b"0\r\nT: 1\r\n\r\n", b"00\r\n\r\n", b"0\r\nT 1\r\n\r\n", b"0\r\n", b""]
    ),
)


@st.composite
def requests(draw):
    """Return a request that is good but for a few accidents, often none."""
    accidents = draw(
        st.sets(st.sampled_from(["line", "ends", "fields", "host", "body"]), max_size=2)
    )
    line = b"POST /a?b HTTP/1.1"
    fields = draw(
        st.lists(st.sampled_from([b"X-A: 1", b"accept:*/*", b"X-\x42:\t\xe4 "]), max_size=3)
    )
    ends = st.just(b"\r\n")
    body = draw(st.binary(max_size=12))
    framing = draw(
        st.sampled_from([b"Transfer-Encoding: chunked", b"Content-Length: %d" % len(body), b""])
    )
    if framing.startswith(b"T"):
        body = b"".join(b"%x\r\n%b\r\n" % (len(body), body) for _ in body[:3]) + b"0\r\n\r\n" + body
    if "line" in accidents:
        line = draw(_lines)
    if "ends" in accidents:
        ends = _ends
    if "fields" in accidents:
        fields += draw(st.lists(_fields, min_size=1, max_size=3))
    if "host" not in accidents or draw(st.booleans()):
        fields.insert(0, b"Host: x")
    if "body" in accidents:
        body = draw(_bodies)
    fields.append(framing)
    return (
        line
        + b"".join(draw(ends) + field for field in fields if field)
        + b"\r\n"
        + draw(ends)
        + body
    )


@settings(max_examples=1500, deadline=None)
@given(requests())
@example(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
@example(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET")
@example(
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;a\r\nabc\r\n0\r\nT: 1\r\n\r\nGET"
)
@example(b"GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n")
@example(
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"
)
def test_what_both_take_they_read_alike_and_every_difference_has_a_name(data):
    mine, oracle = ours(data), theirs(data)
    if mine is not None and oracle is not None:
        event("taken by both")
        assert mine == oracle
        return
    if mine is None and oracle is None:
        event("taken by neither")
        return
    reason = excuse(data, mine)
    event(f"only {'h11' if mine is None else 'we'}: {reason}")
    assert reason is not None, (mine, oracle)


_answers = st.builds(
    lambda line, fields, ends: line + b"".join(end + field for field, end in zip(fields, ends, strict=False)),
    st.sampled_from([b"HTTP/1.1 200 OK", b"HTTP/1.1 204 ", b"HTTP/1.0 200 OK", b"HTTP/1.1 200", b"HTTP/1.1 20 OK",
                     b"HTTP/1.1 2000 OK", b"HTTP/2 200 OK", b"HTTP/1.1  200 OK", b"HTTP/1.1 200 \xe4"]),
    st.lists(_fields, max_size=4),
    st.lists(_ends, min_size=4, max_size=4),
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(_answers)
def test_a_response_that_we_take_h11_reads_alike(head):
    try:
        status, headers, framing = read_response(head, "GET")
    except BadHead:
        return
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("host", "x")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(head + b"\r\n\r\n")
    response = connection.next_event()
    assert response.status_code == status
    # h11 writes the one coding it knows in lower case.
    assert [(k, v) for k, v in response.headers] == [
        (key.encode(), (value.lower() if key == "transfer-encoding" else value).encode("latin-1"))
        for _, key, value in headers.fields
    ]
    lengths = headers.all("content-length")
    assert framing.chunked == (headers.get("transfer-encoding") is not None) or status == 204
    if lengths and status != 204:
        assert framing.length == int(lengths[0])
