"""Build AWS's launch example of binary support: a PNG is POSTed, its thumbnail comes back.

octetgate serve &
octetgate functions create thumbnail --blueprint image-processing-service
python build.py
"""

import os

import boto3

ENDPOINT = os.environ.get("OCTETGATE_ENDPOINT", "http://127.0.0.1:8081")
GATEWAY = os.environ.get("OCTETGATE_GATEWAY", "http://127.0.0.1:8080")
# Any credentials will do; the region is the one in every ARN.
CALLER = {
    "endpoint_url": ENDPOINT,
    "region_name": "us-east-1",
    "aws_access_key_id": "any",
    "aws_secret_access_key": "any",
}

TEMPLATE = """{
  "operation": "thumbnail",
  "base64Image": "$input.body"
}"""


def main() -> None:
    """Build the API, deploy it, and say how to call it."""
    gateway = boto3.client("apigateway", **CALLER)
    functions = boto3.client("lambda", **CALLER)
    arn = functions.get_function(FunctionName="thumbnail")["Configuration"]["FunctionArn"]

    api = gateway.create_rest_api(name="Thumbnail", binaryMediaTypes=["image/png"])
    method = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "POST"}
    gateway.put_method(**method, authorizationType="NONE")
    gateway.put_method_response(**method, statusCode="200")
    gateway.put_integration(
        **method,
        type="AWS",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations",
        # The PNG becomes Base64 text, and the template puts the text into the function's event.
        contentHandling="CONVERT_TO_TEXT",
        passthroughBehavior="WHEN_NO_TEMPLATES",
        requestTemplates={"image/png": TEMPLATE},
    )
    gateway.put_integration_response(**method, statusCode="200")
    functions.add_permission(
        FunctionName="thumbnail",
        StatementId=f"from-{api['id']}",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    gateway.create_deployment(restApiId=api["id"], stageName="prod")

    print(
        'curl --request POST -H "Accept: image/png" -H "Content-Type: image/png" '
        f'--data-binary "@picture.png" {GATEWAY}/restapis/{api["id"]}/prod/_user_request_/ '
        "> thumbnail.png"
    )


if __name__ == "__main__":
    main()
