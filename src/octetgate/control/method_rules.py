"""What a method may look like, whichever way it came in (spec: control-plane 6)."""

from octetgate.control.authorizing import authorized
from octetgate.control.errors import BadRequestException
from octetgate.control.mappings import check_method_parameters
from octetgate.control.schemas import check_models
from octetgate.core.model.api import Method
from octetgate.core.model.definition import ApiDefinition

VERBS = ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY")


def checked_method(definition: ApiDefinition, method: Method) -> Method:
    """Return the method as it is kept; refuse what AWS refuses."""
    if method.http_method not in VERBS:
        options = ",".join(VERBS)
        raise BadRequestException(f"Invalid HttpMethod specified. Valid options are {options}")
    method = authorized(definition, method)
    validator = method.request_validator_id
    if validator and validator not in definition.request_validators:
        raise BadRequestException("Invalid Request Validator identifier specified")
    check_models(definition, method.request_models or {})
    check_method_parameters(method.request_parameters or {})
    return method
