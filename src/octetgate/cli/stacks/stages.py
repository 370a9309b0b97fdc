"""``AWS::ApiGateway::Deployment`` and ``Stage``, and what leads to stages."""

from collections.abc import Iterator, Mapping
from typing import Any

from octetgate.cli.stacks.stack import Made, Stack, replacing, tags

_SETTINGS = {
    "CacheDataEncrypted": "caching/dataEncrypted",
    "CacheTtlInSeconds": "caching/ttlInSeconds",
    "CachingEnabled": "caching/enabled",
    "DataTraceEnabled": "logging/dataTrace",
    "LoggingLevel": "logging/loglevel",
    "MetricsEnabled": "metrics/enabled",
    "ThrottlingBurstLimit": "throttling/burstLimit",
    "ThrottlingRateLimit": "throttling/rateLimit",
}
"""Property of a method setting → path of its patch."""
_CHANGED = {
    "Description": "/description",
    "CacheClusterEnabled": "/cacheClusterEnabled",
    "CacheClusterSize": "/cacheClusterSize",
    "ClientCertificateId": "/clientCertificateId",
    "DocumentationVersion": "/documentationVersion",
    "TracingEnabled": "/tracingEnabled",
}


_PATCHED = ("MethodSettings", "AccessLogSetting", "StageDescription")


def deployment(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Freeze the API as it is."""
    described = properties.get("StageDescription") or {}
    if isinstance(described, str):
        described = {"Description": described}
    more = {key: value for key, value in described.items() if key != "Description"}
    said = {**more, **properties, "StageDescription": described.get("Description")}
    members = stack.members("CreateDeployment", said, _PATCHED)
    made = stack.gateway.create_deployment(**members)
    if "stageName" in members:
        place = (members["restApiId"], members["stageName"])
        stack.stages.append(place)
        _patch(stack, place, [*_settings(described), *_access_log(described)])
    return Made(made["id"], {"DeploymentId": made["id"]})


def stage(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Serve a deployment under a name; a stage that is there already serves it from now on."""
    said = {"StageName": "default", **properties}
    place = (said["RestApiId"], said["StageName"])
    known = stack.gateway.get_stages(restApiId=place[0])["item"]
    before = next((each for each in known if each["stageName"] == place[1]), None)
    stack.stages.append(place)
    if before is None:
        tagged = {**said, "Tags": tags(properties)}
        members = stack.members("CreateStage", tagged, _PATCHED)
        stack.gateway.create_stage(**members)
        patches = []
    else:
        patches = [replacing("/deploymentId", said["DeploymentId"])]
        patches += [replacing(path, said[key]) for key, path in _CHANGED.items() if key in said]
        patches += _variables(before.get("variables", {}), said.get("Variables") or {})
    _patch(stack, place, [*patches, *_settings(properties), *_access_log(properties)])
    return Made(place[1], note="changed" if before else "made")


def account(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Name the role that the account writes logs with."""
    if role := properties.get("CloudWatchRoleArn"):
        _name_role(stack, str(role))
    return Made(logical, {"Id": logical}, "named")


def _name_role(stack: Stack, role: str) -> None:
    stack.gateway.update_account(patchOperations=[replacing("/cloudwatchRoleArn", role)])


def _allow_logs(stack: Stack, patches: list[dict[str, str]]) -> None:
    """Name a role for logs if a stage wants them and the account has none.

    A template may leave that to the account, which on AWS has been set up once.
    """
    wanted = any(each["path"].endswith("/logging/loglevel") for each in patches)
    if wanted and not stack.gateway.get_account().get("cloudwatchRoleArn"):
        _name_role(stack, f"arn:aws:iam::{stack.account}:role/{stack.called('logs')}")


def api_key(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Make a key; one that is there already keeps its value."""
    said = {"Name": stack.called(logical), "Enabled": True, **properties}
    known = stack.gateway.get_api_keys(nameQuery=said["Name"], limit=500)["items"]
    before = next((each for each in known if each["name"] == said["Name"]), None)
    said["Tags"] = tags(properties)
    if before is None:
        before = stack.gateway.create_api_key(**stack.members("CreateApiKey", said))
        return Made(before["id"], {"APIKeyId": before["id"]})
    return Made(before["id"], {"APIKeyId": before["id"]}, "kept")


def usage_plan(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Make a plan anew; its keys are the template's to add."""
    said = {**properties, "Name": properties.get("UsagePlanName") or stack.called(logical)}
    pages = stack.gateway.get_paginator("get_usage_plans").paginate()
    for each in [each for page in pages for each in page["items"]]:
        if each["name"] == said["Name"]:
            _empty_plan(stack, each)
            stack.gateway.delete_usage_plan(usagePlanId=each["id"])
    said["Tags"] = tags(properties)
    made = stack.gateway.create_usage_plan(
        **stack.members("CreateUsagePlan", said, ["UsagePlanName"])
    )
    return Made(made["id"], {"Id": made["id"]})


def usage_plan_key(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Let a key into a plan's stages."""
    made = stack.gateway.create_usage_plan_key(**stack.members("CreateUsagePlanKey", properties))
    return Made(made["id"], {"Id": made["id"]})


def vpc_link(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Make a VPC link, unless there is one of the name."""
    said = {"Name": stack.called(logical), **properties, "Tags": tags(properties)}
    known = stack.gateway.get_vpc_links(limit=500)["items"]
    before = next((each for each in known if each["name"] == said["Name"]), None)
    made = before or stack.gateway.create_vpc_link(**stack.members("CreateVpcLink", said))
    return Made(made["id"], {"VpcLinkId": made["id"]}, "kept" if before else "made")


def client_certificate(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Make a certificate, unless there is one of the description."""
    text = properties.get("Description") or stack.called(logical)
    known = stack.gateway.get_client_certificates(limit=500)["items"]
    before = next((each for each in known if each.get("description") == text), None)
    made = before or stack.gateway.generate_client_certificate(description=text)
    identifier = made["clientCertificateId"]
    return Made(identifier, {"ClientCertificateId": identifier}, "kept" if before else "made")


def _empty_plan(stack: Stack, plan: Mapping[str, Any]) -> None:
    """Take a plan's stages from it: a plan that has some cannot be deleted."""
    gone = [
        {"op": "remove", "path": "/apiStages", "value": f"{each['apiId']}:{each['stage']}"}
        for each in plan.get("apiStages", ())
    ]
    if gone:
        stack.gateway.update_usage_plan(usagePlanId=plan["id"], patchOperations=gone)


def _patch(stack: Stack, place: tuple[str, str], patches: list[dict[str, str]]) -> None:
    if patches:
        _allow_logs(stack, patches)
        api, name = place
        stack.gateway.update_stage(restApiId=api, stageName=name, patchOperations=patches)


def _variables(before: Mapping[str, str], now: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for name in before.keys() - now.keys():
        yield {"op": "remove", "path": f"/variables/{name}"}
    for name, value in now.items():
        yield replacing(f"/variables/{name}", value)


def _settings(properties: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for each in properties.get("MethodSettings") or ():
        # `/*` with the verb `*` stands for every method, as `*/*` does.
        path = str(each.get("ResourcePath", "/*"))
        resource = "*" if path == "/*" else path.replace("~", "~0").replace("/", "~1")
        for name, below in _SETTINGS.items():
            if name in each:
                yield replacing(f"/{resource}/{each.get('HttpMethod', '*')}/{below}", each[name])


def _access_log(properties: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    given = properties.get("AccessLogSetting") or {}
    for name, below in (("DestinationArn", "destinationArn"), ("Format", "format")):
        if given.get(name):
            yield replacing(f"/accessLogSettings/{below}", given[name])
