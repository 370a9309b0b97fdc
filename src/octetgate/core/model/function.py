"""Lambda's nouns: functions, their versions and aliases, layers, and what is set for each.

What belongs to a function is one document, so that a write of any part of it is atomic.  A
published version is a copy of it in a document of its own and never changes.
"""

from octetgate.core.model.record import Record

LATEST = "$LATEST"
"""The version that can be changed."""


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


class Alias(Record, frozen=True, kw_only=True):
    """A name for a version, or for two by weight."""

    name: str
    function_version: str
    description: str = ""
    additional_version_weights: dict[str, float] = {}
    """Version → the share of calls that it gets; ``function_version`` gets the rest."""
    revision_id: str


class LayerUse(Record, frozen=True, kw_only=True):
    """A layer's version as a function has it: it stays when the layer's version is deleted."""

    arn: str
    code_key: str
    code_size: int


class EventInvokeConfig(Record, frozen=True, kw_only=True):
    """What becomes of asynchronous calls."""

    last_modified: float
    maximum_retry_attempts: int | None = None
    """None: two, as on AWS."""
    maximum_event_age_in_seconds: int | None = None
    """None: six hours, as on AWS."""
    on_success: str = ""
    """ARN of where a record goes of a call that succeeded."""
    on_failure: str = ""
    """ARN of where a record goes of a call that was given up."""


class Provisioned(Record, frozen=True, kw_only=True):
    """How many processes of a version are to be kept warm."""

    requested: int
    last_modified: float


class Function(Record, frozen=True, kw_only=True):
    """A function as it is now ($LATEST), or a published version of it.

    The members from ``tags`` on are the function's as a whole: a version leaves them out.
    """

    name: str
    arn: str
    """Without qualifier."""
    version: str = LATEST
    runtime: str
    handler: str
    role: str
    code_key: str
    """SHA-256 of the zip in hex: its key in FUNCTION_CODE.  Empty when ``folder`` is the code."""
    code_sha256: str
    """The same in Base64, as the API shows it."""
    code_size: int
    folder: str = ""
    """Absolute path of the code, where it is run from a folder and follows its changes."""
    last_modified: float
    revision_id: str
    description: str = ""
    version_description: str | None = None
    """What PublishVersion was told to say instead of ``description``."""
    timeout: int = 3
    """Seconds."""
    memory_size: int = 128
    """MiB."""
    environment: dict[str, str] = {}
    architectures: tuple[str, ...] = ("x86_64",)
    ephemeral_storage: int = 512
    """MiB of /tmp."""
    tracing_mode: str = "PassThrough"
    layers: tuple[LayerUse, ...] = ()
    """Later ones win over earlier ones."""
    dead_letter: str = ""
    """ARN of where events go that were given up."""

    tags: dict[str, str] = {}
    policy: tuple[Statement, ...] = ()
    policy_revision_id: str = ""
    last_version: int = 0
    """The number that was published last; numbers are never used again."""
    aliases: dict[str, Alias] = {}
    reserved_concurrency: int | None = None
    """Calls of all versions together that may run at once; None: as many as there is room for."""
    event_invoke_configs: dict[str, EventInvokeConfig] = {}
    """By qualifier, or ``$LATEST``."""
    provisioned: dict[str, Provisioned] = {}
    """By version or alias."""

    @property
    def brings_runtime(self) -> bool:
        """Whether the package's own ``bootstrap`` is what runs (runtimes ``provided.*``)."""
        return self.runtime.startswith("provided")


class Cors(Record, frozen=True, kw_only=True):
    """Which pages of other origins may use a function URL."""

    allow_credentials: bool = False
    allow_headers: tuple[str, ...] = ()
    allow_methods: tuple[str, ...] = ()
    allow_origins: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    max_age: int | None = None
    """Seconds."""


class FunctionUrl(Record, frozen=True, kw_only=True):
    """An address of its own for a function, or for an alias of it."""

    url_id: str
    function: str
    qualifier: str | None = None
    arn: str
    """With the qualifier."""
    auth_type: str
    """``NONE`` or ``AWS_IAM``."""
    invoke_mode: str = "BUFFERED"
    cors: Cors | None = None
    created: float
    last_modified: float

    @property
    def streams(self) -> bool:
        """Whether the answer goes out as it is written."""
        return self.invoke_mode == "RESPONSE_STREAM"


class LayerVersion(Record, frozen=True, kw_only=True):
    """One version of a layer: a zip whose files functions find beside their own."""

    arn: str
    """With the version."""
    layer: str
    version: int
    code_key: str
    code_sha256: str
    code_size: int
    created: float
    description: str = ""
    license_info: str | None = None
    compatible_runtimes: tuple[str, ...] = ()
    compatible_architectures: tuple[str, ...] = ()
    policy: tuple[Statement, ...] = ()
    policy_revision_id: str = ""


class Layer(Record, frozen=True, kw_only=True):
    """What outlives a layer's versions: the number that was used last."""

    last_version: int
