"""Every collection comes in pages, in the order of creation (spec: control-plane 1)."""

import pytest
from tests.control.refusals import bad, refused

ELB = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/net/l/1"
FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:f"
URI = f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"


def authorizer(gw, api, name):
    return gw.create_authorizer(
        restApiId=api,
        name=name,
        type="TOKEN",
        authorizerUri=URI,
        identitySource="method.request.header.A",
    )["id"]


def mapping(gw, api, name):
    place = {"domainName": f"{api}.example", "restApiId": api}
    return gw.create_base_path_mapping(**place, basePath=name)["basePath"]


def deployment(gw, api, name):
    return gw.create_deployment(restApiId=api, description=name)["id"]


def model(gw, api, name):
    gw.create_model(restApiId=api, name=name, contentType="application/json", schema="{}")
    return name


def part(gw, api, name):
    where = {"type": "MODEL", "name": name}
    return gw.create_documentation_part(restApiId=api, location=where, properties="{}")["id"]


def version(gw, api, name):
    gw.create_documentation_version(restApiId=api, documentationVersion=name)
    return name


def plan_key(gw, api, name):
    plans = gw.get_usage_plans(limit=500)["items"]
    plan = next(each["id"] for each in plans if each["name"] == api)
    key = gw.create_api_key(name=name)["id"]
    gw.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    return key


def domain(gw, api, name):
    return gw.create_domain_name(domainName=f"{name}.{api}.example")["domainName"]


def association(gw, api, name):
    made = gw.create_domain_name(
        domainName=f"private-{name}.{api}.example", endpointConfiguration={"types": ["PRIVATE"]}
    )
    return gw.create_domain_name_access_association(
        domainNameArn=made["domainNameArn"],
        accessAssociationSourceType="VPCE",
        accessAssociationSource=f"vpce-{name}",
    )["domainNameAccessAssociationArn"]


OF_API = {
    "get_authorizers": (authorizer, "id"),
    "get_deployments": (deployment, "id"),
    "get_documentation_parts": (part, "id"),
    "get_documentation_versions": (version, "version"),
    "get_models": (model, "name"),
    "get_request_validators": (
        lambda gw, api, name: gw.create_request_validator(restApiId=api, name=name)["id"],
        "id",
    ),
}
OF_ACCOUNT = {
    "get_api_keys": (lambda gw, api, name: gw.create_api_key(name=name)["id"], "id"),
    "get_client_certificates": (
        lambda gw, api, name: gw.generate_client_certificate(description=name)[
            "clientCertificateId"
        ],
        "clientCertificateId",
    ),
    "get_domain_name_access_associations": (association, "domainNameAccessAssociationArn"),
    "get_domain_names": (domain, "domainName"),
    "get_rest_apis": (lambda gw, api, name: gw.create_rest_api(name=name)["id"], "id"),
    "get_usage_plans": (lambda gw, api, name: gw.create_usage_plan(name=name)["id"], "id"),
    "get_vpc_links": (
        lambda gw, api, name: gw.create_vpc_link(name=name, targetArns=[ELB])["id"],
        "id",
    ),
}
OTHERS = {
    "get_base_path_mappings": (mapping, "basePath"),
    "get_usage_plan_keys": (plan_key, "id"),
}


@pytest.fixture
def collection(gw, mocked, request):
    """Return a collection with three new items: how it is listed, and their names in order."""
    operation = request.param
    make, member = {**OF_API, **OF_ACCOUNT, **OTHERS}[operation]
    api = mocked["restApiId"]
    given = {"restApiId": api} if operation in OF_API else {}
    if operation == "get_base_path_mappings":
        given = {"domainName": gw.create_domain_name(domainName=f"{api}.example")["domainName"]}
    if operation == "get_usage_plan_keys":
        given = {"usagePlanId": gw.create_usage_plan(name=api)["id"]}
    made = [make(gw, api, name) for name in ("zebra", "ape", "mole")]

    def listed(**paging):
        found = getattr(gw, operation)(**given, **paging)
        return [item[member] for item in found["items"]], found.get("position")

    return listed, made


def walked(listed, limit):
    """Return the items of all pages of a size."""
    items, position = listed(limit=limit)
    while position is not None:
        assert len(items) % limit == 0
        more, position = listed(limit=limit, position=position)
        assert 0 < len(more) <= limit
        items += more
    return items


@pytest.mark.parametrize("collection", [*OF_API, *OF_ACCOUNT, *OTHERS], indirect=True)
def test_a_collection_comes_in_pages_in_the_order_of_creation(collection):
    listed, made = collection
    whole = walked(listed, 500)
    assert [name for name in whole if name in made] == made
    # Other tests may have left hundreds: a few pages are enough.
    assert walked(listed, max(2, len(whole) // 4)) == whole


@pytest.mark.parametrize("collection", [*OF_API, *OF_ACCOUNT, *OTHERS], indirect=True)
def test_a_page_that_is_none_is_refused(gw, collection):
    listed, _ = collection
    assert refused(listed, position="nonsense") == bad("Invalid position specified")
    assert refused(listed, limit=0) == bad("limit: expected 1 to 500; found 0")
