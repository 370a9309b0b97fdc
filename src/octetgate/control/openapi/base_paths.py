"""Where a document's paths begin: its base path, and what the caller wants of it.

Spec: control-plane 7.1.  ``ignore`` drops it, ``prepend`` puts every path below it, ``split``
drops its first segment, which names a stage, and prepends the rest.
"""

import re
from urllib.parse import urlsplit

from octetgate.control.errors import BadRequestException
from octetgate.control.openapi.source import Node, Source

MODES = ("ignore", "prepend", "split")
_VARIABLE = re.compile(r"\{([^{}]+)\}")


def prefix(source: Source, mode: str) -> str:
    """Return what goes before each of the document's paths, without a slash at its end."""
    if mode not in MODES:
        raise BadRequestException(
            f"parameters.basepath: expected one of {', '.join(MODES)}; found {mode!r}"
        )
    segments = [each for each in base_path(source).split("/") if each]
    kept = {"ignore": [], "prepend": segments, "split": segments[1:]}[mode]
    return "".join(f"/{each}" for each in kept)


def base_path(source: Source) -> str:
    """Return the base path that the document states, empty if it states none."""
    if source.is_swagger:
        return source.text(source.document, "basePath", "") or ""
    servers = source.array(source.document, "servers", "")
    if not servers:
        return ""
    # API Gateway looks at the first server alone (documented).
    server = source.node(servers[0], "servers[0]")
    variables = source.part(server, "variables", "servers[0]")
    if "basePath" in variables:
        # Its default counts even where the URL does not name it (documented).
        return _default(source, variables, "basePath")
    url = source.text(server, "url", "servers[0]") or ""
    filled = _VARIABLE.sub(lambda match: _default(source, variables, match[1]), url)
    return urlsplit(filled).path


def _default(source: Source, variables: Node, name: str) -> str:
    variable = source.part(variables, name, "servers[0].variables")
    return source.text(variable, "default", f"servers[0].variables.{name}") or ""
