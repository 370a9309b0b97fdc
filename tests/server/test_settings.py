import dataclasses
from pathlib import Path

import pytest

from octetgate.server.settings import BadSetting, ClientSettings, Settings, flag, known, load


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "octetgate.toml"
        path.write_text(text)
        return path

    return write


def test_without_anything_the_defaults_hold(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = load(Settings)
    assert (settings.port, settings.admin_port) == (8080, 8081)
    assert settings.admin_host == "127.0.0.1"
    assert settings.store_url == f"sqlite:///{tmp_path}/.octetgate/octetgate.db"


@pytest.mark.parametrize(
    "text, environ, flags, port",
    [
        pytest.param("", {}, {}, 8080, id="default"),
        pytest.param("port = 1001", {}, {}, 1001, id="file-over-default"),
        pytest.param("port = 1001", {"OCTETGATE_PORT": "1002"}, {}, 1002, id="variable-over-file"),
        pytest.param(
            "port = 1001", {"OCTETGATE_PORT": "1002"}, {"port": "1003"}, 1003, id="flag-over-all"
        ),
        pytest.param("port = 1001", {}, {"port": None}, 1001, id="a-flag-not-given-is-nothing"),
    ],
)
def test_the_later_place_wins(file, text, environ, flags, port):
    assert load(Settings, flags=flags, environ=environ, file=file(text)).port == port


@pytest.mark.parametrize(
    "name, text, value",
    [
        ("host", "::1", "::1"),
        ("port", "0", 0),
        ("workers", "4", 4),
        ("grace_seconds", "2.5", 2.5),
        ("aws_limits", "on", True),
        ("aws_limits", "FALSE", False),
        ("data", "/somewhere", Path("/somewhere")),
        ("store", "memory://", "memory://"),
        ("account_id", "123456789012", "123456789012"),
        ("region", "eu-central-1", "eu-central-1"),
        ("region", "us-gov-west-1", "us-gov-west-1"),
        ("access_log", "BOTH", "both"),
        ("access_log", "tcp://127.0.0.1:5170", "tcp://127.0.0.1:5170"),
        ("isolation", "bubblewrap", "bubblewrap"),
        ("function_users", "1000-1999", "1000-1999"),
        ("function_users", "off", "off"),
    ],
)
def test_a_variable_is_read_as_what_the_setting_is(name, text, value):
    environ = {f"OCTETGATE_{name.upper()}": text}
    assert getattr(load(Settings, environ=environ), name) == value


@pytest.mark.parametrize(
    "name, text",
    [
        ("port", "eighty"),
        ("port", "65536"),
        ("port", "-1"),
        ("port", "80.5"),
        ("workers", "257"),
        ("grace_seconds", "-1"),
        ("grace_seconds", "nan"),
        ("grace_seconds", "inf"),
        ("aws_limits", "perhaps"),
        ("host", "no host"),
        ("host", ""),
        ("account_id", "12"),
        ("region", "mars"),
        ("store", "octetgate.db"),
        ("log_level", "loud"),
        ("max_connections", "0"),
    ],
)
def test_a_value_that_cannot_be_used_is_told_with_its_place_and_what_was_expected(name, text):
    with pytest.raises(BadSetting) as told:
        load(Settings, environ={f"OCTETGATE_{name.upper()}": text})
    assert str(told.value).startswith(f"OCTETGATE_{name.upper()}: expected ")
    assert f"found {text!r}" in str(told.value)


@pytest.mark.parametrize(
    "text, words",
    [
        ("prot = 1", "expected a setting, perhaps port; found 'prot'"),
        ("colour = 1", "expected one of access_log, account_id"),
        ("port = true", "port: expected a port number from 0 to 65535; found True"),
        ("port = [80]", "found [80]"),
        ("account_id = 123456789012", "account_id: expected twelve digits, in quotes"),
        ("port = ", "expected a TOML file"),
        ("[door]\nport = 1", "found 'door'"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_its_name(file, text, words):
    path = file(text)
    with pytest.raises(BadSetting) as told:
        load(Settings, file=path)
    assert str(told.value).startswith(str(path))
    assert words in str(told.value)


def test_a_named_file_has_to_be_there(tmp_path):
    with pytest.raises(BadSetting, match="found nothing at"):
        load(Settings, file=tmp_path / "elsewhere.toml")


def test_one_file_serves_the_server_and_the_clients(file):
    path = file('port = 9080\nendpoint = "http://127.0.0.1:9081"')
    assert load(Settings, file=path).port == 9080
    assert load(ClientSettings, file=path).endpoint == "http://127.0.0.1:9081"


@pytest.mark.parametrize(
    "flags, words",
    [
        ({"tls_cert": "cert.pem"}, "tls_key: expected both"),
        ({"tls_key": "key.pem"}, "tls_cert: expected both"),
        ({"tls_cert": "/no/cert", "tls_key": "/no/key"}, "tls_cert: expected a file"),
        ({"port": "9000", "admin_port": "9000"}, "admin_port: expected another port"),
        ({"port": "9000", "tls_port": "9000"}, "tls_port: expected a port of its own"),
        ({"admin_port": "9000", "tls_port": "9000"}, "tls_port: expected a port of its own"),
        ({"tls_port": "0", "certificates": "/no/such"}, "certificates: expected a folder"),
        ({"certificates": "/tmp"}, "certificates: expected tls_port or tls_cert with it"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(flags, words):
    with pytest.raises(BadSetting, match=words):
        load(Settings, flags=flags)


def test_a_certificate_that_is_none_is_told_before_anything_starts(tmp_path):
    for name in ("cert", "key"):
        (tmp_path / name).write_text("no certificate")
    flags = {"tls_cert": str(tmp_path / "cert"), "tls_key": str(tmp_path / "key")}
    with pytest.raises(BadSetting, match="expected a certificate chain and its key, in PEM"):
        load(Settings, flags=flags)


def test_free_ports_may_be_asked_for_twice():
    assert load(Settings, flags={"port": "0", "admin_port": "0"}).port == 0


def test_every_setting_says_what_it_is_and_reads_its_own_default():
    for each in [*known(Settings), *known(ClientSettings)]:
        assert each.metadata["about"].endswith(".")
        if each.default not in (None, "", ()):
            shown = str(each.default)
            assert each.metadata["kind"].read(shown) == each.default


def test_a_flag_is_the_settings_name_with_dashes():
    assert flag("admin_port") == "--admin-port"


def test_settings_do_not_change_while_running():
    with pytest.raises(dataclasses.FrozenInstanceError):
        load(Settings).port = 1


def test_no_worker_count_is_one_per_core(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2})
    assert load(Settings).worker_count == 3
    assert load(Settings, flags={"workers": "1"}).worker_count == 1
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(64)))
    assert load(Settings).worker_count == 8
    assert load(Settings, flags={"workers": "64"}).worker_count == 64


@pytest.mark.parametrize(
    "hot_reload, host, may",
    [
        ("auto", "127.0.0.1", True),
        ("auto", "::1", True),
        ("auto", "localhost", True),
        ("auto", "0.0.0.0", False),
        ("auto", "10.0.0.1", False),
        ("auto", "somebody.example", False),
        ("on", "0.0.0.0", True),
        ("off", "127.0.0.1", False),
    ],
)
def test_folders_are_run_for_this_machine_alone_unless_said_otherwise(hot_reload, host, may):
    assert Settings(hot_reload=hot_reload, admin_host=host).may_hot_reload is may


def test_users_of_functions_are_a_range_and_never_root():
    assert Settings(function_users="1000-1999").function_user_numbers == range(1000, 2000)
    assert Settings(function_users="off").function_user_numbers is None
    for wrong in ("0-10", "20-10", "10", "1-4294967295"):
        with pytest.raises(BadSetting, match="OCTETGATE_FUNCTION_USERS: expected numbers of users"):
            load(Settings, environ={"OCTETGATE_FUNCTION_USERS": wrong})


@pytest.mark.parametrize(
    "variable, meant",
    [
        ("OCTETGATE_PROT", "OCTETGATE_PORT"),
        ("OCTETGATE_ADMINPORT", "OCTETGATE_ADMIN_PORT"),
        ("OCTETGATE_GRACE_SECOND", "OCTETGATE_GRACE_SECONDS"),
    ],
)
def test_a_misspelled_variable_is_refused(variable, meant):
    with pytest.raises(BadSetting, match=f"{variable}: expected .* perhaps {meant}$"):
        load(Settings, environ={variable: "1"})


@pytest.mark.parametrize("variable", ["SERVICE_HOST", "SERVICE_PORT", "PORT_8080_TCP", "CONFIG"])
def test_variables_that_a_scheduler_puts_there_are_left_alone(variable):
    assert load(Settings, environ={f"OCTETGATE_{variable}": "1"}) == Settings()


def test_the_sdks_variables_count_behind_ours():
    standard = {"AWS_ENDPOINT_URL": "http://standard", "AWS_ACCESS_KEY_ID": "standard"}
    settings = load(Settings, environ={**standard, "AWS_SESSION_TOKEN": ""})
    assert settings.aws_endpoint_url == "http://standard"
    assert (settings.aws_access_key_id, settings.aws_session_token) == ("standard", "")
    settings = load(Settings, environ={**standard, "OCTETGATE_AWS_ACCESS_KEY_ID": "ours"})
    assert settings.aws_access_key_id == "ours"


def test_endpoints_of_services_are_put_together_from_every_place(tmp_path):
    file = tmp_path / "x.toml"
    file.write_text('[aws_endpoint_urls]\ns3 = "http://file"\nsqs = "http://file"\n')
    settings = load(
        Settings,
        file=file,
        environ={"AWS_ENDPOINT_URL_SQS": "http://sdk", "AWS_ENDPOINT_URL_SFN": "http://sdk"},
        flags={"aws_endpoint_urls": "sfn=http://flag,sns=http://flag"},
    )
    assert dict(settings.aws_endpoint_urls) == {
        "s3": "http://file",
        "sqs": "http://sdk",
        "sfn": "http://flag",
        "sns": "http://flag",
    }


@pytest.mark.parametrize("wrong", ["s3", "s3=ftp://x", "=http://x", "s3="])
def test_an_endpoint_that_is_no_url_is_refused(wrong):
    with pytest.raises(BadSetting, match="expected a URL for each service"):
        load(Settings, flags={"aws_endpoint_urls": wrong})
    with pytest.raises(BadSetting, match="AWS_ENDPOINT_URL_S3: expected"):
        load(Settings, environ={"AWS_ENDPOINT_URL_S3": "here"})


def test_trusted_proxies_are_addresses_and_networks(file):
    text = load(Settings, environ={"OCTETGATE_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8"})
    assert [str(each) for each in text.trusted_proxies] == ["127.0.0.1/32", "10.0.0.0/8"]
    listed = load(Settings, file=file('trusted_proxies = ["127.0.0.1", "10.0.0.0/8"]'))
    assert listed.trusted_proxies == text.trusted_proxies
    with pytest.raises(BadSetting, match="--trusted-proxies: expected addresses or networks"):
        load(Settings, flags={"trusted_proxies": "10.0.0.1/8"})


def test_secrets_are_not_shown():
    settings = load(
        Settings, environ={"AWS_SECRET_ACCESS_KEY": "hidden", "AWS_SESSION_TOKEN": "hidden"}
    )
    assert settings.aws_secret_access_key == "hidden"
    assert "hidden" not in repr(settings)


def test_traces_are_asked_for_by_the_sdks_variable_too():
    assert load(Settings, environ={"OTEL_TRACES_EXPORTER": "otlp"}).traces == "otlp"
    ours = {"OTEL_TRACES_EXPORTER": "otlp", "OCTETGATE_TRACES": "none"}
    assert load(Settings, environ=ours).traces == "none"
    with pytest.raises(BadSetting, match="OTEL_TRACES_EXPORTER: expected one of none, otlp"):
        load(Settings, environ={"OTEL_TRACES_EXPORTER": "console"})


def test_traces_without_their_extra_are_refused_at_the_start(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(BadSetting, match=r"traces: expected octetgate\[otel\] to be installed"):
        load(Settings, flags={"traces": "otlp"})
