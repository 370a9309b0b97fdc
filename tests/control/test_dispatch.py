import pytest
from botocore.exceptions import ClientError

from octetgate.control import dispatch
from octetgate.control.wire.service import SERVICES, load

OPERATIONS = [
    pytest.param(service, operation, id=f"{service}-{operation.function}")
    for service in SERVICES
    for operation in load(service).operations.values()
]

# Written out, so that an operation cannot stop being answered unnoticed.
ANSWERED = {
    "apigateway": """
        create_rest_api get_rest_api get_rest_apis update_rest_api delete_rest_api
        create_resource get_resource get_resources update_resource delete_resource
        put_method get_method update_method delete_method
        put_method_response get_method_response update_method_response delete_method_response
        put_integration get_integration update_integration delete_integration
        put_integration_response get_integration_response update_integration_response
        delete_integration_response
        create_request_validator get_request_validator get_request_validators
        update_request_validator delete_request_validator
        put_gateway_response get_gateway_response get_gateway_responses
        update_gateway_response delete_gateway_response
        create_deployment get_deployment get_deployments update_deployment delete_deployment
        create_stage get_stage get_stages update_stage delete_stage
        create_domain_name get_domain_name get_domain_names update_domain_name delete_domain_name
        create_base_path_mapping get_base_path_mapping get_base_path_mappings
        update_base_path_mapping delete_base_path_mapping
        create_vpc_link get_vpc_link get_vpc_links update_vpc_link delete_vpc_link
        tag_resource untag_resource get_tags
        test_invoke_method
    """,
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
        invoke add_permission remove_permission get_policy
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


def test_boto3_sees_the_refusal(gw):
    with pytest.raises(ClientError) as refused:
        gw.get_account()
    assert refused.value.response["Error"]["Code"] == "NotImplementedException"
    assert "GetAccount" in refused.value.response["Error"]["Message"]
