"""What every function is given by the server that runs it."""

from octetgate.server.functions import shared_variables
from octetgate.server.settings import Settings, load

KEYS = {"AWS_ACCESS_KEY_ID": "ours", "AWS_SECRET_ACCESS_KEY": "secret"}
PLACES = {"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:8000", "AWS_ENDPOINT_URL_SFN": "http://x"}


def test_functions_have_no_credentials_of_ours_unless_that_is_said():
    assert shared_variables(load(Settings, environ={**KEYS, **PLACES})) == {}


def test_functions_may_have_what_integrations_find_services_by():
    said = {"OCTETGATE_FUNCTION_CREDENTIALS": "on"}
    settings = load(Settings, environ={**KEYS, **PLACES, **said})
    assert shared_variables(settings) == {**KEYS, **PLACES}
