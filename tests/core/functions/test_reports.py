import json

import pytest

from octetgate.core.functions.reports import (
    answer_too_large,
    broke_off,
    end_lines,
    exited,
    no_entrypoint,
    start_line,
    timed_out,
)


@pytest.mark.parametrize(
    "status, reason",
    [
        (1, "Runtime exited with error: exit status 1"),
        (127, "Runtime exited with error: exit status 127"),
        (-9, "Runtime exited with error: signal: killed"),
        (-11, "Runtime exited with error: signal: segmentation fault"),
        (0, "Runtime exited without providing a reason"),
    ],
)
def test_an_exit_is_told_as(status, reason):
    assert json.loads(exited("r1", status)) == {
        "errorMessage": f"RequestId: r1 Error: {reason}",
        "errorType": "Runtime.ExitError",
    }


def test_a_timeout_is_told_with_two_decimals_and_no_type():
    told = json.loads(timed_out("r1", "2024-03-12T20:55:06.123Z", 3))
    message = "2024-03-12T20:55:06.123Z r1 Task timed out after 3.00 seconds"
    assert told == {"errorMessage": message}


def test_a_too_large_answer_is_told_with_the_limit():
    told = json.loads(answer_too_large(10))
    assert told["errorType"] == "Function.ResponseSizeTooLarge"
    assert "(10 bytes)" in told["errorMessage"]


def test_a_call_is_framed_in_the_log():
    assert start_line("r1", "$LATEST") == "START RequestId: r1 Version: $LATEST\n"
    assert end_lines("r1", seconds=0.0101, memory_size=128, memory_used=31, init=None) == (
        "END RequestId: r1\n"
        "REPORT RequestId: r1\tDuration: 10.10 ms\tBilled Duration: 11 ms\t"
        "Memory Size: 128 MB\tMax Memory Used: 31 MB\t\n"
    )


def test_a_first_call_also_tells_how_long_the_start_took():
    line = end_lines("r1", seconds=0.001, memory_size=128, memory_used=31, init=0.0405)
    assert line.endswith("\tInit Duration: 40.50 ms\t\n")


@pytest.mark.parametrize(
    "told, error_type, shown",
    [
        (broke_off("r1"), "Runtime.TruncatedResponse", "ended before it was complete"),
        (no_entrypoint("r1", "/x/bootstrap"), "Runtime.InvalidEntrypoint", "[/x/bootstrap]"),
    ],
)
def test_what_kept_a_runtime_from_answering_is_told_with_its_type(told, error_type, shown):
    error = json.loads(told)
    assert error["errorType"] == error_type
    assert error["errorMessage"].startswith("RequestId: r1 Error: ")
    assert shown in error["errorMessage"]
