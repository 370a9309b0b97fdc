import re

import pytest

from octetgate.adapters.runners._log import FunctionLog

STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ")


@pytest.fixture
def log(tmp_path):
    log = FunctionLog(tmp_path / "f.log", 10_000)
    yield log
    log.close()


def lines(tmp_path):
    """Return the lines of the log without their times, of which each has one."""
    found = (tmp_path / "f.log").read_bytes().split(b"\n")
    assert all(STAMP.match(line) for line in found if line)
    return [STAMP.sub(b"", line, count=1) for line in found]


@pytest.mark.parametrize(
    "pieces, found",
    [
        pytest.param([b"a\n"], [b"a", b""], id="a-line"),
        pytest.param([b"a\nb\n"], [b"a", b"b", b""], id="lines"),
        pytest.param([b"a", b"b\n"], [b"ab", b""], id="a-line-in-pieces"),
        pytest.param([b"a\n", b"\n", b"b"], [b"a", b"", b"b"], id="an-empty-line"),
        pytest.param([b"\xff\x00\n"], [b"\xff\x00", b""], id="no-text"),
    ],
)
def test_every_line_begins_with_its_time(log, tmp_path, pieces, found):
    for piece in pieces:
        log.write(piece, by="process")
    assert lines(tmp_path) == found


def test_a_line_of_one_process_does_not_go_on_with_anothers(log, tmp_path):
    log.write(b"first", by="one")
    log.write(b"second\n", by="two")
    log.write(b" of the first\n", by="one")
    assert lines(tmp_path) == [b"first", b"second", b" of the first", b""]
