"""What a mapping template makes of a sample while it is being written."""

import msgspec
from starlette.responses import Response

from octetgate.console.pages.methods import place_of
from octetgate.console.places import Page
from octetgate.console.visits import Visit
from octetgate.core.ports.rehearsal import Previewed, Sketch

_SHOWN = 20_000
"""Characters; a picture in Base64 is long."""


async def preview(visit: Visit) -> Response:
    """Show what would be sent to the backend, or to the client for a response's template."""
    place = place_of(visit)
    file = await visit.file("sample_file")
    sample = file[1] if file else visit.text("sample").encode()
    of_response = visit.path("box") == "integration-response"
    media_type = visit.field("name")
    done = await visit.sources.preview(
        Sketch(
            api_id=place["restApiId"],
            resource_id=place["resourceId"],
            verb=place["httpMethod"],
            media_type=media_type,
            template=visit.text("value"),
            status=visit.field("status") if of_response else None,
            query=visit.field("sample_query"),
            headers=_headers(of_response, visit.field("sample_type") or media_type),
            body=b"" if of_response else sample,
            answer=sample if of_response else b"{}",
        )
    )
    body = _answer(done) if of_response else done.sent
    headers = "Content-Type: " + _type(done) if of_response else ""
    if body is None:
        return visit.part("parts/preview.html", text=None, trouble=_trouble(done))
    return visit.part(
        "parts/preview.html",
        text=_text(body),
        size=len(body),
        is_json=_is_json(body),
        headers=headers,
    )


def _headers(of_response: bool, content_type: str) -> dict[str, str]:  # noqa: FBT001
    if of_response:
        return {"Content-Type": "application/json", "Accept": content_type}
    return {"Content-Type": content_type}


def _answer(done: Previewed) -> bytes | None:
    """Return what the client would get, unless the gateway itself would have to say something."""
    failed = "Successfully completed execution" not in done.answered.log
    return None if failed else done.answered.body


def _type(done: Previewed) -> str:
    return done.answered.headers.get("content-type") or "none"


def _trouble(done: Previewed) -> str:
    """Return the line of the log that says why it went no further."""
    said = [line.partition(" : ")[2] for line in done.answered.log.splitlines()]
    told = [line for line in said if line and not line.startswith("Method completed")]
    return told[-1] if told else "The call would not come so far."


def _text(body: bytes) -> str:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return f"{len(body)} bytes that are no text"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body)
    except msgspec.DecodeError:
        return False
    return True


PAGES = (Page("/apis/{api}/resources/{resource}/{method}/{box}/preview", preview, "POST"),)
