"""Function URLs as operations find, show and forget them."""

from datetime import UTC, datetime

from octetgate.control.calls import Members, Read, Write
from octetgate.core.model.function import Cors, FunctionUrl
from octetgate.core.ports.store import FUNCTION_URLS


def urls_of(call: Read | Write, function: str) -> list[FunctionUrl]:
    """Return the URLs of a function and of its aliases."""
    found = (url for _, url in call.store.list(FUNCTION_URLS))
    return [url for url in found if url.function == function]


def forget_urls(call: Write, function: str, qualifiers: tuple[str, ...] = ()) -> None:
    """Delete the URLs of these aliases; without any, all that the function has."""
    for url in urls_of(call, function):
        if not qualifiers or url.qualifier in qualifiers:
            call.store.delete(FUNCTION_URLS, url.url_id)


def asked_cors(given: Members) -> Cors:
    """Return what is asked for."""
    return Cors(
        allow_credentials=given.get("AllowCredentials", False),
        allow_headers=tuple(given.get("AllowHeaders", ())),
        allow_methods=tuple(given.get("AllowMethods", ())),
        allow_origins=tuple(given.get("AllowOrigins", ())),
        expose_headers=tuple(given.get("ExposeHeaders", ())),
        max_age=given.get("MaxAge"),
    )


def shown_url(call: Read | Write, url: FunctionUrl) -> Members:
    """Return a function URL as Lambda shows it.

    The address is the gateway's: it needs no name that leads here, unlike the host form.
    """
    return {
        "FunctionUrl": f"{call.settings.gateway_url}/_aws/lambda-url/{url.url_id}/",
        "FunctionArn": url.arn,
        "AuthType": url.auth_type,
        "Cors": _shown_cors(url.cors) if url.cors else None,
        "CreationTime": _date(url.created),
        "LastModifiedTime": _date(url.last_modified),
        "InvokeMode": url.invoke_mode,
    }


def _shown_cors(cors: Cors) -> Members:
    return {
        "AllowCredentials": cors.allow_credentials or None,
        "AllowHeaders": cors.allow_headers or None,
        "AllowMethods": cors.allow_methods or None,
        "AllowOrigins": cors.allow_origins or None,
        "ExposeHeaders": cors.expose_headers or None,
        "MaxAge": cors.max_age,
    }


def _date(seconds: float) -> str:
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
