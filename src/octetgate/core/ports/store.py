"""Where configuration is kept: typed documents, transactions, and a feed of changes.

A document is one frozen record under a key.  Keys with several parts join them with ``/``
(``{api}/{stage}``).  The API's editable definition is one document, so a write of any part
of it is atomic and a deployment is a copy.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from octetgate.core.model.access import ApiKey, ApiKeyValue, UsagePlan, UsagePlanKey
from octetgate.core.model.account import Account
from octetgate.core.model.client_certificate import ClientCertificate
from octetgate.core.model.definition import (
    ApiDefinition,
    ApiHead,
    DeploymentHead,
    DeploymentRecord,
)
from octetgate.core.model.documentation import DocumentationVersionRecord
from octetgate.core.model.domain import (
    BasePathMapping,
    DomainName,
    DomainNameAccessAssociation,
    ServerCertificate,
    Truststore,
)
from octetgate.core.model.function import Function, FunctionUrl, Layer, LayerVersion
from octetgate.core.model.management_key import ManagementKey
from octetgate.core.model.stage import Stage
from octetgate.core.model.vpc_link import VpcLink

T = TypeVar("T")


class StoreConflict(Exception):
    """Another writer was faster; nothing was written, and trying again is safe."""


class StoreUnusable(Exception):
    """The store cannot be opened, read or written; says where, what was expected and found."""


@dataclass(frozen=True, slots=True)
class Collection(Generic[T]):
    """Documents of one type.  ``bytes`` are kept as they are, records as JSON."""

    name: str
    type: type[T]


APIS = Collection("api", ApiDefinition)
"""key ``{api}``: what the console edits."""
API_HEADS = Collection(APIS.name, ApiHead)
"""The same documents, read only as far as a list of APIs shows them; not to be written."""
DEPLOYMENTS = Collection("deployment", DeploymentRecord)
"""key ``{api}/{deployment}``: an immutable copy."""
DEPLOYMENT_HEADS = Collection(DEPLOYMENTS.name, DeploymentHead)
"""The same documents, read only as far as a list of deployments shows them; not to be written."""
STAGES = Collection("stage", Stage)
"""key ``{api}/{stage}``."""
DOCUMENTATION_VERSIONS = Collection("documentation_version", DocumentationVersionRecord)
"""key ``{api}/{version}``: the parts as they were."""
DOMAIN_NAMES = Collection("domain_name", DomainName)
"""key ``{domain}``."""
DOMAIN_CERTIFICATES = Collection("domain_certificate", ServerCertificate)
"""key ``{domain}``: what was uploaded for it, with its private key."""
TRUSTSTORES = Collection("truststore", Truststore)
"""key ``{domain}``: where mutual TLS is asked for."""
DOMAIN_NAME_ACCESS_ASSOCIATIONS = Collection(
    "domain_name_access_association", DomainNameAccessAssociation
)
"""key its ARN."""
BASE_PATH_MAPPINGS = Collection("base_path_mapping", BasePathMapping)
"""key ``{domain}/{base path or (none)}``."""
CLIENT_CERTIFICATES = Collection("client_certificate", ClientCertificate)
"""key ``{id}``."""
VPC_LINKS = Collection("vpc_link", VpcLink)
"""key ``{id}``."""
API_KEYS = Collection("api_key", ApiKey)
"""key ``{id}``."""
API_KEY_VALUES = Collection("api_key_value", ApiKeyValue)
"""key SHA-256 of the value in hex: which key has it, so that none is given out twice."""
USAGE_PLANS = Collection("usage_plan", UsagePlan)
"""key ``{id}``."""
USAGE_PLAN_KEYS = Collection("usage_plan_key", UsagePlanKey)
"""key ``{plan}/{key}``."""
ACCOUNTS = Collection("account", Account)
"""key ``{account}/{region}``."""
MANAGEMENT_KEYS = Collection("management_key", ManagementKey)
"""key ``{access key id}``."""
FUNCTIONS = Collection("function", Function)
"""key ``{name}``: a function as it is now, its aliases, policy, and what else is set for it."""
FUNCTION_VERSIONS = Collection("function_version", Function)
"""key ``{name}/{number}``: an immutable copy."""
FUNCTION_URLS = Collection("function_url", FunctionUrl)
"""key ``{url id}``."""
LAYERS = Collection("layer", Layer)
"""key ``{name}``; stays when its versions are deleted."""
LAYER_VERSIONS = Collection("layer_version", LayerVersion)
"""key ``{name}/{number}``."""
FUNCTION_CODE = Collection("function_code", bytes)
"""key SHA-256 in hex: a deployment package or a layer, zipped."""

COLLECTIONS: tuple[Collection[object], ...] = (  # type: ignore[assignment]  # T varies
    APIS,
    DEPLOYMENTS,
    STAGES,
    DOCUMENTATION_VERSIONS,
    DOMAIN_NAMES,
    DOMAIN_CERTIFICATES,
    TRUSTSTORES,
    DOMAIN_NAME_ACCESS_ASSOCIATIONS,
    BASE_PATH_MAPPINGS,
    CLIENT_CERTIFICATES,
    VPC_LINKS,
    API_KEYS,
    API_KEY_VALUES,
    USAGE_PLANS,
    USAGE_PLAN_KEYS,
    ACCOUNTS,
    MANAGEMENT_KEYS,
    FUNCTIONS,
    FUNCTION_VERSIONS,
    FUNCTION_URLS,
    LAYERS,
    LAYER_VERSIONS,
    FUNCTION_CODE,
)


@dataclass(frozen=True, slots=True)
class Change:
    """A document that was written or deleted."""

    revision: int
    collection: str
    key: str


class Reading(Protocol):
    """One consistent view."""

    def get(self, collection: Collection[T], key: str) -> T | None:
        """Return the document, or None."""

    def list(self, collection: Collection[T], prefix: str = "") -> list[tuple[str, T]]:
        """Return (key, document) of every key with the prefix, in the order of creation."""

    def keys(self, collection: Collection[T], prefix: str = "") -> Sequence[str]:
        """Return the keys alone, likewise: a page of many documents need not read them all."""


class Writing(Reading, Protocol):
    """One transaction: all of it is kept, or nothing."""

    def put(self, collection: Collection[T], key: str, document: T) -> None:
        """Create or replace the document."""

    def delete(self, collection: Collection[T], key: str) -> bool:
        """Delete the document; say whether there was one."""


class Store(Protocol):
    """Blocking and quick; safe to call from any thread."""

    def read(self) -> AbstractContextManager[Reading]:
        """Open a consistent view."""

    def write(self) -> AbstractContextManager[Writing]:
        """Open a transaction: committed when the block ends, rolled back when it raises.

        Writers wait for each other; StoreConflict after waiting too long.
        """

    def revision(self) -> int:
        """Return a number that has grown whenever any process committed a change.

        Cheap enough to be asked on every call (no query), and never behind a commit whose
        ``write`` block has ended.
        """

    def changes(self, since: int) -> list[Change] | None:
        """Return what changed after that revision, oldest first.

        None when that cannot be told: too long ago, or not a revision of this store.
        """

    def close(self) -> None:
        """Let go of every connection."""
