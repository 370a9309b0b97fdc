"""The demo's two APIs, built as anyone would: with boto3, through the management port."""

import contextlib
from typing import Any

from octetgate.cli.console import Trouble
from octetgate.cli.functions import create_function, from_blueprint

# The names are the demo's own, so that it replaces nothing but what it built before.
FUNCTION = "demo-thumbnail"
THUMBNAIL_ID = "thumbnail1"
IMAGES_ID = "imageproxy"
DOMAIN = "localhost"
STAGE = "demo"

# Exactly the launch article's.
TEMPLATE = """{
  "operation": "thumbnail",
  "base64Image": "$input.body"
}"""


def clear(gateway: Any, functions: Any) -> None:
    """Remove what an earlier demo built; Trouble if the domain name is someone else's."""
    gone = (gateway.exceptions.NotFoundException, functions.exceptions.ResourceNotFoundException)
    with contextlib.suppress(*gone):
        mappings = gateway.get_base_path_mappings(domainName=DOMAIN).get("items", [])
        if any(each["restApiId"] != IMAGES_ID for each in mappings):
            raise Trouble(
                f"the demo wants the domain name {DOMAIN}, which is mapped to an API of yours; "
                "give the demo a data folder of its own with --data"
            )
        gateway.delete_domain_name(domainName=DOMAIN)
    for api in (THUMBNAIL_ID, IMAGES_ID):
        with contextlib.suppress(*gone):
            gateway.delete_rest_api(restApiId=api)
    with contextlib.suppress(*gone):
        functions.delete_function(FunctionName=FUNCTION)


def build_thumbnail(gateway: Any, functions: Any) -> str:
    """Build the launch article's API; return the path that it is called by."""
    arn = create_function(functions, FUNCTION, from_blueprint("image-processing-service"))
    api = gateway.create_rest_api(
        name="Thumbnail", description="Makes thumbnails of PNGs", tags={"_custom_id_": THUMBNAIL_ID}
    )
    method = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "POST"}
    gateway.put_method(**method, authorizationType="NONE")
    gateway.put_method_response(**method, statusCode="200")
    # What the console's dialog "Add Permission to Lambda Function" does.
    functions.add_permission(
        FunctionName=FUNCTION,
        StatementId="api-gateway",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=_execute_api_arn(arn, api["id"], "*/POST/"),
    )
    region = gateway.meta.region_name
    gateway.put_integration(
        **method,
        type="AWS",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations",
        passthroughBehavior="WHEN_NO_TEMPLATES",
        contentHandling="CONVERT_TO_TEXT",
        requestTemplates={"image/png": TEMPLATE},
    )
    gateway.put_integration_response(**method, statusCode="200")
    gateway.update_rest_api(
        restApiId=api["id"],
        patchOperations=[{"op": "add", "path": "/binaryMediaTypes/image~1png"}],
    )
    gateway.create_deployment(restApiId=api["id"], stageName=STAGE)
    return f"/restapis/{api['id']}/{STAGE}/_user_request_/"


def build_images(gateway: Any, upload_url: str) -> None:
    """Build the second text's API: ``http://localhost/images``, without a stage in the path.

    Requests follow the media types, as on AWS: a body without a Content-Type is JSON text.
    ``PASSTHROUGH`` on the integration response leaves every answer as it is, also for a client
    that, like curl, accepts anything.
    """
    api = gateway.create_rest_api(
        name="Images",
        binaryMediaTypes=["image/jpeg", "image/png", "application/octet-stream"],
        tags={"_custom_id_": IMAGES_ID},
    )
    resource = gateway.create_resource(
        restApiId=api["id"], parentId=api["rootResourceId"], pathPart="images"
    )
    method = {"restApiId": api["id"], "resourceId": resource["id"], "httpMethod": "POST"}
    gateway.put_method(**method, authorizationType="NONE")
    gateway.put_integration(
        **method, type="HTTP_PROXY", integrationHttpMethod="POST", uri=upload_url
    )
    gateway.put_integration_response(**method, statusCode="200", contentHandling="PASSTHROUGH")
    gateway.create_deployment(restApiId=api["id"], stageName=STAGE)
    gateway.create_domain_name(domainName=DOMAIN)
    gateway.create_base_path_mapping(
        domainName=DOMAIN, restApiId=api["id"], stage=STAGE, basePath="(none)"
    )


def _execute_api_arn(function_arn: str, api_id: str, path: str) -> str:
    _, _, _, region, account, *_ = function_arn.split(":")
    return f"arn:aws:execute-api:{region}:{account}:{api_id}/{path}"
