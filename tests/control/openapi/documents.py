"""Strategies: documents of APIs, with every extension that a document may have."""

from hypothesis import strategies as st

from octetgate.core.model.responses import GatewayResponseType

names = st.text("abcXYZ019", min_size=1, max_size=6)
words = st.text("ab \u00e4\U0001f600", min_size=1, max_size=8).map(str.strip).filter(bool)
headers = st.sampled_from(["X-Size", "Content-Type", "ETag", "Access-Control-Allow-Origin"])
statuses = st.sampled_from(["200", "201", "204", "302", "400", "404", "500"])
media = st.sampled_from(["application/json", "image/png", "text/plain", "application/vnd.a+json"])
segments = st.text("abc019-_.", min_size=1, max_size=4)
templates = st.dictionaries(media, st.sampled_from(["", "$input.body", '{"a": 1}']), max_size=2)
handling = st.sampled_from(["CONVERT_TO_BINARY", "CONVERT_TO_TEXT"])


def some(**members):
    """Return a dict with any of the members."""
    return st.fixed_dictionaries({}, optional=members)


@st.composite
def paths(draw):
    """Return a few paths that can stand beside each other, with the variables of each."""
    found = {}
    for number in range(draw(st.integers(1, 3))):
        segment = draw(segments)
        below = draw(st.sampled_from(["", "/{id}", "/{id}/more", "/{proxy+}", "/a/b"]))
        variables = [name for name in ("id", "proxy") if f"{{{name}" in below]
        found[f"/{number}{segment}{below}"] = variables
    if draw(st.booleans()):
        found["/"] = []
    return found


schemas = st.recursive(
    st.sampled_from([{"type": "string"}, {"type": "integer", "minimum": 1}, {"type": "object"}]),
    lambda inner: (
        st.fixed_dictionaries(
            {"type": st.just("object"), "properties": st.dictionaries(names, inner, max_size=2)}
        )
        | st.fixed_dictionaries({"type": st.just("array"), "items": inner})
    ),
    max_leaves=3,
)


@st.composite
def components(draw, root):
    """Return schemas by name, some of which refer to others."""
    found = {}
    for name in draw(st.lists(names, unique=True, max_size=3)):
        schema = draw(schemas)
        if found and schema["type"] == "object" and draw(st.booleans()):
            other = draw(st.sampled_from(sorted(found)))
            schema = {**schema, "properties": {"other": {"$ref": f"{root}{other}"}}}
        found[name] = schema
    return found


parameters = some(**{"X-In": st.sampled_from(["'fixed'", "method.request.path.id"])}).map(
    lambda given: {f"integration.request.header.{name}": value for name, value in given.items()}
)

integration_responses = st.dictionaries(
    st.sampled_from(["default", "2..", "4\\d{2}", "", ".*Error.*"]),
    st.fixed_dictionaries(
        {},
        optional={
            "responseTemplates": templates,
            "contentHandling": handling,
            "responseParameters": st.just({"method.response.header.ETag": "'x'"}),
        },
    ),
    max_size=3,
)

_SHARED = {
    "requestTemplates": templates,
    "passthroughBehavior": st.sampled_from(["when_no_match", "when_no_templates", "never"]),
    "contentHandling": handling,
    "timeoutInMillis": st.integers(50, 29000),
    "cacheNamespace": names,
    "credentials": st.just("arn:aws:iam::*:user/*"),
}
_FUNCTION = (
    "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:eu-west-1:000000000000:function:f/invocations"
)

behind = st.one_of(
    st.fixed_dictionaries({"type": st.just("mock")}, optional=_SHARED),
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["http", "http_proxy"]),
            "httpMethod": st.sampled_from(["GET", "POST", "ANY"]),
            "uri": st.sampled_from(["http://127.0.0.1:9/x", "https://b.example/{id}"]),
        },
        optional={
            **_SHARED,
            "requestParameters": st.just({"integration.request.header.X-In": "'fixed'"}),
            "tlsConfig": st.fixed_dictionaries({"insecureSkipVerification": st.booleans()}),
            "responseTransferMode": st.just("BUFFERED"),
        },
    ),
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["aws", "aws_proxy"]),
            "httpMethod": st.just("POST"),
            "uri": st.just(_FUNCTION),
        },
        optional=_SHARED,
    ),
)


def with_statuses(integration, responses):
    """Return the integration with its responses, each of a status of its own."""
    told = {
        pattern: {**members, "statusCode": status}
        for (pattern, members), status in zip(
            responses.items(), ["200", "400", "500"], strict=False
        )
    }
    return {**integration, **({"responses": told} if told else {})}


integrations = st.builds(with_statuses, behind, integration_responses)


class Writer:
    """Writes the operations of one document, in the words of its form."""

    def __init__(self, draw, *, swagger):
        self.draw = draw
        self.swagger = swagger
        self.root = "#/definitions/" if swagger else "#/components/schemas/"
        self.models = draw(components(self.root))
        self.authorizers = draw(st.dictionaries(names, schemes, max_size=2))
        flags = ("validateRequestBody", "validateRequestParameters")
        checks = st.fixed_dictionaries(dict.fromkeys(flags, st.booleans()))
        self.validators = draw(st.dictionaries(names, checks, max_size=2))

    def maybe(self):
        return self.draw(st.booleans())

    def one_of(self, found):
        return self.draw(st.sampled_from(sorted(found)))

    def typed(self):
        return {"type": "string"} if self.swagger else {"schema": {"type": "string"}}

    def schema(self):
        return {"schema": {"$ref": f"{self.root}{self.one_of(self.models)}"}}

    def operation(self, variables):
        told = {"operationId": self.draw(names)} if self.maybe() else {}
        told |= self.asked(variables) | self.answered() | self.secured()
        if self.validators and self.maybe():
            told["x-amazon-apigateway-request-validator"] = self.one_of(self.validators)
        return {**told, "x-amazon-apigateway-integration": self.draw(integrations)}

    def asked(self, variables):
        found = [{"name": name, "in": "path", "required": True} for name in variables]
        for name in self.draw(st.lists(names, unique=True, max_size=2)):
            place = self.draw(st.sampled_from(["query", "header"]))
            if name not in variables:
                found.append({"name": name, "in": place, "required": self.maybe()})
        found = [{**each, **self.typed()} for each in found]
        told = {}
        if self.models and self.maybe():
            kinds = self.draw(st.lists(media, unique=True, min_size=1, max_size=2))
            if self.swagger:
                told["consumes"] = kinds
                found.append({"name": "body", "in": "body", **self.schema()})
            else:
                told["requestBody"] = {"content": {kind: self.schema() for kind in kinds}}
        return {**told, **({"parameters": found} if found else {})}

    def answered(self):
        # The headers that integration responses map have to be declared.
        needed = ["200", "400", "500"]
        answers = {
            status: {"description": "x", "headers": self.headers()}
            for status in self.draw(st.lists(statuses, max_size=2)) + needed
        }
        if not self.models or not self.maybe():
            return {"responses": answers}
        kinds = self.draw(st.lists(media, unique=True, min_size=1, max_size=2))
        if not self.swagger:
            answers["200"]["content"] = {kind: self.schema() for kind in kinds}
            return {"responses": answers}
        answers["200"] |= self.schema()
        return {"produces": kinds, "responses": answers}

    def headers(self):
        declared = self.draw(st.lists(headers, unique=True, max_size=2))
        return {name: self.typed() for name in [*declared, "ETag"]}

    def secured(self):
        asked = []
        if self.authorizers and self.maybe():
            asked.append({self.one_of(self.authorizers): []})
        elif self.maybe():
            asked.append({"iam key": []})
        if self.maybe():
            asked.append({"the key": []})
        return {"security": asked} if asked else {}

    def schemes(self):
        return {
            **self.authorizers,
            "the key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
            "iam key": {
                "type": "apiKey",
                "name": "Authorization",
                "in": "header",
                "x-amazon-apigateway-authtype": "awsSigv4",
            },
        }


verbs = st.lists(
    st.sampled_from(["get", "post", "options", "x-amazon-apigateway-any-method"]),
    unique=True,
    max_size=2,
)


@st.composite
def documents(draw, *, swagger):
    """Return a document and nothing that its form cannot say."""
    writer = Writer(draw, swagger=swagger)
    document = {
        "info": draw(
            st.fixed_dictionaries(
                {"title": words, "version": words}, optional={"description": words}
            )
        ),
        "paths": {
            path: {verb: writer.operation(variables) for verb in draw(verbs)}
            for path, variables in draw(paths()).items()
        },
        **draw(settings),
        "x-amazon-apigateway-request-validators": writer.validators,
    }
    if swagger:
        return {
            "swagger": "2.0",
            **document,
            "definitions": writer.models,
            "securityDefinitions": writer.schemes(),
        }
    return {
        "openapi": "3.0.1",
        **document,
        "components": {"schemas": writer.models, "securitySchemes": writer.schemes()},
    }


def scheme(authorizer, header, authtype):
    """Return the security scheme of an authorizer."""
    told = {"type": "apiKey", "name": header, "in": "header"}
    if authtype:
        told["x-amazon-apigateway-authtype"] = authtype
    return {**told, "x-amazon-apigateway-authorizer": authorizer}


_LAMBDA = {
    "authorizerUri": st.just(_FUNCTION),
}
_MORE = {
    "authorizerResultTtlInSeconds": st.integers(0, 3600),
    "authorizerCredentials": st.just("arn:aws:iam::000000000000:role/r"),
}
schemes = st.one_of(
    st.builds(
        scheme,
        st.fixed_dictionaries(
            {"type": st.just("token"), **_LAMBDA},
            optional={**_MORE, "identityValidationExpression": st.just("^x-.*")},
        ),
        headers,
        st.sampled_from([None, "custom", "oauth2"]),
    ),
    st.builds(
        scheme,
        st.fixed_dictionaries(
            {
                "type": st.just("request"),
                "identitySource": st.sampled_from(
                    [
                        "method.request.header.Authorization",
                        "method.request.querystring.q, context.stage",
                    ]
                ),
                **_LAMBDA,
            },
            optional=_MORE,
        ),
        st.just("Unused"),
        st.sampled_from([None, "custom"]),
    ),
    st.builds(
        scheme,
        st.fixed_dictionaries(
            {
                "type": st.just("cognito_user_pools"),
                "providerARNs": st.just(
                    ["arn:aws:cognito-idp:eu-west-1:000000000000:userpool/eu-west-1_a"]
                ),
            }
        ),
        headers,
        st.just("cognito_user_pools"),
    ),
    st.builds(
        scheme,
        st.fixed_dictionaries(
            {
                "type": st.just("jwt"),
                "jwtConfiguration": st.fixed_dictionaries(
                    {
                        "issuers": st.just(
                            [{"issuer": "https://issuer.example/", "audiences": ["a"]}]
                        ),
                        "defaultAlgorithms": st.sampled_from([["ES256"], ["RS256"]]),
                    }
                ),
            }
        ),
        headers,
        st.sampled_from([None, "jwt"]),
    ),
)

settings = some(
    **{
        "x-amazon-apigateway-binary-media-types": st.lists(media, unique=True, min_size=1),
        "x-amazon-apigateway-minimum-compression-size": st.integers(0, 10485760),
        "x-amazon-apigateway-api-key-source": st.sampled_from(["HEADER", "AUTHORIZER"]),
        "x-amazon-apigateway-security-policy": st.just("TLS_1_2"),
        "x-amazon-apigateway-policy": st.fixed_dictionaries(
            {
                "Version": st.just("2012-10-17"),
                "Statement": st.lists(
                    st.fixed_dictionaries(
                        {
                            "Effect": st.sampled_from(["Allow", "Deny"]),
                            "Principal": st.sampled_from(["*", {"AWS": ["000000000000"]}]),
                            "Action": st.just("execute-api:Invoke"),
                            "Resource": st.sampled_from(
                                ["execute-api:/*", ["execute-api:/live/GET/a", "*"]]
                            ),
                        }
                    ),
                    min_size=1,
                    max_size=2,
                ),
            }
        ),
        "x-amazon-apigateway-endpoint-configuration": st.sampled_from(
            [
                {"disableExecuteApiEndpoint": True},
                {"types": ["REGIONAL"]},
                {"types": ["PRIVATE"], "vpcEndpointIds": ["vpce-1"]},
            ]
        ),
        "x-amazon-apigateway-gateway-responses": st.dictionaries(
            st.sampled_from([kind.value for kind in GatewayResponseType]),
            some(
                statusCode=st.sampled_from(["400", "418", "503"]),
                responseParameters=st.just({"gatewayresponse.header.X-A": "'b'"}),
                responseTemplates=templates,
            ),
            max_size=2,
        ),
        "x-amazon-apigateway-documentation": st.fixed_dictionaries(
            {
                "version": names,
                "documentationParts": st.lists(
                    st.builds(
                        lambda name, said: {
                            "location": {"type": "MODEL", "name": name},
                            "properties": {"description": said},
                        },
                        names,
                        words,
                    ),
                    max_size=2,
                ),
            }
        ),
    }
)
