"""What a tried call's steps say, from the line of its call and from what was set up."""

from octetgate.console.pages._trace import Known, likely, refusal, seen, steps

EXPLAINED = {
    "route": {"httpMethod": "POST", "resourcePath": "/{id}", "pathParameters": {"id": "7"}},
    "integration": {"type": "AWS", "uri": "arn:f"},
    "request": {"template": "image/png", "payload": {"rule": "request row 9: likely"}},
    "responses": [
        {"statusCode": "200", "template": "application/json", "payload": {"rule": "x"}},
        {"statusCode": "500", "template": None, "payload": {"rule": "y"}},
    ],
    "hints": [{"name": "a", "says": "likely"}, {"name": "b", "says": "seen"}],
}
LINE = {
    "status": 200,
    "responseLatency": 12.5,
    "integrationType": "AWS",
    "integrationStatus": 200,
    "integrationLatency": 8.25,
    "requestPayload": {
        "rule": "request row 7: kept",
        "bytesIn": 10,
        "bytesOut": 20,
        "streamed": True,
        "hint": {"name": "b", "says": "seen"},
    },
    "responsePayload": {"rule": "response row 4: text", "bytesIn": 5, "bytesOut": 5},
}


def known(line=LINE, explained=EXPLAINED, **given):
    return Known(
        line=line, explained=explained, **({"received": 10, "sent": 5, "status": 200} | given)
    )


def test_every_box_says_what_acted_with_sizes_and_times():
    found = {step.name: step for step in steps(known())}
    assert list(found) == [
        "Method Request",
        "Integration Request",
        "Integration",
        "Integration Response",
        "Method Response",
    ]
    assert found["Method Request"].says == ("POST /{id}", "id is 7")
    asked = found["Integration Request"]
    assert asked.says == (
        "request row 7: kept",
        "the mapping template for image/png makes the body",
        "passed on piece by piece",
    )
    assert (asked.bytes_in, asked.bytes_out) == (10, 20)
    assert found["Integration"].says == ("AWS arn:f", "answered 200")
    assert found["Integration"].milliseconds == 8.25
    assert "template for application/json" in found["Integration Response"].says[1]
    assert found["Method Response"].bytes_out == 5
    assert found["Method Response"].milliseconds == 12.5


def test_a_call_that_is_refused_shows_no_box_behind_the_refusal():
    line = {
        "status": 403,
        "responseLatency": 1.0,
        "responseType": "INVALID_API_KEY",
        "error": "expected an API key",
    }
    call = known(line, status=403)
    assert [step.name for step in steps(call)] == ["Method Request", "Method Response"]
    assert refusal(call) == "expected an API key (gateway response INVALID_API_KEY)"


def test_without_a_line_the_rules_that_apply_are_told():
    found = steps(known({}))
    assert [step.name for step in found] == [
        "Method Request",
        "Integration Request",
        "Method Response",
    ]
    assert found[1].says[0] == "request row 9: likely"
    assert refusal(known({})) == ""
    refused = {"route": None, "refused": {"status": 403, "message": "Missing Token"}}
    assert refusal(known({}, refused)) == "403 Missing Token"
    assert steps(known({}, refused))[0].says == (
        "No resource and method of the API fit this call.",
    )


def test_what_was_seen_is_told_apart_from_what_is_likely():
    assert seen(known()) == ["seen"]
    assert likely(known()) == ["likely"]
    assert likely(known({})) == ["likely", "seen"]
