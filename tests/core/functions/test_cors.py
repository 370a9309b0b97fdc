import pytest

from octetgate.core.functions.cors import is_preflight, of_answer, preflight, without_own
from octetgate.core.http.headers import Headers
from octetgate.core.model.function import Cors

PAGE = "https://example.com"
ASKED = {"Origin": PAGE, "Access-Control-Request-Method": "PUT"}


def configured(**changes):
    return Cors(**{"allow_origins": (PAGE,), "allow_methods": ("PUT",)} | changes)


def answered(cors, **more):
    return dict(preflight(cors, Headers({**ASKED, **more}.items())))


@pytest.mark.parametrize(
    "method, headers, asks",
    [
        ("OPTIONS", ASKED, True),
        ("GET", ASKED, False),
        ("OPTIONS", {"Origin": PAGE}, False),
        ("OPTIONS", {"Access-Control-Request-Method": "PUT"}, False),
    ],
)
def test_a_preflight_is_told_by_its_headers(method, headers, asks):
    assert is_preflight(method, Headers(headers.items())) is asks


def test_a_preflight_is_told_what_is_allowed():
    cors = configured(allow_headers=("x-a", "x-b"), max_age=5, expose_headers=("x-c",))
    assert answered(cors) == {
        "Access-Control-Allow-Origin": PAGE,
        "Vary": "Origin",
        "Access-Control-Allow-Methods": "PUT",
        "Access-Control-Allow-Headers": "x-a,x-b",
        "Access-Control-Max-Age": "5",
    }


def test_where_everything_is_allowed_that_is_what_was_asked_for():
    cors = configured(allow_origins=("*",), allow_methods=("*",), allow_headers=("*",))
    found = answered(cors, **{"Access-Control-Request-Headers": "x-z"})
    assert found == {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": "PUT",
        "Access-Control-Allow-Headers": "x-z",
    }


@pytest.mark.parametrize(
    "changes", [{"allow_origins": ("https://other",)}, {"allow_methods": ("GET",)}]
)
def test_what_is_not_allowed_is_answered_without_a_word(changes):
    assert answered(configured(**changes)) == {}


def test_an_answer_may_be_read_by_the_pages_that_are_named():
    cors = configured(allow_credentials=True, expose_headers=("x-a", "x-b"))
    assert of_answer(cors, PAGE) == [
        ("Access-Control-Allow-Origin", PAGE),
        ("Vary", "Origin"),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Expose-Headers", "x-a,x-b"),
    ]
    assert of_answer(cors, "https://other") == of_answer(cors, None) == []


def test_with_credentials_no_star_is_answered():
    cors = configured(allow_origins=("*",), allow_credentials=True)
    assert of_answer(cors, PAGE)[0] == ("Access-Control-Allow-Origin", PAGE)


def test_a_functions_own_words_about_cors_do_not_count():
    own = [("access-control-allow-origin", "*"), ("X-A", "1")]
    assert without_own(own) == [("X-A", "1")]
