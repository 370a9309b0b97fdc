import pytest

from octetgate.control.wire.service import SERVICES, load

OPERATIONS = [(service, name) for service in SERVICES for name in load(service).operations]


@pytest.mark.parametrize("service, count", [("apigateway", 124), ("lambda", 91)])
def test_the_model_has_the_operations_we_were_written_for(service, count):
    assert len(load(service).operations) >= count


@pytest.mark.parametrize("service, name", OPERATIONS)
def test_every_shape_of_an_operation_can_be_walked(service, name):
    operation = load(service).operations[name]
    seen = set()

    def walk(shape):
        if shape is None or shape.name in seen:
            return
        seen.add(shape.name)
        assert (shape.matches is None) == (shape.pattern is None)
        if shape.type in {"list", "map"}:
            walk(shape.element)
        for member in shape.members if shape.type == "structure" else ():
            walk(member.shape)

    walk(operation.input)
    walk(operation.output)
    assert operation.function.islower()


def test_a_service_is_read_once():
    assert load("lambda") is load("lambda")


def test_content_handling_has_our_third_value_and_does_not_advertise_it():
    shape = load("apigateway").shape("ContentHandlingStrategy")
    assert "PASSTHROUGH" in shape.enum
    assert "PASSTHROUGH" not in shape.listed


def test_a_pattern_of_javas_letters_fits_letters_digits_and_spaces():
    assert load("lambda").shape("TagValue").matches.fullmatch("Größe 5_a")
    assert not load("lambda").shape("TagValue").matches.fullmatch("a*b")
