import uuid

import pytest
from tests.control.refusals import absent, bad, refused, taken


@pytest.fixture
def private(gw):
    """Return a fresh private domain name, as the API showed it."""
    return gw.create_domain_name(
        domainName=f"{uuid.uuid4().hex}.example", endpointConfiguration={"types": ["PRIVATE"]}
    )


@pytest.fixture
def source():
    """Return the id of a VPC endpoint."""
    return f"vpce-{uuid.uuid4().hex[:12]}"


def associate(gw, domain, source):
    return gw.create_domain_name_access_association(
        domainNameArn=domain["domainNameArn"],
        accessAssociationSourceType="VPCE",
        accessAssociationSource=source,
    )


def listed(gw, **asked):
    found = gw.get_domain_name_access_associations(limit=500, **asked)["items"]
    return [each["domainNameAccessAssociationArn"] for each in found]


def test_an_association_names_the_domain_and_the_endpoint(gw, private, source):
    made = associate(gw, private, source)
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    name = f"{private['domainName']}+{private['domainNameId']}"
    arn = (
        "arn:aws:apigateway:eu-west-1:000000000000:/domainnameaccessassociations/"
        f"domainname/{name}/vpcesource/{source}"
    )
    assert {key: value for key, value in made.items() if key != "ResponseMetadata"} == {
        "domainNameAccessAssociationArn": arn,
        "domainNameArn": private["domainNameArn"],
        "accessAssociationSourceType": "VPCE",
        "accessAssociationSource": source,
    }
    assert arn in listed(gw)
    assert arn in listed(gw, resourceOwner="SELF")
    assert listed(gw, resourceOwner="OTHER_ACCOUNTS") == []


def test_an_association_exists_once(gw, private, source):
    associate(gw, private, source)
    found = refused(lambda: associate(gw, private, source))
    assert found == taken("Domain name access association already exists")


def test_only_private_domains_have_associations(gw, source):
    domain = gw.create_domain_name(domainName=f"{uuid.uuid4().hex}.example")
    assert refused(lambda: associate(gw, domain, source)) == bad(
        "Domain name access associations are supported for private custom domain names only"
    )


@pytest.mark.parametrize(
    "arn, expected",
    [
        ("nonsense", bad("domainNameArn: expected a domain name's ARN; found 'nonsense'")),
        (
            "arn:aws:apigateway:eu-west-1:000000000000:/domainnames/no.example+abcdefghij",
            absent("Invalid domain name identifier specified"),
        ),
    ],
)
def test_a_domain_that_is_not_there_has_no_associations(gw, arn, expected, source):
    assert refused(lambda: associate(gw, {"domainNameArn": arn}, source)) == expected


def test_a_source_is_the_id_of_an_endpoint(gw, private):
    assert refused(lambda: associate(gw, private, "10.0.0.1")) == bad(
        "accessAssociationSource: expected a VPC endpoint's id; found '10.0.0.1'"
    )


def test_an_association_can_be_deleted(gw, private, source):
    arn = associate(gw, private, source)["domainNameAccessAssociationArn"]
    gone = gw.delete_domain_name_access_association(domainNameAccessAssociationArn=arn)
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert arn not in listed(gw)
    found = refused(gw.delete_domain_name_access_association, domainNameAccessAssociationArn=arn)
    assert found == absent("Invalid domain name access association identifier specified")


def test_an_association_can_be_rejected_for_its_domain_alone(gw, private, source):
    arn = associate(gw, private, source)["domainNameAccessAssociationArn"]
    code, _, _ = refused(
        gw.reject_domain_name_access_association,
        domainNameAccessAssociationArn=arn,
        domainNameArn="arn:aws:apigateway:eu-west-1::/domainnames/other.example",
    )
    assert code == "BadRequestException"
    assert arn in listed(gw)
    gone = gw.reject_domain_name_access_association(
        domainNameAccessAssociationArn=arn, domainNameArn=private["domainNameArn"]
    )
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert arn not in listed(gw)


def test_associations_go_with_their_domain(gw, private, source):
    arn = associate(gw, private, source)["domainNameAccessAssociationArn"]
    gw.delete_domain_name(domainName=private["domainName"])
    assert arn not in listed(gw)
