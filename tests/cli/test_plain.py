import pytest

from octetgate.cli.console import Trouble
from octetgate.cli.plain import plain_settings
from octetgate.server.settings import Settings, flag, known, load
from octetgate.server.values import SWITCH


def test_without_flags_the_defaults_hold(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert plain_settings(["serve"]) == Settings()


@pytest.mark.parametrize(
    "words",
    [
        ["--port", "1", "--data", "/d", "--workers=2"],
        ["--aws-limits", "--host", "::1"],
        ["--no-aws-limits"],
        ["--port", "1", "--port", "2"],
        ["--store", "sqlite:///a=b"],
        ["--store=sqlite:///a=b"],
    ],
)
def test_plain_flags_mean_what_the_librarys_do(words, monkeypatch):
    seen = []

    def serve_instead(settings, **_):
        seen.append(settings)
        return 0

    monkeypatch.setattr("octetgate.cli.serve.start", serve_instead)
    from typer.testing import CliRunner

    from octetgate.cli.commands import app

    assert CliRunner().invoke(app, ["serve", *words]).exit_code == 0
    assert [plain_settings(["serve", *words])] == seen


MADE_UP = {
    "store": "memory://",
    "tls_cert": "x",
    "tls_key": "x",
    "tls_port": "8443",
    "certificates": "/",
    "aws_endpoint_url": "http://127.0.0.1:4566",
    "aws_endpoint_urls": "s3=http://127.0.0.1:4566",
    "aws_access_key_id": "any",
    "aws_secret_access_key": "any",
    "aws_session_token": "any",
    "trusted_proxies": "127.0.0.1,10.0.0.0/8",
    "user_pool_keys": "pools",
}
"""Values of settings whose default cannot be written as a flag."""

NOT_ALONE = {
    "tls_cert": "expected both tls_cert and tls_key",
    "tls_key": "expected both tls_cert and tls_key",
    "certificates": "expected tls_port or tls_cert with it",
}
"""What is said of settings that want another beside them."""


def test_every_setting_has_its_plain_flag():
    for each in known(Settings):
        words = [flag(each.name)]
        if each.metadata["kind"] is not SWITCH:
            words.append(MADE_UP.get(each.name) or str(each.default))
        if each.name in NOT_ALONE:
            with pytest.raises(Trouble, match=NOT_ALONE[each.name]):
                plain_settings(["serve", *words])
        else:
            assert plain_settings(["serve", *words]) is not None


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--help"],
        ["demo"],
        ["functions", "list"],
        ["serve", "--help"],
        ["serve", "-h"],
        ["serve", "--port"],
        ["serve", "--port", "--workers", "1"],
        ["serve", "--prot", "1"],
        ["serve", "--aws-limits=yes"],
        ["serve", "extra"],
        ["serve", "--once"],
    ],
)
def test_what_is_not_plain_is_left_to_the_library(words):
    assert plain_settings(words) is None


def test_a_file_is_named_by_flag_or_variable(tmp_path, monkeypatch):
    file = tmp_path / "settings.toml"
    file.write_text("port = 4711")
    assert plain_settings(["serve", "--config", str(file)]) == load(Settings, file=file)
    monkeypatch.setenv("OCTETGATE_CONFIG", str(file))
    assert plain_settings(["serve"]).port == 4711


def test_a_bad_value_is_told_as_trouble():
    with pytest.raises(Trouble, match="--port: expected a port number"):
        plain_settings(["serve", "--port", "many"])
