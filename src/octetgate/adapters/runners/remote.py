"""Functions of a Lambda elsewhere: each invocation is a signed request (spec: lambda 6)."""

from collections.abc import Mapping
from urllib.parse import quote

import pybase64

from octetgate.core.http.body import Body, BodyTooLarge
from octetgate.core.http.headers import Headers
from octetgate.core.ports.functions import Invocation, InvokeError, Outcome, Stream
from octetgate.core.ports.services import NoCredentials, Service, Services
from octetgate.core.ports.upstream import Upstream, UpstreamError, UpstreamRequest, UpstreamResponse

_LONGEST_MS = 900_000
_LARGEST_ANSWER = 16 * 2**20
_ERRORS: Mapping[str, type[InvokeError]] = {
    error.code: error for error in InvokeError.__subclasses__()
}


class RemoteFunctions:
    """Lambda's Invoke over HTTP."""

    def __init__(self, upstream: Upstream, services: Services, region: str) -> None:
        self._upstream = upstream
        self._services = services
        self._region = region

    async def invoke(self, invocation: Invocation) -> Outcome:
        parts = invocation.function.split(":")
        region = parts[3] if len(parts) >= 7 else self._region
        service = self._services.find("lambda", region)
        request = UpstreamRequest(
            service.origin,
            "POST",
            _target(service, invocation),
            Headers(_headers(service, invocation)),
            Body.of(invocation.payload),
            _LONGEST_MS,
        )
        try:
            self._services.sign(service, request)
            response = await self._upstream.send(request)
            payload = await response.body.collect(_LARGEST_ANSWER)
        except (UpstreamError, NoCredentials, BodyTooLarge) as error:
            raise InvokeError(str(error)) from error
        if response.status >= 300:
            raise _refusal(response, payload)
        tail = response.headers.get("x-amz-log-result")
        return Outcome(
            status=response.status,
            payload=payload,
            function_error=response.headers.get("x-amz-function-error"),
            log_tail=pybase64.b64decode(tail) if tail else None,
            executed_version=response.headers.get("x-amz-executed-version") or "$LATEST",
            request_id=response.headers.get("x-amzn-requestid") or "",
        )

    async def stream(self, invocation: Invocation) -> Stream:
        """Refuse: the frames of a Lambda elsewhere are not read here."""
        raise InvokeError(
            f"{invocation.function}: expected a function that runs here, as its answer is to be "
            "streamed; found one behind the endpoint that is set for Lambda"
        )


def _target(service: Service, invocation: Invocation) -> str:
    query = f"?Qualifier={quote(invocation.qualifier, safe='')}" if invocation.qualifier else ""
    name = quote(invocation.function, safe="")
    return f"{service.base_path}/2015-03-31/functions/{name}/invocations{query}"


def _headers(service: Service, invocation: Invocation) -> list[tuple[str, str]]:
    """Return what API Gateway tells Lambda (spec: request-lifecycle 6.2)."""
    source = invocation.source_arn
    # arn:aws:execute-api:{region}:{account}:{api}/{stage}/…
    api = source.split(":")[5].partition("/")[0] if source else ""
    said = {
        "Host": service.authority,
        "Accept": "application/json",
        "Content-Type": "application/json",
        "User-Agent": f"AmazonAPIGateway_{api}",
        "x-amzn-apigateway-api-id": api,
        "x-amzn-lambda-integration-tag": invocation.request_id,
        "X-Amz-Invocation-Type": invocation.type.value,
        "X-Amz-Source-Arn": source,
        "X-Amz-Client-Context": invocation.client_context,
        "X-Amz-Log-Type": "Tail" if invocation.log_tail else None,
        "X-Amzn-Trace-Id": invocation.trace_id,
    }
    return [(name, value) for name, value in said.items() if value]


def _refusal(response: UpstreamResponse, payload: bytes) -> InvokeError:
    code = (response.headers.get("x-amzn-errortype") or "").partition(":")[0]
    said = payload[:500].decode("utf-8", "replace")
    reason = f"Lambda answered {response.status} {code}: {said}"
    return _ERRORS.get(code, InvokeError)(reason)
