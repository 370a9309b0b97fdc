"""Which codings are taken off and which are put on (spec: payload-encodings 9)."""

import pytest

from octetgate.core.model.integration import IntegrationType
from octetgate.core.payload.codings import (
    MOST_CODINGS,
    Coding,
    UnsupportedCoding,
    content_codings,
    is_inflated,
    response_coding,
)
from octetgate.core.payload.convert import Nature

GZIP, DEFLATE = Coding.GZIP, Coding.DEFLATE


@pytest.mark.parametrize(
    "values, codings",
    [
        pytest.param([], (), id="none"),
        pytest.param([""], (), id="empty"),
        pytest.param(["identity"], (), id="identity"),
        pytest.param(["gzip"], (GZIP,), id="gzip"),
        pytest.param(["GZip "], (GZIP,), id="whatever-its-case"),
        pytest.param(["deflate, gzip"], (DEFLATE, GZIP), id="several-in-a-field"),
        pytest.param(["deflate", "identity,gzip"], (DEFLATE, GZIP), id="several-fields"),
        pytest.param([", gzip,,"], (GZIP,), id="empty-elements-say-nothing"),
        pytest.param(["gzip"] * MOST_CODINGS, (GZIP,) * MOST_CODINGS, id="as-many-as-allowed"),
    ],
)
def test_content_encoding_names_the_codings_in_their_order(values, codings):
    assert content_codings(values) == codings


@pytest.mark.parametrize(
    "value", ["br", "zstd", "x-gzip", "gzip, br", "gzip;q=1", "*", "gzip," * (MOST_CODINGS + 1)]
)
def test_what_cannot_be_taken_off_is_refused_with_what_could_be(value):
    with pytest.raises(UnsupportedCoding, match="expected at most 4 of gzip, deflate, identity"):
        content_codings([value])


@pytest.mark.parametrize("kind", IntegrationType)
@pytest.mark.parametrize("payload", Nature)
def test_only_a_binary_body_stays_compressed_and_only_in_a_proxy_event(kind, payload):
    stays = (IntegrationType.AWS_PROXY, Nature.BINARY)
    assert is_inflated(kind, payload) is ((kind, payload) != stays)


@pytest.mark.parametrize(
    "accept_encoding, coding",
    [
        # The forms that the documentation lists.
        pytest.param([], None, id="absent"),
        pytest.param(["deflate,gzip"], DEFLATE, id="first-of-equals"),
        pytest.param([""], None, id="empty"),
        pytest.param(["*"], GZIP, id="anything"),
        pytest.param(["deflate;q=0.5,gzip;q=1.0"], GZIP, id="by-priority"),
        pytest.param(["gzip;q=1.0,identity;q=0.5,*;q=0"], GZIP, id="nothing-else"),
        # The priority rule.
        pytest.param(["br"], None, id="unknown"),
        pytest.param(["br, gzip"], None, id="unknown-first"),
        pytest.param(["br;q=1.0, gzip;q=0.8"], None, id="unknown-above"),
        pytest.param(["gzip, deflate, br, zstd"], GZIP, id="a-browser"),
        pytest.param(["identity"], None, id="identity"),
        pytest.param(["identity, gzip"], None, id="identity-first"),
        pytest.param(["gzip, identity"], GZIP, id="identity-second"),
        pytest.param(["identity;q=0, gzip"], GZIP, id="identity-never"),
        pytest.param(["gzip;q=0"], None, id="never-gzip"),
        pytest.param(["gzip;q=0, *"], DEFLATE, id="anything-but-gzip"),
        pytest.param(["gzip;q=0, deflate;q=0, *"], None, id="anything-but-what-there-is"),
        pytest.param(["*;q=0"], None, id="nothing"),
        pytest.param(["*;q=0.5, gzip;q=0.2"], DEFLATE, id="gzip-last"),
        # How it may be written.
        pytest.param(["GZIP ; Q=0.5 , deflate;q=0.4"], GZIP, id="case-and-blanks"),
        pytest.param(["deflate;q=0.5", "gzip"], GZIP, id="several-fields"),
        pytest.param(["gzip;q=2, deflate;q=0.1"], DEFLATE, id="no-such-priority"),
        pytest.param(["gzip;q=0.1234"], None, id="too-precise"),
        pytest.param(["gzip;q="], None, id="priority-left-out"),
        pytest.param([";q=1, gzip;q=0.1"], GZIP, id="a-priority-of-nothing"),
    ],
)
def test_accept_encoding_asks_for_a_coding_by_its_priorities(accept_encoding, coding):
    assert response_coding(accept_encoding) is coding
