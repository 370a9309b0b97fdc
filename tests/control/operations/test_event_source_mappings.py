import uuid

from tests.control.packages import create
from tests.control.refusals import refused


def test_there_are_none(lam):
    name = f"f-{uuid.uuid4().hex}"
    create(lam, name)
    assert lam.list_event_source_mappings()["EventSourceMappings"] == []
    assert lam.list_event_source_mappings(FunctionName=name)["EventSourceMappings"] == []
    code, status, _ = refused(lam.list_event_source_mappings, FunctionName="nope")
    assert (code, status) == ("ResourceNotFoundException", 404)
