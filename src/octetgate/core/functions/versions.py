"""Published versions, and which one an alias leads to (spec: lambda 8)."""

from collections.abc import Iterable

from msgspec.structs import asdict, replace

from octetgate.core.model.function import Alias, Function

_WHOLE = (
    "tags",
    "policy",
    "policy_revision_id",
    "last_version",
    "aliases",
    "reserved_concurrency",
    "event_invoke_configs",
    "provisioned",
)
"""What belongs to a function as a whole, so that a version leaves it out."""
_OWN = ("version", "version_description", "last_modified", "revision_id")
"""What tells a version from what it was published from."""


def published(function: Function, number: int, description: str | None) -> Function:
    """Return the function as its version of that number; it still needs a revision id."""
    bare = Function(**{key: value for key, value in asdict(function).items() if key not in _WHOLE})
    return replace(bare, version=str(number), version_description=description)


def is_unchanged(function: Function, version: Function) -> bool:
    """Return whether publishing the function would only repeat the version."""
    ours, theirs = asdict(function), asdict(version)
    return all(ours[key] == theirs[key] for key in ours if key not in (*_WHOLE, *_OWN))


def chosen_version(alias: Alias, dice: float) -> str:
    """Return the version that serves one call; ``dice`` is at least 0 and less than 1."""
    for version, weight in alias.additional_version_weights.items():
        if dice < weight:
            return version
        dice -= weight
    return alias.function_version


def provisioned_versions(function: Function) -> dict[str, int]:
    """Return how many processes of each version are to be kept warm.

    What an alias asks for goes to its main version.
    """
    wanted: dict[str, int] = {}
    for qualifier, provisioned in function.provisioned.items():
        alias = function.aliases.get(qualifier)
        version = alias.function_version if alias else qualifier
        wanted[version] = wanted.get(version, 0) + provisioned.requested
    return wanted


def leads_to(aliases: Iterable[Alias], version: str) -> list[str]:
    """Return the names of the aliases that send calls to the version."""
    return [
        alias.name
        for alias in aliases
        if version in (alias.function_version, *alias.additional_version_weights)
    ]
