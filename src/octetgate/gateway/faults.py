"""Why a call is refused: one class per gateway response, raised anywhere, answered once.

``phases/gateway_response.py`` turns a fault into a reply.  ``reason`` is for the log: it says
what was expected and what was found, and never reaches the client.
"""

from typing import ClassVar

from octetgate.core.model.responses import DEFAULTS, GatewayResponseType


class Fault(Exception):
    """A call that ends in a gateway response."""

    type: ClassVar[GatewayResponseType] = GatewayResponseType.DEFAULT_5XX
    before_execution: ClassVar[bool] = False
    """Refusals before the method runs are written without a space after the colon."""

    def __init__(
        self,
        reason: str = "",
        *,
        status: int | None = None,
        message: str | None = None,
        error_type: str | None = None,
    ) -> None:
        super().__init__(reason)
        default = DEFAULTS[self.type]
        self.reason = reason
        self.status = default.status if status is None else status
        self.message = default.message if message is None else message
        self.error_type = default.error_type if error_type is None else error_type
        self.validation_error = ""
        """What a body model found, for ``$context.error.validationErrorString``."""


class AccessDenied(Fault):
    """The caller may not."""

    type = GatewayResponseType.ACCESS_DENIED
    before_execution = True


class ApiConfigurationError(Fault):
    """The API is set up in a way that cannot work for this call."""

    type = GatewayResponseType.API_CONFIGURATION_ERROR


class AuthorizerConfigurationError(Fault):
    """The authorizer, or what its function answers, cannot work."""

    type = GatewayResponseType.AUTHORIZER_CONFIGURATION_ERROR
    before_execution = True


class AuthorizerFailure(Fault):
    """The authorizer could not be asked."""

    type = GatewayResponseType.AUTHORIZER_FAILURE
    before_execution = True


class BadRequest(Fault):
    """The client's request cannot be mapped."""

    type = GatewayResponseType.DEFAULT_4XX


class BadRequestBody(Fault):
    """The body is not what the method's model for it says."""

    type = GatewayResponseType.BAD_REQUEST_BODY

    def __init__(self, problems: list[str]) -> None:
        found = f"[{', '.join(problems)}]"
        super().__init__(f"request body: {found}")
        self.validation_error = found


class BadRequestParameters(Fault):
    """The request lacks parameters that its method requires."""

    type = GatewayResponseType.BAD_REQUEST_PARAMETERS

    def __init__(self, missing: list[str]) -> None:
        message = f"Missing required request parameters: [{', '.join(missing)}]"
        super().__init__(message, message=message)


class ExecutionFailed(Fault):
    """Something of ours or of the function's went wrong during execution."""


class ExpiredToken(Fault):
    """The key that signed was good for a time that is over."""

    type = GatewayResponseType.EXPIRED_TOKEN
    before_execution = True


class Forbidden(Fault):
    """No stage, or no mapping, of that name (spec: request-lifecycle 2 and 3)."""

    type = GatewayResponseType.DEFAULT_4XX
    before_execution = True

    def __init__(self, reason: str) -> None:
        super().__init__(reason, status=403, message="Forbidden", error_type="ForbiddenException")


class IntegrationFailure(Fault):
    """The backend could not be talked to."""

    type = GatewayResponseType.INTEGRATION_FAILURE


class IntegrationTimeout(Fault):
    """The backend did not answer in time."""

    type = GatewayResponseType.INTEGRATION_TIMEOUT


class IncompleteSignature(Fault):
    """What says who calls is no signature, or half of one; AWS's error has no type of its own."""

    type = GatewayResponseType.DEFAULT_4XX
    before_execution = True

    def __init__(self, reason: str) -> None:
        kind = "IncompleteSignatureException"
        super().__init__(reason, status=403, message=reason, error_type=kind)


class InvalidApiKey(Fault):
    """The method wants an API key, and this is none."""

    type = GatewayResponseType.INVALID_API_KEY
    before_execution = True


class InvalidSignature(Fault):
    """The signature is not that of this request, or of nobody that is known."""

    type = GatewayResponseType.INVALID_SIGNATURE
    before_execution = True


class MissingAuthenticationToken(Fault):
    """No such path and method, or no signature where one is wanted."""

    type = GatewayResponseType.MISSING_AUTHENTICATION_TOKEN
    before_execution = True


class QuotaExceeded(Fault):
    """The API key has used up what its usage plan gives it for the period."""

    type = GatewayResponseType.QUOTA_EXCEEDED
    before_execution = True


class RequestTooLarge(Fault):
    """A body that must be held whole is larger than AWS's limit."""

    type = GatewayResponseType.REQUEST_TOO_LARGE


class Throttled(Fault):
    """The call came too soon after others."""

    type = GatewayResponseType.THROTTLED
    before_execution = True


class UnsupportedMediaType(Fault):
    """No template fits, and passing the body through is switched off."""

    type = GatewayResponseType.UNSUPPORTED_MEDIA_TYPE


class Unauthorized(Fault):
    """The caller has not said who it is, or not so that anybody believes it."""

    type = GatewayResponseType.UNAUTHORIZED
    before_execution = True
