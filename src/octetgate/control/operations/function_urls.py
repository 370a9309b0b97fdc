"""Addresses of their own for functions and aliases, on the gateway's port."""

from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import (
    InvalidParameterValueException,
    ResourceConflictException,
    ResourceNotFoundException,
)
from octetgate.control.lambdas import Found, find_qualified, find_whole, listed
from octetgate.control.urls import asked_cors, shown_url, urls_of
from octetgate.core.model.function import FunctionUrl
from octetgate.core.ports.store import FUNCTION_URLS

SERVICE = "lambda"

_ID_LENGTH = 32


def create_function_url_config(call: Write, asked: Members) -> Members:
    """Give a function, or an alias of it, an address."""
    found = _find(call, asked)
    if _url(call, found) is not None:
        raise ResourceConflictException(
            f"Failed to create function url config for [functionArn = {found.arn}]. "
            "Error message:  FunctionUrlConfig exists for this Lambda function"
        )
    url = FunctionUrl(
        url_id=call.new_id(_ID_LENGTH),
        function=found.function.name,
        qualifier=found.qualifier,
        arn=found.arn,
        auth_type=asked["AuthType"],
        created=call.now,
        last_modified=call.now,
    )
    return _kept(call, url, asked)


def get_function_url_config(call: Read, asked: Members) -> Members:
    """Return a function's address, and how it answers."""
    return shown_url(call, _existing(call, asked))


def update_function_url_config(call: Write, asked: Members) -> Members:
    """Change how an address answers; the address itself stays."""
    return _kept(call, replace(_existing(call, asked), last_modified=call.now), asked)


def delete_function_url_config(call: Write, asked: Members) -> None:
    """Take the address away; the next one is another."""
    call.store.delete(FUNCTION_URLS, _existing(call, asked).url_id)


def list_function_url_configs(call: Read, asked: Members) -> Members:
    """Return the addresses of a function and of its aliases."""
    function = find_whole(call, asked)
    shown = [(url.url_id, shown_url(call, url)) for url in urls_of(call, function.name)]
    return listed(shown, asked, "FunctionUrlConfigs")


def _find(call: Read | Write, asked: Members) -> Found:
    """Return the function or the alias; a version that is published has no address on AWS."""
    found = find_qualified(call, asked)
    if found.qualifier is not None and found.qualifier not in found.function.aliases:
        raise InvalidParameterValueException(
            f"Qualifier: expected an alias, as versions have no URL; found {found.qualifier}"
        )
    return found


def _url(call: Read | Write, found: Found) -> FunctionUrl | None:
    urls = urls_of(call, found.function.name)
    return next((url for url in urls if url.qualifier == found.qualifier), None)


def _existing(call: Read | Write, asked: Members) -> FunctionUrl:
    url = _url(call, _find(call, asked))
    if url is None:
        raise ResourceNotFoundException("The resource you requested does not exist.")
    return url


def _kept(call: Write, url: FunctionUrl, asked: Members) -> Members:
    cors = asked.get("Cors")
    url = replace(
        url,
        auth_type=asked.get("AuthType", url.auth_type),
        invoke_mode=asked.get("InvokeMode", url.invoke_mode),
        # An empty one takes it away (unconfirmed).
        cors=url.cors if cors is None else asked_cors(cors) if cors else None,
    )
    call.store.put(FUNCTION_URLS, url.url_id, url)
    return shown_url(call, url)
