"""What can be chosen at start: one name for each setting, in a file, a variable and a flag.

``admin_port`` in ``octetgate.toml`` is ``OCTETGATE_ADMIN_PORT`` in the environment and
``--admin-port`` on the command line.  Defaults, then the file, then the environment, then
flags: the later one wins.  Where the AWS SDKs have a variable for the same thing it counts,
behind ours.  Nothing here changes while running.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar, cast

from octetgate.core.http.forwarded import Network
from octetgate.server import values
from octetgate.server.spelling import like, misspelled
from octetgate.server.together import complaints
from octetgate.server.values import Kind

FILE = Path("octetgate.toml")
PREFIX = "OCTETGATE_"
MOST_WORKERS = 8
"""Without a choice: each takes 40 MB, and few loads need more."""

_T = TypeVar("_T")


class BadSetting(ValueError):
    """A setting that cannot be used: says which, where it stands, what was expected and found."""


def _setting(
    default: Any, kind: Kind, about: str, panel: str, *, standard: str = "", secret: bool = False
) -> Any:
    """Describe a setting; ``standard`` is an SDK's variable, ``*`` at its end for several."""
    metadata = {"kind": kind, "about": about, "panel": panel, "standard": standard}
    return field(default=default, metadata=metadata, repr=not secret)


_GATEWAY, _MANAGEMENT, _DATA, _AWS = "Gateway", "Management", "Data", "AWS services"
_DOOR, _UPSTREAM, _FUNCTIONS, _LOGS = "Patience with clients", "Upstreams", "Functions", "Logs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything chosen when octetgate starts to serve."""

    host: str = _setting("127.0.0.1", values.HOST, "Where the gateway listens.", _GATEWAY)
    port: int = _setting(8080, values.PORT, "The gateway's port; 0 takes a free one.", _GATEWAY)
    workers: int = _setting(
        0,
        values.whole(0, 256),
        "Processes that accept calls; 0 is one per core, at most 8.",
        _GATEWAY,
    )
    tls_cert: Path | None = _setting(
        None, values.PATH, "Certificate chain (PEM); makes the gateway's port HTTPS.", _GATEWAY
    )
    tls_key: Path | None = _setting(
        None, values.PATH, "The certificate's private key (PEM).", _GATEWAY
    )
    tls_port: int | None = _setting(
        None,
        values.PORT,
        "A second port, for HTTPS; the first one then stays HTTP. 0 takes a free one.",
        _GATEWAY,
    )
    certificates: Path | None = _setting(
        None,
        values.PATH,
        "Folder of domains' certificates, NAME.pem, and of trust stores, BUCKET/KEY.",
        _GATEWAY,
    )
    trusted_proxies: tuple[Network, ...] = _setting(
        (), values.NETWORKS, "Whose X-Forwarded-For and -Proto are believed.", _GATEWAY
    )
    grace_seconds: float = _setting(
        30.0, values.SECONDS, "How long calls in flight may go on after a stop.", _GATEWAY
    )
    aws_limits: bool = _setting(
        False, values.SWITCH, "Keep AWS's limits where the gateway needs none.", _GATEWAY
    )

    admin_host: str = _setting(
        "127.0.0.1",
        values.HOST,
        "Where management listens; whoever reaches it owns the gateway.",
        _MANAGEMENT,
    )
    admin_port: int = _setting(
        8081, values.PORT, "The management port; 0 takes a free one.", _MANAGEMENT
    )
    account_id: str = _setting(
        "000000000000",
        values.ACCOUNT,
        "The account when the access key id is not twelve digits.",
        _MANAGEMENT,
    )
    region: str = _setting(
        "us-east-1", values.REGION, "The region when a request names none.", _MANAGEMENT
    )

    data: Path = _setting(
        Path(".octetgate"), values.PATH, "Folder of the store, sockets and logs.", _DATA
    )
    store: str = _setting(
        "",
        values.STORE,
        "Where configuration is kept; without it, SQLite in the data folder.",
        _DATA,
    )

    user_pool_keys: str = _setting(
        "",
        values.TEXT,
        "Keys of user pools: a folder of POOL.json files, or a URL in place of AWS's.",
        _GATEWAY,
    )

    cache_bytes: int = _setting(
        1 << 30,
        values.whole(1 << 20, 1 << 40),
        "What the cache of one stage may hold at most, whatever its size.",
        _DATA,
    )

    idle_seconds: float = _setting(
        310.0, values.SECONDS, "Between two requests of a client's connection.", _DOOR
    )
    head_seconds: float = _setting(
        10.0, values.SECONDS, "From the first byte of a request's head to its last.", _DOOR
    )
    handshake_seconds: float = _setting(
        10.0, values.SECONDS, "From connecting to the end of the TLS handshake.", _DOOR
    )
    body_seconds: float = _setting(
        30.0, values.SECONDS, "Without a byte of a request's body.", _DOOR
    )
    write_seconds: float = _setting(
        60.0, values.SECONDS, "Without the client taking a byte of the response.", _DOOR
    )
    max_connections: int = _setting(
        10_000, values.whole(1, 1_000_000), "Clients of one worker; more get 503.", _DOOR
    )

    upstream_connections: int = _setting(
        1024,
        values.whole(1, 1_000_000),
        "Connections of one worker to one backend; more calls wait their turn.",
        _UPSTREAM,
    )
    upstream_idle_seconds: float = _setting(
        50.0, values.SECONDS, "How long an idle connection to a backend is kept.", _UPSTREAM
    )
    upstream_connect_seconds: float = _setting(
        10.0, values.SECONDS, "How long connecting to a backend may take.", _UPSTREAM
    )
    upstream_body_seconds: float = _setting(
        60.0, values.SECONDS, "Without a byte of a backend's response body.", _UPSTREAM
    )

    function_processes: int = _setting(
        0,
        values.whole(0, 10_000),
        "Processes of one function at most; 0 is two per core.",
        _FUNCTIONS,
    )
    function_idle_seconds: float = _setting(
        600.0, values.SECONDS, "How long a function's process is kept warm.", _FUNCTIONS
    )
    node: str = _setting(
        "node",
        values.TEXT,
        "Node.js, which runs functions of nodejs*: a name on the PATH, or a path.",
        _FUNCTIONS,
    )
    event_retry_seconds: float = _setting(
        60.0,
        values.SECONDS,
        "Before an asynchronous call is tried again; twice that before its third attempt.",
        _FUNCTIONS,
    )
    event_queue_bytes: int = _setting(
        256 * 2**20,
        values.SIZE,
        "Bytes of asynchronous calls that may wait on the disk; beyond it, calls get 429.",
        _FUNCTIONS,
    )
    isolation: str = _setting(
        "process",
        values.choice("process", "bubblewrap"),
        "What keeps functions from the machine; bubblewrap gives each a system of its own.",
        _FUNCTIONS,
    )
    function_users: str = _setting(
        "60706-61183",
        values.USERS,
        "Numbers of users that functions run as, where octetgate runs as root; or off.",
        _FUNCTIONS,
    )
    hot_reload: str = _setting(
        "auto",
        values.choice("auto", "on", "off"),
        "Functions that run from a folder as it is; auto: while management is on loopback.",
        _FUNCTIONS,
    )

    function_credentials: bool = _setting(
        False, values.SWITCH, "Let functions have these credentials and endpoints.", _AWS
    )
    aws_endpoint_url: str = _setting(
        "",
        values.URL,
        "Where AWS integrations find every service; without it, the region's real endpoints.",
        _AWS,
        standard="AWS_ENDPOINT_URL",
    )
    aws_endpoint_urls: tuple[tuple[str, str], ...] = _setting(
        (),
        values.URLS,
        "Where they find one service; for lambda, instead of the functions here.",
        _AWS,
        standard="AWS_ENDPOINT_URL_*",
    )
    aws_access_key_id: str = _setting(
        "", values.TEXT, "Who signs requests to AWS services.", _AWS, standard="AWS_ACCESS_KEY_ID"
    )
    aws_secret_access_key: str = _setting(
        "",
        values.TEXT,
        "The key that goes with it.",
        _AWS,
        standard="AWS_SECRET_ACCESS_KEY",
        secret=True,
    )
    aws_session_token: str = _setting(
        "",
        values.TEXT,
        "The token that goes with temporary keys.",
        _AWS,
        standard="AWS_SESSION_TOKEN",
        secret=True,
    )

    access_log: str = _setting(
        "auto",
        values.LOG_PLACE,
        "A line for each call: to logs/access.log in the data folder, a terminal or a socket.",
        _LOGS,
    )
    log_format: str = _setting(
        "auto",
        values.choice("auto", "text", "json"),
        "The server's own log: text on a terminal, else JSON.",
        _LOGS,
    )
    log_level: str = _setting(
        "info", values.choice("debug", "info", "warning", "error"), "The least that is told.", _LOGS
    )

    traces: str = _setting(
        "none",
        values.choice("none", "otlp"),
        "Where spans of stages with tracingEnabled go; otlp takes octetgate[otel] and OTEL_*.",
        _LOGS,
        standard="OTEL_TRACES_EXPORTER",
    )

    @property
    def store_url(self) -> str:
        """The store that was chosen, else the file in the data folder."""
        return self.store or f"sqlite:///{self.data.absolute() / 'octetgate.db'}"

    @property
    def may_hot_reload(self) -> bool:
        """Whether callers of management may have any folder of the machine run."""
        if self.hot_reload == "auto":
            return values.is_loopback(self.admin_host)
        return self.hot_reload == "on"

    @property
    def function_user_numbers(self) -> range | None:
        """Users that functions may run as."""
        return values.user_numbers(self.function_users)

    @property
    def has_tls(self) -> bool:
        """Whether there is a port where clients speak TLS."""
        return self.tls_cert is not None or self.tls_port is not None

    @property
    def has_only_tls(self) -> bool:
        """Whether the gateway's first port is that one."""
        return self.tls_cert is not None and self.tls_port is None

    @property
    def worker_count(self) -> int:
        """Workers to start: as many as chosen, or one for each core that we may use."""
        return self.workers or min(MOST_WORKERS, len(os.sched_getaffinity(0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    """Everything chosen when a command talks to a running octetgate."""

    endpoint: str = _setting(
        "http://127.0.0.1:8081", values.URL, "The management port to talk to.", _MANAGEMENT
    )


def known(kind: type[Any]) -> tuple[Field[Any], ...]:
    """Return the settings of a class: name, default, and in ``metadata`` kind, about, panel."""
    return fields(kind)


def load(
    kind: type[_T],
    *,
    flags: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> _T:
    """Return the settings that a start has, each from the strongest place that names it.

    ``flags`` that are None were not given.  ``file`` must exist when it is named; without it
    ``octetgate.toml`` in the working folder is read if it is there.
    """
    chosen: dict[str, Any] = {}
    document = _read(file)
    wrong = misspelled(environ or {}, PREFIX, {*_names(), "config"})
    if wrong is not None:
        raise BadSetting(wrong)
    for each in known(cast("type[Any]", kind)):
        places = {
            f"{file or FILE}: {each.name}": document.get(each.name),
            **_standard(each, environ or {}),
            PREFIX + each.name.upper(): (environ or {}).get(PREFIX + each.name.upper()),
            flag(each.name): (flags or {}).get(each.name),
        }
        for place, found in places.items():
            if found is not None:
                value = _value(each, place, found)
                if each.metadata["kind"] is values.URLS:  # Each name is a setting of its own.
                    value = tuple({**dict(chosen.get(each.name, ())), **dict(value)}.items())
                chosen[each.name] = value
    settings = kind(**chosen)
    if isinstance(settings, Settings):
        for complaint in complaints(settings):
            raise BadSetting(complaint)
    return settings


def _standard(each: Field[Any], environ: Mapping[str, str]) -> Mapping[str, object]:
    """Return what the AWS SDKs' variables say; like there, an empty one says nothing."""
    name: str = each.metadata["standard"]
    if not name.endswith("*"):
        return {name: environ[name]} if name and environ.get(name) else {}
    prefix = name[:-1]
    return {
        variable: {variable.removeprefix(prefix).lower(): value}
        for variable, value in environ.items()
        if variable.startswith(prefix) and value
    }


def _read(file: Path | None) -> Mapping[str, object]:
    path = file or FILE
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if file is None:
            return {}
        raise BadSetting(f"expected a settings file; found nothing at {file}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSetting(f"{path}: expected a TOML file; {error}") from error
    for name in document:
        if name not in _names():
            raise BadSetting(f"{path}: expected {like(name, _names())}; found {name!r}")
    return document


def _names() -> set[str]:
    return {each.name for kind in (Settings, ClientSettings) for each in known(kind)}


def flag(name: str) -> str:
    """Return a setting's name as a flag."""
    return "--" + name.replace("_", "-")


def _value(each: Field[Any], place: str, found: object) -> Any:
    kind: Kind = each.metadata["kind"]
    try:
        return kind.read(found)
    except (ValueError, TypeError, OverflowError):
        raise BadSetting(f"{place}: expected {kind.expected}; found {found!r}") from None
