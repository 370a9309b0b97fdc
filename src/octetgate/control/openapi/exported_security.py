"""Who may call a method, as security schemes and what operations ask of them."""

from typing import Any

import msgspec

from octetgate.control.records import parts
from octetgate.core.model.access import Authorizer, AuthorizerType
from octetgate.core.model.api import Method
from octetgate.core.model.definition import ApiDefinition

Scheme = dict[str, Any]

_AUTHTYPE = "x-amazon-apigateway-authtype"
_AUTHORIZER = "x-amazon-apigateway-authorizer"
_HEADER = "method.request.header."
_AUTHORIZED = ("CUSTOM", "COGNITO_USER_POOLS", "JWT")
_UNUSED = "Unused"
"""What AWS calls the header of an authorizer that looks elsewhere too."""


class Schemes:
    """The security schemes of an API; ``detailed`` says what AWS knows of them besides."""

    def __init__(self, definition: ApiDefinition, *, detailed: bool) -> None:
        self._authorizers = definition.authorizers
        self._detailed = detailed
        methods = [
            method
            for resource in definition.resources.values()
            for method in resource.resource_methods.values()
        ]
        self._has_keys = any(method.api_key_required for method in methods)
        self._has_iam = any(method.authorization_type == "AWS_IAM" for method in methods)
        names = {authorizer.name for authorizer in definition.authorizers.values()}
        self._key = _free("api_key", names)
        self._iam = _free("sigv4", names)

    def all(self) -> dict[str, Scheme]:
        """Return the schemes by name."""
        found: dict[str, Scheme] = {}
        for authorizer in self._authorizers.values():
            found[authorizer.name] = self._scheme(authorizer)
        if self._has_keys:
            found[self._key] = {"type": "apiKey", "name": "x-api-key", "in": "header"}
        if self._has_iam:
            found[self._iam] = {
                "type": "apiKey",
                "name": "Authorization",
                "in": "header",
                _AUTHTYPE: "awsSigv4",
            }
        return found

    def of(self, method: Method) -> list[dict[str, list[str]]]:
        """Return what a method asks of its callers."""
        asked: list[dict[str, list[str]]] = []
        authorizer = self._authorizers.get(method.authorizer_id or "")
        if authorizer is not None and method.authorization_type in _AUTHORIZED:
            asked.append({authorizer.name: list(method.authorization_scopes or ())})
        elif method.authorization_type == "AWS_IAM":
            asked.append({self._iam: []})
        if method.api_key_required:
            asked.append({self._key: []})
        return asked

    def _scheme(self, authorizer: Authorizer) -> Scheme:
        header = _header(authorizer)
        scheme: Scheme = {"type": "apiKey", "name": header or _UNUSED, "in": "header"}
        if not self._detailed:
            return scheme
        if authorizer.auth_type:
            scheme[_AUTHTYPE] = authorizer.auth_type
        told: dict[str, Any] = {
            "type": authorizer.type.value.lower(),
            "authorizerUri": authorizer.authorizer_uri,
            "authorizerCredentials": authorizer.authorizer_credentials,
            "identitySource": None if header else authorizer.identity_source,
            "identityValidationExpression": authorizer.identity_validation_expression,
            "authorizerResultTtlInSeconds": authorizer.authorizer_result_ttl_in_seconds,
            "providerARNs": list(authorizer.provider_arns or ()) or None,
            "jwtConfiguration": _plain(authorizer.jwt_configuration),
        }
        scheme[_AUTHORIZER] = {name: value for name, value in told.items() if value is not None}
        return scheme


def _plain(value: Any) -> Any:
    """Return a record's members, empty ones too: an import asks for some of them."""
    if isinstance(value, msgspec.Struct):
        members = parts(value).items()
        return {name: _plain(part) for name, part in members if part is not None}
    return [_plain(part) for part in value] if isinstance(value, tuple) else value


def _header(authorizer: Authorizer) -> str | None:
    """Return the header that a scheme's name stands for; None where it stands for nothing."""
    source = authorizer.identity_source or ""
    alone = source.startswith(_HEADER) and "," not in source
    # An authorizer of requests says where it looks, be it a header.
    if not alone or authorizer.type is AuthorizerType.REQUEST:
        return None
    return source.removeprefix(_HEADER)


def _free(name: str, taken: set[str]) -> str:
    """Return the name, or one like it that no authorizer has."""
    return name if name not in taken else _free(f"{name}_", taken)
