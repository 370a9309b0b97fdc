import json
import re
import stat

import pytest
from typer.testing import CliRunner

from octetgate.cli.commands import app
from octetgate.cli.console import Trouble
from octetgate.core.ports.store import MANAGEMENT_KEYS
from octetgate.server.build import open_store


@pytest.fixture
def keys(tmp_path):
    """Run ``octetgate keys`` on a data folder; return what it printed."""

    def run(*words):
        result = CliRunner().invoke(app, ["keys", *words, "--data", str(tmp_path / "data")])
        if isinstance(result.exception, Trouble):
            raise result.exception
        assert result.exit_code == 0, result.output + repr(result.exception)
        return result

    return run


def kept(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/data/octetgate.db")
    try:
        with store.read() as view:
            return dict(view.list(MANAGEMENT_KEYS))
    finally:
        store.close()


def test_a_key_is_shown_with_its_secret_when_it_is_made_and_never_again(keys, tmp_path):
    made = keys("create", "ada")
    found = dict(line.split("=", 1) for line in made.stdout.splitlines())
    [(name, key)] = kept(tmp_path).items()
    assert found == {"AWS_ACCESS_KEY_ID": name, "AWS_SECRET_ACCESS_KEY": key.secret_access_key}
    assert re.fullmatch(r"OCTG[A-Z2-7]{16}", name)
    assert len(key.secret_access_key) == 40
    listed = keys("list").stdout
    assert name in listed
    assert key.secret_access_key not in listed + keys("list", "--json").stdout


def test_a_key_can_be_for_looking_alone(keys):
    keys("create", "ada")
    keys("create", "eve", "--read-only")
    found = json.loads(keys("list", "--json").stdout)
    assert [(each["name"], each["may"]) for each in found] == [
        ("ada", "look and change"),
        ("eve", "look"),
    ]


def test_a_key_can_be_for_a_time(keys, tmp_path):
    keys("create", "--expires-in", "3600")
    [key] = kept(tmp_path).values()
    assert key.expires_date == key.created_date + 3600
    assert not key.is_expired(key.created_date + 3599)
    assert key.is_expired(key.created_date + 3600)
    [shown] = json.loads(keys("list", "--json").stdout)
    assert shown["created"] < shown["expires"]


def test_a_revoked_key_is_gone(keys, tmp_path):
    made = json.loads(keys("create", "--json").stdout)
    assert f"Revoked {made['accessKeyId']}." in keys("revoke", made["accessKeyId"]).stdout
    assert kept(tmp_path) == {}
    with pytest.raises(Trouble, match="ID: expected the id of a key"):
        keys("revoke", made["accessKeyId"])


def test_a_name_is_one_of_iam(keys):
    with pytest.raises(Trouble, match="NAME: expected letters"):
        keys("create", "a b")


def test_keys_need_a_store_that_is_kept(keys):
    with pytest.raises(Trouble, match="expected one that is kept"):
        keys("list", "--store", "memory://")


def test_nobody_else_may_read_the_store(keys, tmp_path):
    keys("create")
    path = tmp_path / "data" / "octetgate.db"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    keys("create")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_commands_sign_what_they_ask(run, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "OCTGX")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    heard = []
    monkeypatch.setattr(
        "octetgate.control.access.Gatekeeper.recognise",
        lambda _, request, peer: heard.append(request),
    )
    with pytest.raises(Trouble):
        run("explain", "no-api", "GET", "/")
    assert "Credential=OCTGX/" in heard[-1].header("authorization")


def test_what_is_revoked_is_told_as_json(keys):
    made = json.loads(keys("create", "ada", "--json").stdout)["accessKeyId"]
    assert json.loads(keys("revoke", made, "--json").stdout) == {"revoked": made, "left": 0}
