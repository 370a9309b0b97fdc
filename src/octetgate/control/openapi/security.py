"""Who may call an operation: security schemes become authorizers, and operations name them.

Only what stands on the operation counts; a ``security`` at the root is ignored (documented).
"""

from collections.abc import Mapping
from typing import Any

from octetgate.control.openapi.source import Node, Source

_AUTHORIZER = "x-amazon-apigateway-authorizer"
_AUTHTYPE = "x-amazon-apigateway-authtype"
_AUTH = "x-amazon-apigateway-auth"
_KEY_HEADER = "x-api-key"

_COPIED = (
    "authorizerUri",
    "authorizerCredentials",
    "identityValidationExpression",
    "authorizerResultTtlInSeconds",
    "providerARNs",
    "jwtConfiguration",
)
_OF_HTTP_APIS = ("authorizerPayloadFormatVersion", "enableSimpleResponses")
_METHOD_TYPES = {"COGNITO_USER_POOLS": "COGNITO_USER_POOLS", "JWT": "JWT"}


class Security:
    """The document's security schemes."""

    def __init__(self, source: Source) -> None:
        self._source = source
        owner = (
            source.document if source.is_swagger else source.part(source.document, "components", "")
        )
        name = "securityDefinitions" if source.is_swagger else "securitySchemes"
        place = name if source.is_swagger else f"components.{name}"
        self._schemes = dict(source.nodes(source.part(owner, name, ""), place))
        self.authorizers: tuple[Mapping[str, Any], ...] = tuple(
            self._authorizer(name, scheme)
            for name, scheme in self._schemes.items()
            if isinstance(scheme.get(_AUTHORIZER), dict)
        )
        """What CreateAuthorizer takes for each."""
        self._types = {each["name"]: each["type"] for each in self.authorizers}

    def of(self, operation: Node, place: str) -> tuple[dict[str, Any], str | None]:
        """Return what PutMethod is told about callers, and the name of the authorizer."""
        members: dict[str, Any] = {"authorizationType": "NONE"}
        authorizer: str | None = None
        for number, required in enumerate(self._source.array(operation, "security", place)):
            for name, scopes in self._source.node(required, f"{place}.security[{number}]").items():
                if name in self._types and authorizer in {None, name}:
                    authorizer = name
                    kind = self._types[name]
                    members["authorizationType"] = _METHOD_TYPES.get(kind, "CUSTOM")
                    if scopes and isinstance(scopes, list):
                        members["authorizationScopes"] = scopes
                else:
                    self._add(members, name, place)
        forced = self._source.part(operation, _AUTH, place).get("type")
        if isinstance(forced, str):
            members["authorizationType"] = forced.upper()
            authorizer = None
            members.pop("authorizationScopes", None)
        return members, authorizer

    def _add(self, members: dict[str, Any], name: str, place: str) -> None:
        """Add what a scheme without an authorizer asks for."""
        scheme = self._schemes.get(name)
        if scheme is None:
            self._source.problems.warn(
                f"Security scheme '{name}' of {place} is not defined. Ignoring."
            )
        elif str(scheme.get(_AUTHTYPE)).lower() == "awssigv4":
            members["authorizationType"] = "AWS_IAM"
        elif scheme.get("type") == "apiKey" and str(scheme.get("name")).lower() == _KEY_HEADER:
            members["apiKeyRequired"] = True
        elif name in self._types:
            self._source.problems.warn(
                f"Security scheme '{name}' of {place} is a second authorizer; a method has one. "
                "Ignoring."
            )
        else:
            self._source.problems.warn(
                f"Security scheme '{name}' of {place} has no {_AUTHORIZER}. Ignoring."
            )

    def _authorizer(self, name: str, scheme: Node) -> dict[str, Any]:
        said = scheme[_AUTHORIZER]
        place = f"{name}.{_AUTHORIZER}"
        kind = str(said.get("type") or "token").upper()
        members: dict[str, Any] = {"name": name, "type": kind}
        members |= {key: said[key] for key in _COPIED if said.get(key) is not None}
        if isinstance(scheme.get(_AUTHTYPE), str):
            members["authType"] = scheme[_AUTHTYPE]
        source = self._source.text(said, "identitySource", place)
        if source is None and kind != "REQUEST":
            # The scheme names the header that the token comes in.
            header = scheme.get("name") if scheme.get("in") == "header" else None
            source = f"method.request.header.{header or 'Authorization'}"
        if source is not None:
            members["identitySource"] = source
        for each in _OF_HTTP_APIS:
            if each in said:
                self._source.problems.warn(f"{place}.{each} is for HTTP APIs only. Ignoring.")
        return members
