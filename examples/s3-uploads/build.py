"""Put an S3 bucket behind an API: PUT stores an object, GET fetches it, byte for byte.

moto_server -p 5000 &
AWS_ENDPOINT_URL=http://127.0.0.1:5000 AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any \
    octetgate serve &
python build.py
"""

import os
from typing import Any

import boto3

ENDPOINT = os.environ.get("OCTETGATE_ENDPOINT", "http://127.0.0.1:8081")
GATEWAY = os.environ.get("OCTETGATE_GATEWAY", "http://127.0.0.1:8080")
S3 = os.environ.get("AWS_ENDPOINT_URL", "http://127.0.0.1:5000")
# Any credentials will do; the region is the one in every ARN.
CALLER = {
    "region_name": "us-east-1",
    "aws_access_key_id": "any",
    "aws_secret_access_key": "any",
}
BUCKET = "pictures"

KEY = {"integration.request.path.key": "method.request.path.key"}
# What the client says of its object is stored with it only if it is mapped.
TYPE = {"integration.request.header.Content-Type": "method.request.header.Content-Type"}
# The same on the way back: of S3's headers, those that are mapped reach the client.
ANSWER = {
    "method.response.header.Content-Type": "integration.response.header.Content-Type",
    "method.response.header.ETag": "integration.response.header.ETag",
}


def serve(gateway: Any, api: str, resource: str, verb: str, parameters: dict[str, str]) -> None:
    """Lead a verb of a resource to the same verb of the bucket."""
    method = {"restApiId": api, "resourceId": resource, "httpMethod": verb}
    gateway.put_method(
        **method,
        authorizationType="NONE",
        requestParameters=dict.fromkeys(parameters.values(), False),
    )
    gateway.put_integration(
        **method,
        type="AWS",
        integrationHttpMethod=verb,
        uri=f"arn:aws:apigateway:us-east-1:s3:path/{BUCKET}/{{key}}",
        credentials="arn:aws:iam::000000000000:role/api",
        requestParameters=parameters,
    )
    for status, pattern in (("200", None), ("404", "404")):
        gateway.put_method_response(
            **method, statusCode=status, responseParameters=dict.fromkeys(ANSWER, False)
        )
        chosen = {"selectionPattern": pattern} if pattern else {}
        gateway.put_integration_response(
            **method, statusCode=status, responseParameters=ANSWER, **chosen
        )


def main() -> None:
    """Make the bucket, build the API, deploy it, and say how to call it."""
    boto3.client("s3", endpoint_url=S3, **CALLER).create_bucket(Bucket=BUCKET)
    gateway = boto3.client("apigateway", endpoint_url=ENDPOINT, **CALLER)

    # Without the list, bytes that are no UTF-8 would be replaced on the way in and out.
    api = gateway.create_rest_api(name="Pictures", binaryMediaTypes=["*/*"])
    resource = gateway.create_resource(
        restApiId=api["id"], parentId=api["rootResourceId"], pathPart="{key+}"
    )["id"]
    serve(gateway, api["id"], resource, "PUT", {**KEY, **TYPE})
    serve(gateway, api["id"], resource, "GET", KEY)
    gateway.create_deployment(restApiId=api["id"], stageName="live")

    url = f"{GATEWAY}/restapis/{api['id']}/live/_user_request_/2026/picture.png"
    print(f'curl --upload-file picture.png -H "Content-Type: image/png" {url}')
    print(f"curl {url} > same.png")


if __name__ == "__main__":
    main()
