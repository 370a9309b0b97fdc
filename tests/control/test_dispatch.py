import pytest
from botocore.exceptions import ClientError
from tests.control.exercised import TABLE

from octetgate.control import dispatch
from octetgate.control.wire.service import SERVICES, load

OPERATIONS = [
    pytest.param(service, operation, id=f"{service}-{operation.function}")
    for service in SERVICES
    for operation in load(service).operations.values()
]

# Written out, so that an operation cannot stop being answered unnoticed.
ANSWERED = {
    "apigateway": " ".join(name for names in TABLE.values() for name in names),
    "lambda": """
        create_function get_function get_function_configuration list_functions
        update_function_code update_function_configuration delete_function
        publish_version list_versions_by_function
        create_alias get_alias update_alias delete_alias list_aliases
        put_function_concurrency get_function_concurrency delete_function_concurrency
        put_function_event_invoke_config update_function_event_invoke_config
        get_function_event_invoke_config delete_function_event_invoke_config
        list_function_event_invoke_configs
        publish_layer_version get_layer_version get_layer_version_by_arn list_layers
        list_layer_versions delete_layer_version
        tag_resource untag_resource list_tags get_account_settings
        create_function_url_config get_function_url_config update_function_url_config
        delete_function_url_config list_function_url_configs
        invoke invoke_with_response_stream add_permission remove_permission get_policy
    """,
}


def test_the_operations_that_are_answered_are_those_promised():
    promised = {(service, name) for service in SERVICES for name in ANSWERED[service].split()}
    assert set(dispatch.table()) == promised


@pytest.mark.parametrize("service, operation", OPERATIONS)
def test_an_operation_is_answered_or_says_that_it_is_not(service, operation, call_raw):
    path = operation.uri.replace("{", "").replace("}", "")
    status, headers, body = call_raw(operation.method, path, body=b"")
    code = headers.get("x-amzn-errortype")
    if operation.function in ANSWERED[service].split():
        assert status != 501
    else:
        assert (status, code) == (501, "NotImplementedException")
        assert body["message"] == f"{operation.name} ({service}) is not supported by octetgate yet"


def test_boto3_sees_the_refusal(lam):
    with pytest.raises(ClientError) as refused:
        lam.list_code_signing_configs()
    assert refused.value.response["Error"]["Code"] == "NotImplementedException"
    assert "ListCodeSigningConfigs" in refused.value.response["Error"]["Message"]
