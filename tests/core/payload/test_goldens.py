"""The cases in tests/goldens/payloads: a comment, fields, dashes, the decision, what comes out."""

import base64
from pathlib import Path

import pytest

from octetgate.core.http.media import MediaTypes
from octetgate.core.model.integration import ContentHandling
from octetgate.core.payload.codecs import BadPayload, codec
from octetgate.core.payload.convert import (
    Decision,
    explain_proxy_request,
    explain_proxy_response,
    explain_request,
    explain_response,
)

FOLDER = Path(__file__).parents[2] / "goldens" / "payloads"
CASES = sorted(path.stem for path in FOLDER.glob("*.golden"))


def fields(text: str) -> dict[str, str]:
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def payload(given: dict[str, str]) -> bytes:
    if "body" in given:
        return given["body"].encode()
    return base64.b64decode(given["body (base64)"], validate=True)


def decide(given: dict[str, str]) -> Decision:
    types = MediaTypes(entry for entry in given["binary-media-types"].split(", ") if entry)
    content_type, accept = given.get("content-type"), given.get("accept")
    named = given.get("content-handling")
    handling = ContentHandling(named) if named else None
    match given["direction"]:
        case "request":
            return explain_request(types, content_type, handling)
        case "response":
            return explain_response(types, content_type, accept, handling)
        case "proxy request":
            return explain_proxy_request(types, content_type)
        case _:
            flag = given["is-base64-encoded"] == "true"
            return explain_proxy_response(types, accept, flag)


@pytest.mark.parametrize("name", CASES)
def test_a_golden_payload_comes_out_as_written(name):
    text = (FOLDER / f"{name}.golden").read_text(encoding="utf-8")
    head, _, rest = text.partition("\n----------\n")
    sentence, _, expected = rest.partition("\n")
    given = fields(head)
    decision = decide(given)
    assert str(decision) == sentence

    made = codec(decision.step)
    data, outcome = payload(given), fields(expected)
    if "fault" in outcome:
        assert made is not None
        with pytest.raises(BadPayload) as raised:
            made.feed(data)
        assert str(raised.value) == outcome["fault"]
    else:
        assert (data if made is None else made.feed(data) + made.finish()) == payload(outcome)


def test_there_are_golden_payloads():
    assert len(CASES) >= 12
