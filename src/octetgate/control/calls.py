"""What an operation is given: who calls, when, and the part of the world it asked for.

The annotation of an operation's first parameter is how it asks: :class:`Read` for a
consistent view, :class:`Write` for a transaction, :class:`Invoke` for the functions,
:class:`Rehearsing` for the gateway's own way with a call.
"""

import secrets
import string
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from octetgate.core.model.definition import ApiDefinition
from octetgate.core.ports.certificates import IssueCertificate
from octetgate.core.ports.functions import LocalFunctions
from octetgate.core.ports.meters import Usage
from octetgate.core.ports.objects import Objects
from octetgate.core.ports.rehearsal import Audit, Rehearse
from octetgate.core.ports.store import Reading, Writing

Members = Mapping[str, Any]
"""An operation's members by their boto3 names, or a result's."""

CheckDeployment = Callable[[ApiDefinition], list[str]]
"""Says what of a definition could not be served: resource path, method, field, what was found."""

_ALPHABET = string.ascii_lowercase + string.digits


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSettings:
    """What management is told at start."""

    account_id: str = "000000000000"
    """The account of callers whose access key is not an account number."""
    default_region: str = "us-east-1"
    """The region of callers who sign nothing."""
    gateway_url: str = "http://127.0.0.1:8080"
    """Where deployed APIs answer; domain names are shown to resolve to it."""
    objects: Objects | None = None
    """Where packages come from that are named by bucket and key."""
    issue_certificate: IssueCertificate | None = None
    """Who makes client certificates."""
    truststores: Objects | None = None
    """Where trust stores come from, which are named by bucket and key too."""
    has_tls: bool = True
    """Whether the gateway has a port where clients speak TLS."""
    hot_reload: bool = False
    """Whether callers may have any folder of this machine run as a function."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One management call, apart from its members."""

    account: str
    region: str
    now: float
    """Epoch seconds."""
    url: str
    """The management port as the caller wrote it, for links to it."""
    signed: Callable[[str], str] = str
    """Returns the URL of one of octetgate's own pages as whoever gets it may ask for it."""
    settings: ControlSettings
    check_deployment: CheckDeployment
    usage: Usage | None = None
    """What API keys have used; None where nobody counts."""
    request_id: str | None = None
    """What the answer calls itself in ``x-amzn-RequestId``."""

    def link(self, page: str) -> str:
        """Return the URL of one of octetgate's own pages."""
        return self.signed(f"{self.url}{page}")

    def new_id(self, length: int) -> str:
        """Return a fresh id in API Gateway's alphabet."""
        return "".join(secrets.choice(_ALPHABET) for _ in range(length))

    def new_uuid(self) -> str:
        """Return a fresh id in Lambda's form."""
        return str(uuid.uuid4())


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Call):
    """A call that looks."""

    store: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparing(Call):
    """A call before its transaction: it may take its time, and look at what there is."""

    look: Callable[[], AbstractContextManager["Read"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Write(Call):
    """A call that changes; all it does is one transaction."""

    store: Writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoke(Call):
    """A call that runs a function; awaited, and outside any transaction."""

    functions: LocalFunctions
    look: Callable[[], AbstractContextManager["Read"]]
    """Opens a view; blocking, so it is for a thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsing(Call):
    """A call that tries something out: it looks, and then awaits, outside any transaction."""

    look: Callable[[], AbstractContextManager[Read]]
    """Opens a view; blocking, so it is for a thread."""
    rehearse: Rehearse
    audit: Audit
