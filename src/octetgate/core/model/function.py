"""A Lambda function: configuration, code reference and resource policy."""

from octetgate.core.model.record import Record


class Statement(Record, frozen=True, kw_only=True):
    """One AddPermission, in the form that GetPolicy shows (spec: lambda 8)."""

    sid: str
    effect: str = "Allow"
    principal: str | dict[str, str]
    """``*`` or ``{"Service": …}`` / ``{"AWS": …}``."""
    action: str
    resource: str
    condition: dict[str, dict[str, str]] = {}
    """Operator → key → value, e.g. ``{"ArnLike": {"AWS:SourceArn": …}}``."""
    qualifier: str | None = None


class Function(Record, frozen=True, kw_only=True):
    """A function as it is now ($LATEST)."""

    name: str
    arn: str
    """Without qualifier."""
    runtime: str
    handler: str
    role: str
    code_key: str
    """SHA-256 of the zip in hex: its key in FUNCTION_CODE."""
    code_sha256: str
    """The same in Base64, as the API shows it."""
    code_size: int
    last_modified: float
    revision_id: str
    description: str = ""
    timeout: int = 3
    """Seconds."""
    memory_size: int = 128
    """MiB."""
    environment: dict[str, str] = {}
    architectures: tuple[str, ...] = ("x86_64",)
    ephemeral_storage: int = 512
    """MiB of /tmp."""
    tracing_mode: str = "PassThrough"
    tags: dict[str, str] = {}
    policy: tuple[Statement, ...] = ()
    policy_revision_id: str = ""
