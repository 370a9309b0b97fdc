"""An API as boto3 shows it, with names where ids are, so that two can be compared."""

import json

from octetgate.core.model.schema import built_in_models

BORN_WITH = {model.schema for model in built_in_models().values()}
"""The models that are there unless a definition has others of their names."""


def described(gw, api):
    """Return all that a definition can say of an API, and nothing that is chosen at random."""
    place = {"restApiId": api}
    shown = gw.get_rest_api(**place)
    authorizers = gw.get_authorizers(**place, limit=500)["items"]
    validators = gw.get_request_validators(**place, limit=500)["items"]
    names = {each["id"]: each["name"] for each in [*authorizers, *validators]}
    resources = gw.get_resources(**place, limit=500, embed=["methods"])["items"]
    if "policy" in shown:
        # AWS shows it with a backslash before each quote.
        shown["policy"] = json.loads(json.loads(f'"{shown["policy"]}"').replace(api, "API"))
    found = {
        "api": without(
            shown, "id", "createdDate", "rootResourceId", "tags", "apiStatus", "ResponseMetadata"
        ),
        "models": {
            each["name"]: json.loads(each["schema"].replace(api, "API"))
            for each in gw.get_models(**place, limit=500)["items"]
            if each["schema"] not in BORN_WITH
        },
        "authorizers": {each["name"]: without(each, "id", "name") for each in authorizers},
        "validators": {each["name"]: without(each, "id", "name") for each in validators},
        "gatewayResponses": {
            each["responseType"]: without(each, "responseType", "defaultResponse")
            for each in gw.get_gateway_responses(**place, limit=500)["items"]
            if not each["defaultResponse"]
        },
        "documentation": [
            without(each, "id") for each in gw.get_documentation_parts(**place, limit=500)["items"]
        ],
        "documentationVersions": [
            each["version"] for each in gw.get_documentation_versions(**place, limit=500)["items"]
        ],
        "paths": {
            each["path"]: {
                verb: method(given, each["id"], names)
                for verb, given in sorted(each.get("resourceMethods", {}).items())
            }
            for each in sorted(resources, key=lambda each: each["path"])
        },
    }
    return {key: value for key, value in found.items() if value}


def method(given, resource, names):
    shown = without(given, "httpMethod")
    for key in ("authorizerId", "requestValidatorId"):
        if key in shown:
            shown[key] = names[shown[key]]
    behind = dict(shown.get("methodIntegration", {}))
    if behind.get("cacheNamespace") == resource:
        del behind["cacheNamespace"]
    return {**shown, "methodIntegration": behind} if behind else shown


def without(given, *names):
    return {key: value for key, value in given.items() if key not in names}
