import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from octetgate.server.place import PlaceTaken, Running, occupy
from octetgate.server.settings import Settings


def test_a_data_folder_is_made_with_all_its_folders(tmp_path):
    with occupy(Settings(data=tmp_path / "new" / "data")) as place:
        assert place.logs.is_dir()
        assert place.functions_socket.parent.is_dir()
        assert place.store_url == f"sqlite:///{tmp_path}/new/data/octetgate.db"


def test_a_second_octetgate_is_kept_out_of_the_folder(tmp_path):
    settings = Settings(data=tmp_path)
    with occupy(settings), pytest.raises(PlaceTaken, match=rf"process {os.getpid()}\)"):
        occupy(settings).__enter__()
    with occupy(settings):
        pass


def test_a_killed_octetgate_leaves_no_lock_behind(tmp_path):
    script = (
        "import os\n"
        "from pathlib import Path\n"
        "from octetgate.server.place import occupy\n"
        "from octetgate.server.settings import Settings\n"
        f"with occupy(Settings(data=Path({str(tmp_path)!r}))):\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -9
    with occupy(Settings(data=tmp_path)):
        pass


def test_configuration_in_memory_is_gone_afterwards(tmp_path):
    with occupy(Settings(data=tmp_path, store="memory://")) as place:
        path = Path(place.store_url.removeprefix("sqlite:///"))
        assert path.parent.is_dir()
        assert tmp_path not in path.parents
    assert not path.parent.exists()


def test_a_path_too_long_for_a_socket_is_replaced_by_a_short_one(tmp_path):
    deep = tmp_path / ("d" * 120)
    with occupy(Settings(data=deep)) as place:
        assert len(os.fsencode(place.functions_socket)) < 108


def test_a_data_folder_that_is_a_file_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(PlaceTaken, match="choose another with --data"):
        occupy(Settings(data=tmp_path / "file")).__enter__()


@pytest.mark.parametrize(
    "host, url",
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("0.0.0.0", "http://127.0.0.1:8080"),
        ("::", "http://127.0.0.1:8080"),
        ("::1", "http://[::1]:8080"),
        ("gateway.local", "http://gateway.local:8080"),
    ],
)
def test_the_gateways_url_can_be_called_from_this_machine(tmp_path, host, url):
    with occupy(Settings(data=tmp_path, host=host)) as place:
        assert Running(Settings(host=host), place).gateway_url == url


def test_a_gateway_with_a_certificate_is_called_by_https(tmp_path):
    with occupy(Settings(data=tmp_path)) as place:
        settings = replace(Settings(), tls_cert=tmp_path / "c", tls_key=tmp_path / "k")
        assert Running(settings, place).gateway_url.startswith("https://")
