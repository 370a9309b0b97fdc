"""Ask what would happen to a payload; how management asks the gateway for an explanation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from octetgate.core.model.definition import ApiDefinition, DeploymentRecord
from octetgate.core.model.stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A call that nobody makes."""

    draft: ApiDefinition
    """The API as it is being edited."""
    stage: Stage | None
    """Where it would be called; None for the draft itself."""
    deployment: DeploymentRecord | None
    verb: str
    path: str
    content_type: str | None = None
    accept: str | None = None
    accept_encoding: str | None = None
    content_encoding: str | None = None
    answer_type: str | None = None
    """The backend's Content-Type; None for what is likely."""
    sample: bytes = b""
    """How the request's body begins."""


Explain = Callable[[Question], Mapping[str, object]]
"""Returns what would happen at each step, as members for JSON."""
