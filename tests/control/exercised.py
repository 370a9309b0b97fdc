"""Every operation of API Gateway that is answered, and a test that has boto3 call it.

The table is kept honest from both sides: ``test_operations.py`` compares it with botocore's model,
and a test that stands in it fails when boto3 did not get an answer to its operation during it.
"""

import botocore.session
from botocore import xform_name

TABLE: dict[str, dict[str, str]] = {
    "test_account": {
        "get_account": "test_a_role_is_kept_for_an_account_and_a_region",
        "update_account": "test_a_role_is_kept_for_an_account_and_a_region",
    },
    "test_api_keys": {
        "create_api_key": "test_keys_come_in_pages",
        "delete_api_key": "test_a_value_is_one_keys_until_that_is_deleted",
        "get_api_key": "test_a_deleted_stage_has_no_keys",
        "get_api_keys": "test_keys_come_in_pages",
        "import_api_keys": "test_a_file_makes_keys_with_places_in_plans",
        "update_api_key": "test_patching_the_stages_of_a_key",
    },
    "test_authorizers": {
        "create_authorizer": "test_patching_the_pools_of_an_authorizer",
        "delete_authorizer": "test_an_authorizer_that_a_method_names_stays_as_it_is",
        "get_authorizer": "test_a_jwt_authorizer_has_its_issuers_and_no_time_to_live",
        "get_authorizers": "test_an_authorizer_that_a_method_names_stays_as_it_is",
        "update_authorizer": "test_patching_the_pools_of_an_authorizer",
    },
    "test_base_path_mappings": {
        "create_base_path_mapping": "test_patching_a_mapping_can_move_it",
        "delete_base_path_mapping": "test_a_mapping_spells_out_what_is_empty",
        "get_base_path_mapping": "test_a_mapping_spells_out_what_is_empty",
        "get_base_path_mappings": "test_patching_a_mapping_can_move_it",
        "update_base_path_mapping": "test_patching_a_mapping_can_move_it",
    },
    "test_client_certificates": {
        "delete_client_certificate": "test_a_certificate_that_a_stage_names_stays",
        "generate_client_certificate": "test_two_certificates_have_keys_of_their_own",
        "get_client_certificate": "test_a_certificate_is_found_listed_and_patched",
        "get_client_certificates": "test_a_certificate_is_found_listed_and_patched",
        "update_client_certificate": "test_a_certificate_is_found_listed_and_patched",
    },
    "test_deployments": {
        "create_deployment": "test_a_deployment_in_use_is_not_deleted",
        "delete_deployment": "test_a_deployment_in_use_is_not_deleted",
        "get_deployment": "test_a_summary_lists_the_methods_when_embedded",
        "get_deployments": "test_what_the_gateway_cannot_serve_is_not_deployed",
        "update_deployment": "test_only_the_description_of_a_deployment_can_change",
    },
    "test_documentation_parts": {
        "create_documentation_part": "test_parts_come_in_pages",
        "delete_documentation_part": "test_deleting_a_part",
        "get_documentation_part": "test_patching_what_a_part_says",
        "get_documentation_parts": "test_parts_come_in_pages",
        "import_documentation_parts": "test_yaml_can_be_imported",
        "update_documentation_part": "test_patching_what_a_part_says",
    },
    "test_documentation_versions": {
        "create_documentation_version": "test_a_version_is_made_and_shown",
        "delete_documentation_version": "test_a_version_that_a_stage_names_stays",
        "get_documentation_version": "test_patching_a_version",
        "get_documentation_versions": "test_a_version_is_made_and_shown",
        "update_documentation_version": "test_patching_a_version",
    },
    "test_domain_name_access_associations": {
        "create_domain_name_access_association": "test_an_association_can_be_deleted",
        "delete_domain_name_access_association": "test_an_association_can_be_deleted",
        "get_domain_name_access_associations": "test_an_association_can_be_deleted",
        "reject_domain_name_access_association": "test_an_association_can_be_rejected_for_its_domain_alone",
    },
    "test_domain_names": {
        "create_domain_name": "test_domains_are_listed_and_deleted_with_their_mappings",
        "delete_domain_name": "test_domains_are_listed_and_deleted_with_their_mappings",
        "get_domain_name": "test_a_certificate_says_when_it_came",
        "get_domain_names": "test_domains_are_listed_and_deleted_with_their_mappings",
        "update_domain_name": "test_patching_a_domain",
    },
    "test_gateway_responses": {
        "delete_gateway_response": "test_deleting_brings_the_default_back",
        "get_gateway_response": "test_patching_takes_over_what_the_family_says",
        "get_gateway_responses": "test_the_list_comes_in_pages",
        "put_gateway_response": "test_patching_takes_over_what_the_family_says",
        "update_gateway_response": "test_patching_takes_over_what_the_family_says",
    },
    "test_imports": {
        "import_rest_api": "test_warnings_are_listed_and_with_failonwarnings_they_stop_the_import",
        "put_rest_api": "test_a_merge_keeps_the_ids_of_validators_of_the_same_name",
    },
    "test_integrations": {
        "delete_integration": "test_deleting_an_integration",
        "delete_integration_response": "test_patching_and_deleting_an_integration_response",
        "get_integration": "test_what_is_given_comes_back",
        "get_integration_response": "test_an_integration_response_comes_back_as_it_was_put",
        "put_integration": "test_what_is_given_comes_back",
        "put_integration_response": "test_patching_and_deleting_an_integration_response",
        "update_integration": "test_a_lambda_proxy_is_switched_together_with_its_uri",
        "update_integration_response": "test_patching_and_deleting_an_integration_response",
    },
    "test_methods": {
        "delete_method": "test_deleting_a_method_leaves_the_others",
        "delete_method_response": "test_a_method_response_is_taken_back",
        "get_method": "test_what_is_given_comes_back",
        "get_method_response": "test_a_method_response_comes_back_as_it_was_put",
        "put_method": "test_what_is_given_comes_back",
        "put_method_response": "test_a_method_response_comes_back_as_it_was_put",
        "update_method": "test_patching_a_method",
        "update_method_response": "test_updating_a_method_response_is_created_on_the_wire",
    },
    "test_models": {
        "create_model": "test_what_is_given_comes_back",
        "delete_model": "test_a_built_in_model_can_be_deleted",
        "get_model": "test_patching_a_model",
        "get_model_template": "test_a_template_is_made_from_a_model_and_those_that_it_names",
        "get_models": "test_what_is_given_comes_back",
        "update_model": "test_patching_a_model",
    },
    "test_request_validators": {
        "create_request_validator": "test_what_is_given_comes_back",
        "delete_request_validator": "test_a_validator_in_use_stays",
        "get_request_validator": "test_what_is_given_comes_back",
        "get_request_validators": "test_what_is_given_comes_back",
        "update_request_validator": "test_patching_a_validator",
    },
    "test_resources": {
        "create_resource": "test_a_new_path_says_where_it_is",
        "delete_resource": "test_deleting_a_path_takes_what_is_below_it",
        "get_resource": "test_the_root_has_an_id_and_a_path_only",
        "get_resources": "test_moving_a_path_moves_all_below_it",
        "update_resource": "test_moving_a_path_moves_all_below_it",
    },
    "test_rest_apis": {
        "create_rest_api": "test_what_is_given_comes_back",
        "delete_rest_api": "test_an_api_that_a_domain_leads_to_is_not_deleted",
        "get_rest_api": "test_a_new_api_has_the_recorded_defaults_and_nothing_else",
        "get_rest_apis": "test_apis_are_listed_in_pages_that_survive_deleting",
        "update_rest_api": "test_patching_an_api",
    },
    "test_exports": {"get_export": "test_an_export_is_a_file_to_save"},
    "test_sdks": {
        "get_sdk": "test_a_client_is_the_same_file_each_time",
        "get_sdk_type": "test_the_types_are_those_of_aws_and_python",
        "get_sdk_types": "test_the_types_are_those_of_aws_and_python",
    },
    "test_stage_caches": {
        "flush_stage_authorizers_cache": "test_flushing_raises_the_epoch_of_that_cache_alone",
        "flush_stage_cache": "test_epochs_are_not_shown",
    },
    "test_stages": {
        "create_stage": "test_what_is_given_comes_back",
        "delete_stage": "test_deleting_a_stage_keeps_its_deployment",
        "get_stage": "test_what_is_given_comes_back",
        "get_stages": "test_stages_are_listed_by_deployment",
        "update_stage": "test_what_was_set_can_be_removed",
    },
    "test_tags": {
        "get_tags": "test_tags_are_added_and_removed",
        "tag_resource": "test_tags_of_an_api_are_its_own",
        "untag_resource": "test_tags_are_added_and_removed",
    },
    "test_test_invoke": {
        "test_invoke_method": "test_bytes_that_are_no_text_come_as_base64",
    },
    "test_test_invoke_authorizer": {
        "test_invoke_authorizer": "test_what_is_asked_reaches_the_gateway_with_the_authorizer_as_it_is",
    },
    "test_usage": {
        "create_usage_plan_key": "test_keys_of_a_plan_come_in_pages",
        "get_usage": "test_keys_of_a_plan_come_in_pages",
        "update_usage": "test_more_can_be_given_and_taken_in_the_present_window",
    },
    "test_usage_plans": {
        "create_usage_plan": "test_what_is_given_comes_back",
        "delete_usage_plan": "test_a_plan_that_leads_to_a_stage_stays",
        "delete_usage_plan_key": "test_a_key_has_a_place_in_a_plan_until_it_is_taken_from_it",
        "get_usage_plan": "test_what_is_given_comes_back",
        "get_usage_plan_key": "test_a_key_has_a_place_in_a_plan_until_it_is_taken_from_it",
        "get_usage_plan_keys": "test_a_deleted_key_has_no_place_in_a_plan",
        "get_usage_plans": "test_what_is_given_comes_back",
        "update_usage_plan": "test_stages_are_added_once",
    },
    "test_vpc_links": {
        "create_vpc_link": "test_a_link_is_available_at_once",
        "delete_vpc_link": "test_a_link_can_be_renamed_described_and_deleted",
        "get_vpc_link": "test_a_link_is_available_at_once",
        "get_vpc_links": "test_a_link_is_available_at_once",
        "update_vpc_link": "test_a_link_can_be_renamed_described_and_deleted",
    },
}
"""File of ``operations/`` → operation → test."""


def every_operation() -> set[str]:
    """Return boto3's names of the operations in botocore's model."""
    model = botocore.session.get_session().get_service_model("apigateway")
    return {xform_name(name) for name in model.operation_names}


class Answered:
    """Operations that boto3 has got an answer to since it was last asked."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def watch(self, client) -> None:
        """Notice what a client is answered."""
        client.meta.events.register("after-call.apigateway.*", self._note)

    def _note(self, http_response, model, **_) -> None:
        if http_response.status_code < 300:
            self._seen.add(xform_name(model.name))

    def take(self) -> set[str]:
        """Return them and forget them."""
        seen, self._seen = self._seen, set()
        return seen


def promised(node) -> set[str]:
    """Return the operations that the table says a test calls."""
    named = TABLE.get(node.path.stem, {}) if node.path.parent.name == "operations" else {}
    return {operation for operation, test in named.items() if test == node.originalname}
