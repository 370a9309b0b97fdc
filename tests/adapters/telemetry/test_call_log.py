"""The newest lines of the access log."""

import json
from pathlib import Path

import pytest

from octetgate.adapters.telemetry.call_log import CallLogFile


def every(call):
    return "status" in call


@pytest.fixture
def log(tmp_path):
    return CallLogFile(tmp_path / "access.log")


def write(log, *lines, end="\n"):
    with Path(log.where).open("a", encoding="utf-8") as file:
        file.write("".join(f"{line}{end}" for line in lines))


def line(number, **more):
    return json.dumps({"requestId": f"id-{number}", "status": 200, "path": "/Ä", **more})


def test_the_newest_comes_first_and_no_more_than_asked_for(log):
    write(log, *(line(number) for number in range(10)))
    found = log.latest("", 3, every)
    assert [call["requestId"] for call in found] == ["id-9", "id-8", "id-7"]


def test_every_word_has_to_occur_whatever_its_case(log):
    write(log, line(1, error="No Template"), line(2, error="no such key"))
    assert [call["requestId"] for call in log.latest("NO template", 9, every)] == ["id-1"]


def test_a_line_that_is_not_whole_yet_is_left_out(log):
    write(log, line(1))
    write(log, line(2)[:20], end="")
    assert [call["requestId"] for call in log.latest("", 9, every)] == ["id-1"]


def test_what_is_no_call_is_passed_over(log):
    write(log, "octetgate: 3 lines are missing here", line(1), '{"notice":"none"}', "[1]")
    assert [call["requestId"] for call in log.latest("", 9, every)] == ["id-1"]


def test_a_long_log_is_read_from_its_end_alone(log):
    write(log, *(line(number, filling="x" * 1000) for number in range(4000)))
    found = log.latest("", 10_000, every)
    assert found[0]["requestId"] == "id-3999"
    assert 1000 < len(found) < 4000


def test_without_a_file_there_are_no_calls(tmp_path, log):
    assert CallLogFile(None).latest("", 9, every) == []
    assert CallLogFile(None).where == ""
    assert log.latest("", 9, every) == []
