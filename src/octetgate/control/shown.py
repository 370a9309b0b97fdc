"""Records as the API shows them, where that is not simply all of their members."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from octetgate.control.calls import Members
from octetgate.control.records import parts
from octetgate.core.model.api import Method, Resource, RestApi
from octetgate.core.model.integration import Integration
from octetgate.core.model.stage import Stage


def shown_api(rest_api: RestApi) -> Members:
    """Return an API as the API shows it: its policy with a backslash before each quote.

    A status has been recorded of no API that lacks the settings which take time to change.
    """
    policy = json.dumps(rest_api.policy)[1:-1] if rest_api.policy else None
    changes_slowly = rest_api.security_policy or rest_api.endpoint_access_mode
    status = "AVAILABLE" if changes_slowly else None
    return {**parts(rest_api), "policy": policy, "apiStatus": status}


def shown_resource(resource: Resource, *, embed: Collection[str] = ()) -> Members:
    """Return a resource as the API shows it: verbs only, unless ``embed`` says ``methods``."""
    methods: Mapping[str, Any] = {
        verb: shown_method(method) if "methods" in embed else {}
        for verb, method in resource.resource_methods.items()
    }
    return {
        "id": resource.id,
        "parentId": resource.parent_id,
        "pathPart": resource.path_part,
        "path": resource.path,
        "resourceMethods": methods or None,
    }


def shown_method(method: Method) -> Members:
    """Return a method as the API shows it."""
    integration = method.method_integration
    return {
        **parts(method),
        "methodResponses": method.method_responses or None,
        "methodIntegration": shown_integration(integration) if integration else None,
    }


def shown_integration(integration: Integration) -> Members:
    """Return an integration as the API shows it."""
    responses = integration.integration_responses or None
    return {**parts(integration), "integrationResponses": responses}


def shown_stage(stage: Stage) -> Members:
    """Return a stage as the API shows it."""
    # A cache is there as soon as it is asked for.
    status = "AVAILABLE" if stage.cache_cluster_enabled else "NOT_AVAILABLE"
    return {**parts(stage), "cacheClusterStatus": status, "tags": stage.tags or None}
