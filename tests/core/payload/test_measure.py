from hypothesis import given
from hypothesis import strategies as st

from octetgate.core.payload.codecs import codec
from octetgate.core.payload.convert import Step
from octetgate.core.payload.hints import SAMPLE_BYTES
from octetgate.core.payload.measure import Measured


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_a_measured_codec_does_what_the_codec_does_and_counts_it(pieces):
    plain, measured = codec(Step.UTF8), Measured(codec(Step.UTF8))
    wanted = b"".join(map(plain.feed, pieces)) + plain.finish()
    assert b"".join(map(measured.feed, pieces)) + measured.finish() == wanted
    assert measured.measure.bytes_in == sum(map(len, pieces))
    assert measured.measure.bytes_out == len(wanted)
    first = next(filter(None, pieces), b"")
    assert measured.measure.sample == first[:SAMPLE_BYTES]


def test_a_measured_codec_knows_the_length_that_the_codec_knows():
    assert Measured(codec(Step.ENCODE)).length(3) == 4
