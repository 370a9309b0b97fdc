"""The law of exports: what an imported API's export makes, imported, is the same API."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.control.openapi.apis import essence, exported, imported
from tests.control.openapi.documents import documents

from octetgate.control.openapi import text
from octetgate.control.openapi.exporter import Form
from octetgate.core.model.documentation import DocumentationVersion, DocumentationVersionRecord

slowly = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def documented(definition):
    """Return the definition's parts as a version of them."""
    version = DocumentationVersion(version="1", created_date=1_600_000_000.0)
    return DocumentationVersionRecord(
        documentation_version=version, parts=definition.documentation_parts
    )


def again(definition, form, spell):
    """Return the definition that the export of one makes, and the warnings on the way."""
    document = exported(definition, form, documented=documented(definition))
    return imported(text.read(spell(document)))


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("spell", [text.to_json, text.to_yaml], ids=["json", "yaml"])
@slowly
@given(data=st.data())
def test_an_export_imported_is_the_same_api(form, spell, data):
    document = data.draw(documents(swagger=form is Form.SWAGGER))
    first, warnings = imported(document)
    assert warnings == []
    second, warnings = again(first, form, spell)
    assert warnings == []
    assert essence(second) == essence(first)


@slowly
@given(document=documents(swagger=True))
def test_what_swagger_says_openapi_3_says_too(document):
    first, _ = imported(document)
    second, warnings = again(first, Form.OAS30, text.to_json)
    assert warnings == []
    assert essence(second) == essence(first)


@pytest.mark.parametrize("form", Form)
@slowly
@given(data=st.data())
def test_an_export_is_the_same_bytes_each_time(form, data):
    definition, _ = imported(data.draw(documents(swagger=form is Form.SWAGGER)))
    found = {text.to_yaml(exported(definition, form)) for _ in range(2)}
    assert len(found) == 1
