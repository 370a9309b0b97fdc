"""The APIs of both seed texts, built by hand with boto3."""

TEMPLATE = '{\n  "operation": "thumbnail",\n  "base64Image": "$input.body"\n}'
MEDIA_TYPES = ["image/jpeg", "image/png", "application/octet-stream"]


def build_thumbnail(server, stage="prod"):
    """Follow the launch article; return the API's id."""
    made = server.command(
        "functions", "create", "thumbnail", "--blueprint", "image-processing-service"
    )
    assert made.returncode == 0, made.stderr
    gateway = server.gateway
    arn = server.functions.get_function(FunctionName="thumbnail")["Configuration"]["FunctionArn"]
    assert made.stdout.decode().strip() == arn
    api = gateway.create_rest_api(name="Thumbnail", description="Thumbnails")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    method = {"restApiId": api, "resourceId": root, "httpMethod": "POST"}
    gateway.put_method(**method, authorizationType="NONE")
    gateway.put_integration(
        **method,
        type="AWS",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations",
        requestTemplates={"image/png": TEMPLATE},
        passthroughBehavior="WHEN_NO_TEMPLATES",
    )
    gateway.put_method_response(**method, statusCode="200")
    gateway.put_integration_response(**method, statusCode="200")
    server.functions.add_permission(
        FunctionName="thumbnail",
        StatementId="apigw",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:000000000000:{api}/*/POST/",
    )
    gateway.update_rest_api(
        restApiId=api, patchOperations=[{"op": "add", "path": "/binaryMediaTypes/image~1png"}]
    )
    gateway.create_deployment(restApiId=api, stageName=stage)
    return api


def build_proxy(server, uri, *, name="Images", media_types=MEDIA_TYPES, domain=None, **integration):
    """Build ``POST /images`` in front of a backend, on a domain name if one is given."""
    gateway = server.gateway
    api = gateway.create_rest_api(name=name, binaryMediaTypes=media_types)["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    resource = gateway.create_resource(restApiId=api, parentId=root, pathPart="images")["id"]
    method = {"restApiId": api, "resourceId": resource, "httpMethod": "POST"}
    gateway.put_method(**method, authorizationType="NONE")
    gateway.put_integration(
        **method, type="HTTP_PROXY", integrationHttpMethod="POST", uri=uri, **integration
    )
    gateway.create_deployment(restApiId=api, stageName="v1")
    if domain:
        gateway.create_domain_name(domainName=domain)
        gateway.create_base_path_mapping(
            domainName=domain, restApiId=api, stage="v1", basePath="(none)"
        )
    return api


def lambda_uri(arn, *, streams=False):
    """Return the integration URI of a function."""
    date, operation = (
        ("2021-11-15", "response-streaming-invocations")
        if streams
        else ("2015-03-31", "invocations")
    )
    return f"arn:aws:apigateway:us-east-1:lambda:path/{date}/functions/{arn}/{operation}"


def build_function(server, name, package, runtime="python3.12", **settings):
    """Create a function that API Gateway may call; return its ARN."""
    arn = server.functions.create_function(
        FunctionName=name,
        Runtime=runtime,
        Handler="handler.handler",
        Role="arn:aws:iam::000000000000:role/r",
        Code={"ZipFile": package},
        **settings,
    )["FunctionArn"]
    server.functions.add_permission(
        FunctionName=name,
        StatementId="apigw",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn="arn:aws:execute-api:us-east-1:000000000000:*",
    )
    return arn


def build_api(server, routes, stage="test", *, media_types=(), variables=None):
    """Build an API that answers ANY method; ``routes`` are integrations by path.  Return its id.

    Paths have one part; a method's integration is given as put_integration has it.
    """
    gateway = server.gateway
    api = gateway.create_rest_api(name="routes", binaryMediaTypes=list(media_types))["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    for part, integration in routes.items():
        resource = gateway.create_resource(restApiId=api, parentId=root, pathPart=part)["id"]
        method = {"restApiId": api, "resourceId": resource, "httpMethod": "ANY"}
        gateway.put_method(**method, authorizationType="NONE")
        gateway.put_integration(**method, integrationHttpMethod="POST", **integration)
    gateway.create_deployment(restApiId=api, stageName=stage, variables=variables or {})
    return api
