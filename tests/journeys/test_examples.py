"""What stands in ``examples/``, and in the how-to about AWS services, runs as it says."""

import json
import os
import re
import shlex
import subprocess
import sys

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer
from tests.journeys import images


@pytest.fixture
def build(octetgate, project):
    """Run an example's build.py; return the curl line that it prints, as words."""

    def run(example, **variables):
        (line,) = built(project, octetgate, example, **variables)
        return line

    return run


def built(project, octetgate, example, **variables):
    """Run an example's build.py against a server; return the lines that it prints, as words."""
    return ran([sys.executable, "build.py"], project, octetgate, example, **variables)


def ran(script, project, octetgate, example, **variables):
    """Do the same with another script of the example's."""
    done = subprocess.run(
        script,
        cwd=project / "examples" / example,
        env={
            **os.environ,
            "OCTETGATE_ENDPOINT": octetgate.endpoint,
            "OCTETGATE_GATEWAY": f"http://localhost:{octetgate.port}",
            **variables,
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [shlex.split(line.partition(" > ")[0]) for line in done.stdout.strip().splitlines()]


def fetched(line, folder):
    done = subprocess.run(
        [*line, "--silent", "--fail-with-body"],
        cwd=folder,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def called(line, folder):
    return images.opened(fetched(line, folder))


def test_the_thumbnail_example_makes_a_thumbnail(octetgate, build, tmp_path):
    made = octetgate.command(
        "functions", "create", "thumbnail", "--blueprint", "image-processing-service"
    )
    assert made.returncode == 0, made.stderr
    line = build("thumbnail")
    (tmp_path / "picture.png").write_bytes(images.png(images.noise(400, 200)))
    assert called(line, tmp_path).size == (100, 50)


def test_the_thumbnail_example_is_built_with_the_aws_cli_from_nothing(octetgate, project, tmp_path):
    made = octetgate.command(
        "functions", "create", "by-cli", "--blueprint", "image-processing-service"
    )
    assert made.returncode == 0, made.stderr
    (line,) = ran(["sh", "build.sh", "by-cli"], project, octetgate, "thumbnail")
    (tmp_path / "picture.png").write_bytes(images.png(images.noise(400, 200)))
    assert called(line, tmp_path).size == (100, 50)


def test_the_image_proxy_example_resizes_a_jpeg(build, project, tmp_path):
    with subprocess.Popen(
        [sys.executable, "resizer.py", "--port", "0"],
        cwd=project / "examples/image-proxy",
        stdout=subprocess.PIPE,
        text=True,
    ) as service:
        line = build("image-proxy", RESIZER=service.stdout.readline().strip())
        (tmp_path / "my_image.jpg").write_bytes(images.jpeg(800, 400))
        small = called(line, tmp_path)
        service.kill()
    assert (small.format, small.size) == ("JPEG", (320, 160))


@pytest.fixture(scope="module")
def aws():
    """Return the URL of a server that stands in for every AWS service."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def with_aws(start, aws):
    """Return an octetgate whose AWS integrations go there."""
    credentials = ("--aws-access-key-id", "any", "--aws-secret-access-key", "any")
    return start("--workers", "1", "--aws-endpoint-url", aws, *credentials)


def test_the_s3_example_keeps_a_picture(project, with_aws, aws, tmp_path):
    upload, download = built(project, with_aws, "s3-uploads", AWS_ENDPOINT_URL=aws)
    picture = images.png(images.noise(40, 20))
    (tmp_path / "picture.png").write_bytes(picture)
    fetched(upload, tmp_path)
    assert fetched(download, tmp_path) == picture


def test_the_how_to_puts_a_message_into_a_queue(project, with_aws, aws):
    caller = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
    sqs = boto3.client("sqs", endpoint_url=aws, region_name="us-east-1", **caller)
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    page = (project / "docs/how-to/call-an-aws-service.md").read_text()
    (script,) = re.findall(r"^```python\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)
    script = script.replace("http://127.0.0.1:8081", with_aws.endpoint)
    done = subprocess.run(
        [sys.executable, "-c", script.replace("http://127.0.0.1:8080", with_aws.url)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = requests.post(done.stdout.strip(), json={"id": 7}, timeout=30)
    assert answer.status_code == 200
    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(message["Body"]) == {"id": 7}
