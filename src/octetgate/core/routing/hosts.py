"""Which API and stage a host and a path name: the three ways to call a deployed API.

The default host, the path forms of existing local tools, and a custom domain with its base
path mappings (design: interfaces, "Ways to call a deployed API"; spec: request-lifecycle 2).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from octetgate.core.model.domain import BasePathMapping

NO_BASE_PATH = "(none)"

_DEFAULT_HOST = re.compile(r"([^.:]+?)(?:-vpce-[0-9a-f]+)?\.execute-api\.[^:]+(?::\d*)?")
_ENDPOINT_HOST = re.compile(r"vpce-[0-9a-z-]+\.execute-api\.[^.:]+\.vpce\.[^:]+(?::\d*)?")
_PATH_FORM = re.compile(
    r"/(?:restapis/([^/]+)/([^/]+)/_user_request_|_aws/execute-api/([^/]+)/([^/]+))(/.*)?",
    re.DOTALL,
)
_URL_HOST = re.compile(r"([^.:]+)\.lambda-url\.[^:]+(?::\d*)?")
_URL_PATH = re.compile(r"/_aws/lambda-url/([^/]+)(/.*)?", re.DOTALL)
_PORT = re.compile(r":\d*\Z")


@dataclass(frozen=True, slots=True)
class Located:
    """An API and a stage, and what the rest of the path is to whom."""

    api_id: str
    stage: str
    """Empty when the path names none."""
    route: str
    """What resources are matched against."""
    path: str
    """The event's ``path``: without the stage, with the base path of a custom domain."""
    context_path: str
    """``$context.path``: with the stage, except under a custom domain."""
    base_path: str = ""
    """The base path that matched, without slashes around it."""


@dataclass(frozen=True, slots=True)
class ByDomain:
    """A host that may be a custom domain; its mappings decide."""

    domain: str
    """In lower case, without the port."""
    path: str


def function_url(host: str | None, raw_path: str) -> tuple[str, str] | None:
    """Return the id of the function URL that is called and its path, or None if none is.

    The path form is ours: it needs no name that leads to this machine.
    """
    if named := _URL_HOST.fullmatch((host or "").lower()):
        return named[1], raw_path
    if form := _URL_PATH.fullmatch(raw_path):
        return form[1], form[2] or "/"
    return None


def addressed(host: str | None, api_id: str | None) -> str | None:
    """Return the host that a call is for: ``x-apigw-api-id`` says it at a VPC endpoint's own name.

    A private API is called that way (recorded), and any other host says itself what it is.
    """
    if api_id is None or not _ENDPOINT_HOST.fullmatch((host or "").lower()):
        return host
    return f"{api_id}.execute-api.vpce"


def locate(host: str | None, raw_path: str) -> Located | ByDomain:
    """Return what the Host header and the path, as sent, name."""
    name = (host or "").lower()
    if default := _DEFAULT_HOST.fullmatch(name):
        return _by_stage(default[1], raw_path)
    if form := _PATH_FORM.fullmatch(raw_path):
        api_id, stage = form[1] or form[3], form[2] or form[4]
        rest = form[5] or ""
        return Located(api_id, stage, *_both(rest), context_path=f"/{stage}{rest}")
    return ByDomain(host_name(name).strip("[]").rstrip("."), raw_path)


def host_name(host: str) -> str:
    """Return what a Host header says without the port; an IPv6 address stays in brackets."""
    return _PORT.sub("", host)


def host_port(host: str) -> str:
    """Return the port that a Host header names; nothing where it names none."""
    return host[len(host_name(host)) + 1 :]


def wildcard(domain: str) -> str:
    """Return the wildcard domain name that would stand for a host: ``*.`` and its parent."""
    return f"*.{domain.partition('.')[2]}"


def _by_stage(api_id: str, raw_path: str) -> Located:
    # Recorded: slashes before the stage are forgotten; those after it are kept for
    # $context.path alone.
    named = raw_path.lstrip("/")
    stage, slash, rest = named.partition("/")
    return Located(api_id, stage, *_both(slash + rest), context_path=f"/{named}")


def _both(rest: str) -> tuple[str, str]:
    """Return the route and the event's path: the same, slashes at the start made one."""
    path = "/" + rest.lstrip("/")
    return path, path


def choose_mapping(
    mappings: Iterable[BasePathMapping], raw_path: str
) -> tuple[BasePathMapping, str] | None:
    """Return the mapping with the longest base path, whole segments, and the path after it.

    ``(none)`` fits every path; None when nothing fits.
    """
    path = "/" + raw_path.lstrip("/")
    best: BasePathMapping | None = None
    length = -1
    for mapping in mappings:
        base = _base(mapping)
        if len(base) > length and (path + "/").startswith(f"{base}/"):
            best, length = mapping, len(base)
    return None if best is None else (best, path[length:])


def through_mapping(mapping: BasePathMapping, raw_path: str, rest: str) -> Located:
    """Return the API, stage and paths for a choice that :func:`choose_mapping` made.

    A mapping without a stage takes it from the next segment.
    """
    base = _base(mapping)
    stage = mapping.stage
    if stage is None:
        stage, slash, rest = rest.lstrip("/").partition("/")
        rest = slash + rest
    route = "/" + rest.lstrip("/")
    # A bare base path stays as it was called: /images, not /images/.
    path = base + route if rest or not base else base
    return Located(
        mapping.rest_api_id,
        stage,
        route,
        path,
        context_path="/" + raw_path.lstrip("/"),
        base_path=base.lstrip("/"),
    )


def _base(mapping: BasePathMapping) -> str:
    """Return ``/base`` or nothing."""
    return "" if mapping.base_path in {NO_BASE_PATH, ""} else f"/{mapping.base_path}"
