"""Definitions in goldens/openapi, written from AWS's documentation, and what each becomes."""

from pathlib import Path

import pytest
import yaml
from tests.control.openapi.described import described

GOLDENS = Path(__file__).parents[2] / "goldens" / "openapi"
DEFINITIONS = sorted(file for file in GOLDENS.iterdir() if file.is_file())


def expected(file):
    return GOLDENS / "becomes" / f"{file.stem}.yaml"


@pytest.mark.parametrize("file", DEFINITIONS, ids=lambda file: file.stem)
def test_a_definition_becomes_what_its_golden_says(gw, file):
    made = gw.import_rest_api(body=file.read_bytes())
    found = {"warnings": made.get("warnings", []), **described(gw, made["id"])}
    assert found == yaml.safe_load(expected(file).read_text())


@pytest.mark.parametrize("file", DEFINITIONS, ids=lambda file: file.stem)
def test_a_definition_put_over_itself_changes_nothing(gw, file):
    made = gw.import_rest_api(body=file.read_bytes())["id"]
    before = described(gw, made)
    for mode in ("merge", "overwrite"):
        gw.put_rest_api(restApiId=made, body=file.read_bytes(), mode=mode)
        assert described(gw, made) == before


@pytest.mark.parametrize("form", ["oas30", "swagger"])
@pytest.mark.parametrize("file", DEFINITIONS, ids=lambda file: file.stem)
def test_a_definition_exported_and_imported_again_is_the_same_api(gw, file, form):
    made = gw.import_rest_api(body=file.read_bytes())["id"]
    before = described(gw, made)
    if not any(before["paths"].values()):
        pytest.skip("nothing to deploy")
    if (file.stem, form) == ("inline-schemas", "swagger"):
        pytest.skip("Swagger has one schema for a body, whatever its type")
    gw.create_deployment(restApiId=made, stageName="live")
    if "documentation" in before:
        # An export has the words of a version that its stage names.
        if "documentationVersions" not in before:
            gw.create_documentation_version(restApiId=made, documentationVersion="1")
            before = described(gw, made)
        [version] = before["documentationVersions"]
        named = [{"op": "replace", "path": "/documentationVersion", "value": version}]
        gw.update_stage(restApiId=made, stageName="live", patchOperations=named)
    body = gw.get_export(
        restApiId=made,
        stageName="live",
        exportType=form,
        parameters={"extensions": "apigateway,documentation"},
    )["body"].read()
    again = gw.import_rest_api(body=body)
    assert again.get("warnings", []) == []
    assert described(gw, again["id"]) == before
