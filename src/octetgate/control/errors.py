"""The errors that management calls answer with, named as in the service models."""

from octetgate.core.ports.functions import InvokeError
from octetgate.core.ports.store import StoreUnusable


class ApiError(Exception):
    """A refusal that the caller gets to read.  The class's name is the code on the wire."""

    status = 400
    reason: str | None = None
    """Why a call was throttled, if it was."""

    @property
    def code(self) -> str:
        """The name in ``x-amzn-ErrorType``."""
        return type(self).__name__


class BadRequestException(ApiError):
    """API Gateway: the request does not make sense."""


class NotFoundException(ApiError):
    """API Gateway: what the request names does not exist."""

    status = 404


class ConflictException(ApiError):
    """API Gateway: it exists already, or someone else is changing it."""

    status = 409


class ResourceNotFoundException(ApiError):
    """Lambda: what the request names does not exist."""

    status = 404


class ResourceConflictException(ApiError):
    """Lambda: it exists already, or someone else is changing it."""

    status = 409


class InvalidParameterValueException(ApiError):
    """Lambda: a member's value is not possible."""


class CodeStorageExceededException(ApiError):
    """Lambda: all code together would be more than an account may have."""


class ProvisionedConcurrencyConfigNotFoundException(ApiError):
    """Lambda: nothing is provisioned for what the request names."""

    status = 404


class PolicyLengthExceededException(ApiError):
    """Lambda: a resource policy would be longer than it may be."""


class PreconditionFailedException(ApiError):
    """Lambda: the revision is not the one that the caller has seen."""

    status = 412


class ValidationException(ApiError):
    """Framework: members break the model's constraints."""


class SerializationException(ApiError):
    """Framework: the body is not JSON, or a member has the wrong JSON type."""


class RequestEntityTooLargeException(ApiError):
    """Framework: the body is larger than any operation takes."""

    status = 413


class AccessDeniedException(ApiError):
    """Framework: the caller may not ask this."""

    status = 403


class MissingAuthenticationTokenException(ApiError):
    """Framework: a signature is needed, and there is none."""

    status = 403


class IncompleteSignatureException(ApiError):
    """Framework: a signature lacks something without which it cannot be checked."""

    status = 403


class UnrecognizedClientException(ApiError):
    """Framework: nobody has the access key."""

    status = 403


class ExpiredTokenException(ApiError):
    """Framework: the access key was good for a time that is over."""

    status = 403


class InvalidSignatureException(ApiError):
    """Framework: the signature is not that of this request, or too old."""

    status = 403


class UnknownOperationException(ApiError):
    """Framework: no operation lives at this method and path."""

    status = 404


class NotImplementedException(ApiError):
    """Ours: the operation exists on AWS and not here, yet."""

    status = 501


class InternalFailure(ApiError):
    """Framework: a bug of ours; the log has the traceback."""

    status = 500


class ServiceUnavailableException(ApiError):
    """API Gateway: what it keeps things in does not work; trying again may help."""

    status = 503


class ServiceException(ApiError):
    """Lambda: likewise."""

    status = 500


class Refused(ApiError):
    """Lambda's data plane refused, under a code of its own."""

    def __init__(self, error: InvokeError) -> None:
        super().__init__(str(error))
        self.status, self.reason = error.status, error.reason
        self._code = error.code

    @property
    def code(self) -> str:
        return self._code


CONCURRENT = "Unable to complete operation due to concurrent modification. Please try again later."
"""What a lost race is told (spec: control-plane 6)."""


def conflict(service: str) -> ApiError:
    """Return a lost race's error, under the name that the service's model knows."""
    if service == "lambda":
        return ResourceConflictException(CONCURRENT)
    return ConflictException(CONCURRENT)


def unusable(service: str, error: StoreUnusable) -> ApiError:
    """Return the error of a store that does not work: who asked can see to the disk."""
    kind = ServiceException if service == "lambda" else ServiceUnavailableException
    return kind(str(error))
