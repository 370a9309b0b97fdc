"""The files of stages' access logs."""

import pytest

from octetgate.adapters.telemetry.stage_logs import StageLogFiles
from octetgate.core.ports.stage_logs import BadDestination

GROUP = "arn:aws:logs:us-east-1:000000000000:log-group:"


@pytest.fixture
def logs(tmp_path):
    made = StageLogFiles(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize(
    "destination, name",
    [
        (f"{GROUP}calls", "calls.log"),
        (f"{GROUP}calls:*", "calls.log"),
        (f"{GROUP}/aws/apigateway/pets", "aws_apigateway_pets.log"),
        (f"{GROUP}../../etc/passwd", "_.._etc_passwd.log"),
        (
            "arn:aws:firehose:us-east-1:000000000000:deliverystream/amazon-apigateway-x",
            "amazon-apigateway-x.log",
        ),
    ],
)
def test_a_destination_is_a_file_in_the_folder_whatever_it_is_called(
    logs, tmp_path, destination, name
):
    logs.open(destination)("a line")
    assert [each.name for each in (tmp_path / "access").iterdir()] == [name]
    assert (tmp_path / "access" / name).read_text() == "a line\n"


def test_stages_that_name_one_destination_share_its_file(logs, tmp_path):
    logs.open(f"{GROUP}calls")("one")
    logs.open(f"{GROUP}calls:*")("two\nthree")
    assert (tmp_path / "access" / "calls.log").read_text() == "one\ntwo\\nthree\n"


def test_a_moved_file_is_left_and_another_begun(logs, tmp_path):
    write = logs.open(f"{GROUP}calls")
    write("one")
    file = tmp_path / "access" / "calls.log"
    file.rename(file.with_suffix(".old"))
    logs.reopen()
    write("two")
    assert file.read_text() == "two\n"


@pytest.mark.parametrize("destination", ["", "calls", "/tmp/x", "arn:aws:s3:::bucket", GROUP])
def test_what_is_no_destination_is_refused_by_its_name(logs, destination):
    with pytest.raises(BadDestination, match="expected the ARN of a log group"):
        logs.open(destination)
