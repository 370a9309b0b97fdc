"""Put a gateway in front of an image-resizing service, on http://localhost:8080/images.

octetgate serve &
python resizer.py --port 9000 &
python build.py
"""

import os

import boto3

ENDPOINT = os.environ.get("OCTETGATE_ENDPOINT", "http://127.0.0.1:8081")
GATEWAY = os.environ.get("OCTETGATE_GATEWAY", "http://localhost:8080")
# Any credentials will do; the region is the one in every ARN.
CALLER = {
    "endpoint_url": ENDPOINT,
    "region_name": "us-east-1",
    "aws_access_key_id": "any",
    "aws_secret_access_key": "any",
}
SERVICE = os.environ.get("RESIZER", "http://127.0.0.1:9000/upload")


def main() -> None:
    """Build the API, give it a domain name, and say how to call it."""
    gateway = boto3.client("apigateway", **CALLER)
    api = gateway.create_rest_api(
        name="Images", binaryMediaTypes=["image/jpeg", "image/png", "application/octet-stream"]
    )
    resource = gateway.create_resource(
        restApiId=api["id"], parentId=api["rootResourceId"], pathPart="images"
    )
    method = {"restApiId": api["id"], "resourceId": resource["id"], "httpMethod": "POST"}
    gateway.put_method(**method, authorizationType="NONE")
    gateway.put_integration(**method, type="HTTP_PROXY", integrationHttpMethod="POST", uri=SERVICE)
    # Ours, not AWS's: every answer as it came, whatever the client accepts.
    gateway.put_integration_response(**method, statusCode="200", contentHandling="PASSTHROUGH")
    gateway.create_deployment(restApiId=api["id"], stageName="v1")
    # A domain name spares the callers the API's id and the stage.
    gateway.create_domain_name(domainName="localhost")
    gateway.create_base_path_mapping(
        domainName="localhost", restApiId=api["id"], stage="v1", basePath="(none)"
    )
    print(
        f"curl -X POST {GATEWAY}/images -H 'Content-Type: image/jpeg' "
        "--data-binary @my_image.jpg > small.jpg"
    )


if __name__ == "__main__":
    main()
