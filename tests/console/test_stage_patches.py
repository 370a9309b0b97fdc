"""What a form about a stage changes."""

import pytest

from octetgate.console.field_lines import named_values
from octetgate.console.operations import Refusal
from octetgate.console.stage_patches import (
    METHOD_SETTINGS,
    forgetting,
    method_patches,
    patches,
)

STAGE = {
    "description": "said",
    "tracingEnabled": False,
    "variables": {"kept": "1", "changed": "1", "gone": "1"},
    "accessLogSettings": {"format": "$context.requestId"},
    "canarySettings": {"percentTraffic": 10.0},
    "methodSettings": {"images/POST": {"throttlingRateLimit": 5.5, "cachingEnabled": True}},
}


def replace(path, value):
    return {"op": "replace", "path": path, "value": value}


def test_a_form_that_changed_nothing_patches_nothing():
    form = {
        "/description": "said",
        "/tracingEnabled": "false",
        "/clientCertificateId": "",
        "/canarySettings/percentTraffic": "10",
        "/variables": "kept=1\nchanged = 1\n\ngone=1",
    }
    assert patches(STAGE, form) == []


def test_what_changed_is_replaced_and_what_was_emptied_is_unset():
    form = {
        "/description": "",
        "/tracingEnabled": "true",
        "/accessLogSettings/format": "",
        "/accessLogSettings/destinationArn": "stdout",
        "/canarySettings/percentTraffic": "12.5",
    }
    assert patches(STAGE, form) == [
        replace("/description", ""),
        replace("/tracingEnabled", "true"),
        {"op": "remove", "path": "/accessLogSettings/format"},
        replace("/accessLogSettings/destinationArn", "stdout"),
        replace("/canarySettings/percentTraffic", "12.5"),
    ]


def test_variables_are_changed_one_by_one():
    assert patches(STAGE, {"/variables": "kept=1\nchanged=a=b\nnew=2"}) == [
        {"op": "remove", "path": "/variables/gone"},
        replace("/variables/changed", "a=b"),
        replace("/variables/new", "2"),
    ]


def test_the_first_canary_says_all_of_it():
    form = {"/canarySettings/deploymentId": "d2", "/canarySettings/percentTraffic": "0"}
    assert patches({}, form) == [replace(path, value) for path, value in form.items()]


def test_a_line_that_is_no_variable_is_named():
    with pytest.raises(Refusal, match="line 2: expected name=value; found 'b'"):
        named_values("a=1\n b \n")


def test_a_methods_settings_change_one_by_one_and_begin_with_all():
    form = {"throttling/rateLimit": "5.5", "caching/enabled": "false"}
    assert method_patches(STAGE, "images/POST", form) == [
        replace("/~1images/POST/caching/enabled", "false")
    ]
    assert method_patches(STAGE, "*/*", form) == [
        replace("/*/*/throttling/rateLimit", "5.5"),
        replace("/*/*/caching/enabled", "false"),
    ]
    assert method_patches(STAGE, "pets/{id}/GET", form)[0]["path"].startswith("/~1pets~1{id}/GET/")


def test_settings_are_forgotten_by_the_path_of_their_method():
    assert forgetting("pets/{id}/GET") == {"op": "remove", "path": "/~1pets~1{id}/GET"}
    assert forgetting("/GET") == {"op": "remove", "path": "/~1/GET"}


def test_every_setting_of_a_method_is_on_the_page(source_of):
    page = source_of("console/templates/parts/method-settings.html")
    assert [name for name in METHOD_SETTINGS if f'"{name}"' not in page] == []


@pytest.fixture
def source_of(project):
    return lambda name: (project / "src/octetgate" / name).read_text()
