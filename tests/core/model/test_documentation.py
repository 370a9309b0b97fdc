import pytest

from octetgate.core.model.documentation import (
    LOCATED_BY,
    DocumentationPartLocation,
    DocumentationPartType,
)


def test_every_type_of_part_says_what_locates_it():
    assert set(LOCATED_BY) == set(DocumentationPartType)
    fields = set(DocumentationPartLocation.__struct_fields__)
    assert {field for located in LOCATED_BY.values() for field in located} <= fields


@pytest.mark.parametrize(
    "general, spelled",
    [
        ({"type": "RESOURCE"}, {"type": "RESOURCE", "path": "/"}),
        ({"type": "METHOD", "path": "/a"}, {"type": "METHOD", "path": "/a", "method": "*"}),
        (
            {"type": "RESPONSE", "method": "GET"},
            {"type": "RESPONSE", "path": "/", "method": "GET", "status_code": "*"},
        ),
    ],
)
def test_what_a_location_leaves_out_means_all(general, spelled):
    assert located(**general).place == located(**spelled).place


def test_locations_of_different_places_differ():
    places = [
        located(type="API"),
        located(type="RESOURCE", path="/a"),
        located(type="METHOD", path="/a"),
        located(type="METHOD", path="/a", method="GET"),
        located(type="QUERY_PARAMETER", path="/a", method="GET", name="x"),
        located(type="REQUEST_HEADER", path="/a", method="GET", name="x"),
        located(type="RESPONSE", path="/a", method="GET", status_code="200"),
    ]
    assert len({location.place for location in places}) == len(places)


def located(*, type, **fields):
    return DocumentationPartLocation(type=DocumentationPartType(type), **fields)
