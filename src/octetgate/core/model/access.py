"""Who may call, and how often: authorizers, API keys, and usage plans that lead keys to stages."""

from enum import StrEnum

import msgspec

from octetgate.core.model.record import Record


class AuthorizerType(StrEnum):
    """The wire names."""

    TOKEN = "TOKEN"  # noqa: S105  # a wire name
    REQUEST = "REQUEST"
    COGNITO_USER_POOLS = "COGNITO_USER_POOLS"
    JWT = "JWT"


class JwtAdditionalClaim(Record, frozen=True, kw_only=True):
    """A rule for one more claim of an issuer's tokens."""

    claim_name: str
    format: str = "SINGLE_STRING"
    required: bool = False
    expected_values: tuple[str, ...] | None = None


class JwtIssuer(Record, frozen=True, kw_only=True):
    """Whose tokens a JWT authorizer trusts."""

    issuer: str
    audiences: tuple[str, ...] = ()
    additional_claims: tuple[JwtAdditionalClaim, ...] | None = None
    jwks_uri: str | None = None


class JwtConfiguration(Record, frozen=True, kw_only=True):
    """What a JWT authorizer checks tokens against."""

    issuers: tuple[JwtIssuer, ...] = ()
    default_algorithms: tuple[str, ...] = ()


class Authorizer(Record, frozen=True, kw_only=True):
    """Decides who may call the methods that name it."""

    id: str
    name: str
    type: AuthorizerType
    provider_arns: tuple[str, ...] | None = msgspec.field(default=None, name="providerARNs")
    """User pools, of COGNITO_USER_POOLS alone."""
    auth_type: str | None = None
    """What definitions call it; of no effect."""
    authorizer_uri: str | None = None
    """The function's URI, as in an integration."""
    authorizer_credentials: str | None = None
    identity_source: str | None = None
    """One expression, or several joined by commas for REQUEST."""
    identity_validation_expression: str | None = None
    authorizer_result_ttl_in_seconds: int | None = None
    """None: 300, as on AWS; zero remembers nothing."""
    jwt_configuration: JwtConfiguration | None = None


class ApiKey(Record, frozen=True, kw_only=True):
    """A secret that callers send; usage plans say where it is good and how far."""

    id: str
    value: str
    """Unique among all keys."""
    created_date: float
    last_updated_date: float
    name: str | None = None
    description: str | None = None
    customer_id: str | None = None
    enabled: bool = False
    stage_keys: tuple[str, ...] = ()
    """``{api}/{stage}`` each; what there was before usage plans, and of no effect since."""
    tags: dict[str, str] = {}


class ApiKeyValue(Record, frozen=True, kw_only=True):
    """The way from a key's value to the key."""

    key_id: str


class ThrottleSettings(Record, frozen=True, kw_only=True):
    """How fast: a bucket of ``burst_limit`` that refills at ``rate_limit`` a second."""

    burst_limit: int = 0
    rate_limit: float = 0.0


class QuotaSettings(Record, frozen=True, kw_only=True):
    """How many calls in a period."""

    limit: int = 0
    offset: int = 0
    """Calls taken from the limit in the first period."""
    period: str = "DAY"
    """DAY, WEEK or MONTH."""


class ApiStage(Record, frozen=True, kw_only=True):
    """A stage that a usage plan lets its keys into."""

    api_id: str
    stage: str
    throttle: dict[str, ThrottleSettings] | None = None
    """By method: ``/pets/GET``."""


class UsagePlan(Record, frozen=True, kw_only=True):
    """Which stages, how fast, and how many calls."""

    id: str
    name: str
    description: str | None = None
    api_stages: tuple[ApiStage, ...] = ()
    throttle: ThrottleSettings | None = None
    quota: QuotaSettings | None = None
    product_code: str | None = None
    tags: dict[str, str] = {}


class UsagePlanKey(Record, frozen=True, kw_only=True):
    """A key's place in a usage plan."""

    key_id: str
    key_type: str = "API_KEY"
    created_date: float = 0.0
