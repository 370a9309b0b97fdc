"""What stands in ``examples/`` runs as its README says."""

import os
import shlex
import subprocess
import sys

import pytest
from tests.journeys import images


@pytest.fixture
def build(octetgate, project):
    """Run an example's build.py; return the curl line that it prints, as words."""

    def run(example, **variables):
        done = subprocess.run(
            [sys.executable, "build.py"],
            cwd=project / "examples" / example,
            env={
                **os.environ,
                "OCTETGATE_ENDPOINT": octetgate.endpoint,
                "OCTETGATE_GATEWAY": f"http://localhost:{octetgate.port}",
                **variables,
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return shlex.split(done.stdout.strip().rpartition(" > ")[0])

    return run


def called(line, folder):
    done = subprocess.run(
        [*line, "--silent", "--fail-with-body"],
        cwd=folder,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return images.opened(done.stdout)


def test_the_thumbnail_example_makes_a_thumbnail(octetgate, build, tmp_path):
    made = octetgate.command(
        "functions", "create", "thumbnail", "--blueprint", "image-processing-service"
    )
    assert made.returncode == 0, made.stderr
    line = build("thumbnail")
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
