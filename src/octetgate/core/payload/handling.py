"""Which ``contentHandling`` really acts, where it is not simply the one that is written."""

from octetgate.core.model.integration import ContentHandling, Integration


def request_handling(integration: Integration, *, for_function: bool) -> ContentHandling | None:
    """Return the handling of an integration's request.

    Lambda takes JSON only, so a binary body can but become text (spec: payload-encodings 3.4;
    unconfirmed, the alternative could only fail).
    """
    if for_function and integration.content_handling is None:
        return ContentHandling.CONVERT_TO_TEXT
    return integration.content_handling


def http_proxy_response_handling(integration: Integration) -> ContentHandling | None:
    """Return the handling of a proxied backend's answer.

    AWS applies no response contentHandling to proxies.  Ours: PASSTHROUGH, which AWS does not
    have, holds wherever it is written (spec: payload-encodings 12); on the integration it covers
    both directions, for a proxy has no integration response of its own.  What streams is never
    converted (spec: payload-encodings 10.1).
    """
    passthrough = ContentHandling.PASSTHROUGH
    written = [r.content_handling for r in integration.integration_responses.values()]
    if integration.streams or passthrough in (integration.content_handling, *written):
        return passthrough
    return None
