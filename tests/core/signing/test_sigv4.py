"""Signatures as botocore makes them, and what is wrong with others."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode, urlsplit

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from octetgate.core.signing import sigv4
from octetgate.core.signing.request import NOTHING, Request

KEY, SECRET = "OCTGEXAMPLE", "a/secret+of=nobody"
HOST = "127.0.0.1:8081"

segments = st.text("aB9-_.~ %/é+:@{}😀", max_size=6).map(lambda text: quote(text, safe="/:@"))
paths = st.lists(segments | st.sampled_from(["", ".", ".."]), max_size=5).map(
    lambda found: "/" + "/".join(found)
)
odd = st.text("aZ0-_.~ &=+é😀/", max_size=6)
queries = st.lists(st.tuples(odd, odd), max_size=4).map(
    lambda pairs: urlencode(pairs, quote_via=quote, safe="~")
)
fields = st.lists(
    st.tuples(
        st.sampled_from(["X-One", "x-one", "X-Two", "Content-Type"]),
        st.text("ab ,;=\t", max_size=8).map(lambda text: f"v{text}"),
    ),
    max_size=4,
)
verbs = st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"])


def signed(
    verb="GET", path="/restapis", query="", headers=(), body=b"", *, auth=SigV4Auth, **context
):
    """Return a request as it arrives that botocore has signed."""
    url = f"http://{HOST}{path}" + (f"?{query}" if query else "")
    asked = AWSRequest(method=verb, url=url, data=body)
    asked.context.update(context)
    for name, value in headers:
        asked.headers[name] = value
    auth(Credentials(KEY, SECRET), "apigateway", "eu-west-1").add_auth(asked)
    place = urlsplit(asked.url)
    return Request(
        method=verb,
        path=place.path,
        query=place.query,
        headers=[("Host", HOST), *asked.headers.items()],
        body_hash=hashlib.sha256(body).hexdigest(),
    )


def without(request, name):
    kept = [(key, value) for key, value in request.headers if key.lower() != name]
    return replace(request, headers=kept)


def having(request, name, value):
    return replace(request, headers=[*without(request, name.lower()).headers, (name, value)])


def check(request, *, secret=SECRET, after=timedelta(0)):
    claim = sigv4.claimed(request)
    sigv4.check(request, claim, secret, claim.moment + after)


@given(verbs, paths, queries, fields, st.binary(max_size=40))
def test_what_botocore_signs_holds(verb, path, query, headers, body):
    check(signed(verb, path, query, headers, body))


@given(verbs, paths, queries)
def test_a_url_that_botocore_presigns_holds(verb, path, query):
    # botocore itself takes a parameter once.
    names = dict(part.partition("=")[::2] for part in query.split("&") if part)
    once = "&".join(f"{name}={value}" for name, value in names.items() if name)
    check(signed(verb, path, once, auth=SigV4QueryAuth))


@given(verbs, paths, queries, fields, st.binary(max_size=40), st.data())
def test_a_signature_holds_for_what_was_signed_alone(verb, path, query, headers, body, data):
    request = signed(verb, path, query, headers, body)
    change = data.draw(
        st.sampled_from(
            [
                {"method": "HEAD"},
                {"path": f"{request.path.rstrip('/')}/more"},
                {"query": f"{request.query}&more=1".lstrip("&")},
                {"body_hash": hashlib.sha256(body + b"more").hexdigest()},
            ]
        )
    )
    with pytest.raises(sigv4.Invalid, match="does not match"):
        check(replace(request, **change))


@given(queries)
def test_a_query_may_be_signed_as_it_is_sent_or_as_it_is_meant(query):
    request = signed(query=query)
    meant = "&".join(
        "=".join(quote(part, safe="-_.~%") for part in pair.split("=", 1))
        for pair in request.query.split("&")
    )
    check(replace(request, query=meant))


@pytest.mark.parametrize("sent", ["/a/./b", "/x/../a/b", "/a//b", "//a/b"])
def test_of_paths_that_resolve_to_one_a_signature_may_be_made_to_hold_for_that_one_alone(sent):
    request = signed(path="/a/b")
    check(replace(request, path=sent))
    check(replace(request, path_as_sent=True))
    with pytest.raises(sigv4.Invalid):
        check(replace(request, path=sent, path_as_sent=True))


def test_an_escape_in_lower_case_is_the_same_parameter():
    request = signed(query="a=%2F")
    check(replace(request, query="a=%2f"))


def test_what_is_claimed_is_who_where_and_when():
    claim = sigv4.claimed(signed())
    assert (claim.access_key, claim.region, claim.service) == (KEY, "eu-west-1", "apigateway")
    assert claim.signed_headers == ("host", "x-amz-date")
    assert claim.date == claim.moment.strftime("%Y%m%d")
    assert claim.expires is None


def test_a_key_may_have_slashes():
    request = signed()
    text = request.header("authorization").replace(KEY, "a/b")
    assert sigv4.claimed(having(request, "Authorization", text)).access_key == "a/b"


def test_the_date_may_come_in_http_s_own_header():
    check(signed(headers=[("Date", "Mon, 01 Jan 2024 00:00:00 GMT")]))


def test_a_body_can_be_left_unsigned():
    request = signed("POST", body=b"abc", headers=[("X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD")])
    check(replace(request, body_hash=NOTHING))


def test_a_body_that_was_signed_cannot_be_called_unsigned_afterwards():
    request = signed("POST", body=b"abc")
    with pytest.raises(sigv4.Invalid):
        check(having(request, "X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD"))


def test_a_hash_that_is_said_is_not_believed():
    said = hashlib.sha256(b"abc").hexdigest()
    request = signed("POST", body=b"abc", headers=[("X-Amz-Content-SHA256", said)])
    check(request)
    with pytest.raises(sigv4.Invalid):
        check(replace(request, body_hash=NOTHING))


def test_another_secret_does_not_hold():
    with pytest.raises(sigv4.Invalid, match="does not match the signature you provided"):
        check(signed(), secret="other")


def test_the_refusal_shows_what_would_have_been_signed():
    with pytest.raises(sigv4.Invalid) as refused:
        check(replace(signed(), method="PUT"))
    assert "The Canonical String for this request should have been\n'PUT\n/restapis\n" in str(
        refused.value
    )


def test_the_host_has_to_be_signed():
    request = signed()
    text = request.header("authorization").replace("host;", "")
    with pytest.raises(sigv4.Invalid, match="'Host' must be a 'SignedHeader'"):
        check(having(request, "Authorization", text))


@pytest.mark.parametrize("minutes, text", [(16, "Signature expired: "), (-6, "not yet current: ")])
def test_a_date_that_is_off_is_refused(minutes, text):
    with pytest.raises(sigv4.Invalid, match=text):
        check(signed(), after=timedelta(minutes=minutes))


@pytest.mark.parametrize("minutes", [14, -4])
def test_clocks_may_differ_a_little(minutes):
    check(signed(), after=timedelta(minutes=minutes))


def test_the_words_about_a_stale_date_are_the_service_s():
    request = having(signed(), "X-Amz-Date", "20110909T233600Z")
    text = request.header("authorization")
    today = sigv4.claimed(signed()).date
    request = having(request, "Authorization", text.replace(f"/{today}/", "/20110909/"))
    claim = sigv4.claimed(request)
    with pytest.raises(sigv4.Invalid) as refused:
        sigv4.check(request, claim, SECRET, datetime(2011, 9, 10, 0, 6, tzinfo=UTC))
    assert str(refused.value) == (
        "Signature expired: 20110909T233600Z is now earlier than 20110909T235100Z "
        "(20110910T000600Z - 15 min.)"
    )


def test_the_scope_is_of_the_same_day():
    request = having(signed(), "X-Amz-Date", "20110909T233600Z")
    with pytest.raises(sigv4.Invalid, match="Date in Credential scope does not match YYYYMMDD"):
        check(request)


def test_a_presigned_url_is_good_for_as_long_as_it_says():
    request = signed(auth=SigV4QueryAuth)
    check(request, after=timedelta(minutes=59))
    with pytest.raises(sigv4.Invalid, match="Signature expired"):
        check(request, after=timedelta(minutes=61))


def test_nothing_is_claimed_by_a_request_without_a_signature():
    with pytest.raises(sigv4.Unsigned):
        sigv4.claimed(without(signed(query="a=b"), "authorization"))


@pytest.mark.parametrize(
    "text, words",
    [
        (
            "Bearer x",
            "'x' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer x'.",
        ),
        ("x", "'x' not a valid key=value pair (missing equal-sign) in Authorization header: 'x'."),
        ("Basic eA==", "Authorization header requires 'Credential' parameter."),
        (
            "AWS4-HMAC-SHA1 Credential=x, SignedHeaders=host, Signature=0",
            "Unsupported AWS 'algorithm': expected one AWS4-HMAC-SHA256; found 'AWS4-HMAC-SHA1'",
        ),
        ("AWS4-HMAC-SHA256", "Authorization header requires 'Credential' parameter."),
        ("AWS4-HMAC-SHA256 Credential", "not a valid key=value pair (missing equal-sign)"),
        (
            f"AWS4-HMAC-SHA256 Credential={KEY}/20240101/eu-west-1/apigateway/aws4_request",
            (
                "Authorization header requires 'Signature' parameter. "
                "Authorization header requires 'SignedHeaders' parameter."
            ),
        ),
        (
            "AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=0",
            "Credential must have at least 5 slash-delimited elements",
        ),
    ],
)
def test_half_a_claim_is_refused_for_what_it_lacks(text, words):
    with pytest.raises(sigv4.Incomplete) as refused:
        sigv4.claimed(having(signed(), "Authorization", text))
    assert words in str(refused.value)


def test_a_claim_says_when():
    with pytest.raises(sigv4.Incomplete, match="existence of either a 'X-Amz-Date' or a 'Date'"):
        sigv4.claimed(without(signed(), "x-amz-date"))
    with pytest.raises(sigv4.Incomplete, match="ISO-8601 'basic format'"):
        sigv4.claimed(having(signed(), "X-Amz-Date", "yesterday"))


def test_a_claim_is_made_once():
    request = signed()
    twice = [*request.headers, ("Authorization", request.header("authorization"))]
    with pytest.raises(sigv4.Incomplete):
        sigv4.claimed(replace(request, headers=twice))


@pytest.mark.parametrize(
    "name", ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-Date"]
)
def test_a_presigned_url_needs_all_of_its_parameters(name):
    request = signed(auth=SigV4QueryAuth)
    kept = "&".join(part for part in request.query.split("&") if not part.startswith(f"{name}="))
    with pytest.raises(sigv4.Incomplete, match=f"must include '{name}'"):
        sigv4.claimed(replace(request, query=kept))


@pytest.mark.parametrize("seconds", ["-1", "604801", "soon", "9" * 12])
def test_a_presigned_url_is_good_for_a_week_at_most(seconds):
    request = signed(auth=SigV4QueryAuth)
    query = request.query.replace("X-Amz-Expires=3600", f"X-Amz-Expires={seconds}")
    with pytest.raises(sigv4.Incomplete, match="X-Amz-Expires: expected 0 to 604800"):
        sigv4.claimed(replace(request, query=query))


def test_what_we_presign_holds_and_tells_itself_from_what_is_signed_in_headers():
    request = without(signed(path="/a%20b/", query="b=2&a=1"), "authorization")
    claim = replace(sigv4.claimed(signed()), signed_headers=("host",), expires=60)
    query = sigv4.presigned(request, claim, SECRET)
    assert sigv4.claimed(replace(request, query=query)).expires == 60
    check(replace(request, query=query))
    assert replace(request, query=query).is_presigned
    assert not signed().is_presigned


def test_what_we_sign_holds():
    request = signed(path="/a%20b/", query="b=2&a=1")
    claim = sigv4.claimed(request)
    assert sigv4.sign(request, claim, SECRET) == claim.signature
