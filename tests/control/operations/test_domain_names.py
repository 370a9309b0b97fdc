import json
import logging
import time
import uuid

import pytest
from tests.control.refusals import absent, bad, refused
from tests.core.signing.issued import certified

from octetgate.core.ports.store import DOMAIN_CERTIFICATES


@pytest.fixture
def domain(gw):
    """Return a fresh domain name."""
    name = f"{uuid.uuid4().hex}.example"
    gw.create_domain_name(domainName=name)
    return name


@pytest.fixture
def staged(gw, mocked):
    """Return an API with a stage ``s``."""
    gw.create_deployment(restApiId=mocked["restApiId"], stageName="s")
    return mocked["restApiId"]


def shown(response):
    return {key: value for key, value in response.items() if key != "ResponseMetadata"}


def patched(call, op, path, value=None, **place):
    change = {"op": op, "path": path, "value": value}
    return call(
        **place, patchOperations=[{k: part for k, part in change.items() if part is not None}]
    )


def test_a_new_domain_is_available_and_leads_to_the_gateway(gw, domain):
    found = shown(gw.get_domain_name(domainName=domain))
    assert found == {
        "domainName": domain,
        "domainNameArn": f"arn:aws:apigateway:eu-west-1::/domainnames/{domain}",
        "domainNameStatus": "AVAILABLE",
        "distributionDomainName": "127.0.0.1",
        "endpointConfiguration": {"types": ["EDGE"], "ipAddressType": "ipv4"},
        "routingMode": "BASE_PATH_MAPPING_ONLY",
    }


def test_a_regional_domain_has_a_regional_target(gw):
    name = f"{uuid.uuid4().hex}.example"
    made = gw.create_domain_name(
        domainName=name,
        endpointConfiguration={"types": ["REGIONAL"]},
        regionalCertificateArn="arn:c",
        securityPolicy="TLS_1_2",
        tags={"a": "b"},
    )
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert made["regionalDomainName"] == "127.0.0.1"
    assert made["regionalCertificateArn"] == "arn:c"
    assert (made["securityPolicy"], made["tags"]) == ("TLS_1_2", {"a": "b"})


@pytest.mark.parametrize("name", ["127.0.0.1", "::1", "plain", "a.b-c.example", "*.b-c.example"])
def test_host_names_and_addresses_are_domain_names(gw, name):
    assert gw.create_domain_name(domainName=name)["domainName"] == name
    gw.delete_domain_name(domainName=name)


@pytest.mark.parametrize(
    "name", ["", "A.example", "a b", "a/b", "-a", "*", "*.", "a.*.b", "*a.b", "a..b"]
)
def test_what_is_no_host_name_is_refused(gw, name):
    code, _, message = refused(gw.create_domain_name, domainName=name)
    assert code == "BadRequestException"
    assert message == (
        "domainName: expected a host name in lower case, perhaps with *. before it, or an IP "
        f"address; found {name!r}"
    )


@pytest.mark.parametrize(
    "given, message",
    [
        ({"policy": "{}"}, "Policies are supported for private custom domain names only"),
        (
            {"policy": "x", "endpointConfiguration": {"types": ["PRIVATE"]}},
            "policy: expected a policy as a JSON object",
        ),
        (
            {"mutualTlsAuthentication": {"truststoreUri": "s3://x/y"}},
            "mutualTlsAuthentication: expected a domain name of type REGIONAL",
        ),
        (
            {
                "mutualTlsAuthentication": {"truststoreUri": "y"},
                "endpointConfiguration": {"types": ["REGIONAL"]},
            },
            "mutualTlsAuthentication.truststoreUri: expected s3://bucket/key; found 'y'",
        ),
        (
            {"certificatePrivateKey": "x"},
            "certificateBody: expected a certificate in PEM; found none",
        ),
        (
            {"certificateBody": "x"},
            "certificatePrivateKey: expected the private key of certificateBody; found none",
        ),
        (
            {"endpointConfiguration": {"types": []}},
            "REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.",
        ),
        (
            {"routingMode": "ROUTING_RULE_ONLY"},
            "routingMode: routing rules are not supported yet; expected BASE_PATH_MAPPING_ONLY; found ROUTING_RULE_ONLY",
        ),
    ],
)
def test_what_makes_no_sense_or_would_have_no_effect_is_refused(gw, given, message):
    assert refused(gw.create_domain_name, domainName="x.example", **given) == bad(message)


def test_a_domain_exists_once_and_an_unknown_one_does_not(gw, domain):
    found = refused(gw.create_domain_name, domainName=domain)
    assert found == bad("The domain name you provided already exists.")
    expected = absent("Invalid domain name identifier specified")
    assert refused(gw.get_domain_name, domainName="no.example") == expected


def test_patching_a_domain(gw, domain):
    place = {"domainName": domain}
    update = gw.update_domain_name
    assert patched(update, "add", "/certificateArn", "arn:c", **place)["certificateArn"] == "arn:c"
    assert "certificateArn" not in patched(update, "remove", "/certificateArn", **place)
    patched(update, "add", "/endpointConfiguration/types", "REGIONAL", **place)
    found = patched(update, "remove", "/endpointConfiguration/types", "EDGE", **place)
    assert found["endpointConfiguration"]["types"] == ["REGIONAL"]
    _, _, message = refused(lambda: patched(update, "replace", "/x", "y", **place))
    assert message.startswith("Invalid patch path  '/x' specified for op 'replace'. Must be one")


@pytest.mark.parametrize(
    "op, path, value, message",
    [
        (
            "add",
            "/endpointConfiguration/types",
            "X",
            "Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE",
        ),
        (
            "replace",
            "/endpointConfiguration/ipAddressType",
            "x",
            "ipAddressType must be either ipv4 or dualstack.",
        ),
        ("replace", "/policy", "{}", "Policies are supported for private custom domain names only"),
        (
            "add",
            "/mutualTlsAuthentication/truststoreUri",
            "s3://x",
            "mutualTlsAuthentication: expected a domain name of type REGIONAL",
        ),
        (
            "replace",
            "/routingMode",
            "ROUTING_RULE_ONLY",
            "routingMode: routing rules are not supported yet; expected BASE_PATH_MAPPING_ONLY; found ROUTING_RULE_ONLY",
        ),
        (
            "remove",
            "/securityPolicy",
            None,
            "Invalid patch path  '/securityPolicy' specified for op 'remove'. Please choose supported operations",
        ),
    ],
)
def test_a_patch_of_a_domain_is_refused(gw, domain, op, path, value, message):
    found = refused(lambda: patched(gw.update_domain_name, op, path, value, domainName=domain))
    assert found == bad(message)


def test_what_changes_nothing_is_taken(gw, domain):
    update = gw.update_domain_name
    assert patched(update, "replace", "/policy", "", domainName=domain)["domainName"] == domain
    path = "/endpointConfiguration/ipAddressType"
    found = patched(update, "replace", path, "dualstack", domainName=domain)
    assert found["endpointConfiguration"]["ipAddressType"] == "dualstack"


def test_domains_are_listed_and_deleted_with_their_mappings(gw, domain, staged, management):
    gw.create_base_path_mapping(domainName=domain, restApiId=staged, stage="s")
    assert domain in [each["domainName"] for each in gw.get_domain_names(limit=500)["items"]]
    gone = gw.delete_domain_name(domainName=domain)
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 202
    gw.create_domain_name(domainName=domain)
    assert gw.get_base_path_mappings(domainName=domain)["items"] == []


def test_a_certificate_says_when_it_came(gw, domain):
    before = gw.get_domain_name(domainName=domain)
    assert "certificateUploadDate" not in before
    place = {"domainName": domain}
    patched(gw.update_domain_name, "replace", "/certificateArn", "arn:c", **place)
    came = gw.get_domain_name(**place)["certificateUploadDate"]
    patched(gw.update_domain_name, "replace", "/securityPolicy", "TLS_1_2", **place)
    assert gw.get_domain_name(**place)["certificateUploadDate"] == came


@pytest.fixture
def private(gw):
    """Return a fresh private domain name, as the API showed it."""
    return gw.create_domain_name(
        domainName=f"{uuid.uuid4().hex}.example",
        endpointConfiguration={"types": ["PRIVATE"]},
        policy='{"Statement": []}',
    )


def test_a_private_domain_has_an_id_an_account_and_policies(gw, private):
    name, given = private["domainName"], private["domainNameId"]
    assert len(given) == 10
    assert private["domainNameArn"] == (
        f"arn:aws:apigateway:eu-west-1:000000000000:/domainnames/{name}+{given}"
    )
    assert private["policy"] == '{"Statement": []}'
    assert not {"regionalDomainName", "distributionDomainName"} & set(private)
    place = {"domainName": name, "domainNameId": given}
    found = patched(gw.update_domain_name, "replace", "/managementPolicy", "{}", **place)
    assert found["managementPolicy"] == "{}"
    expected = absent("Invalid domain name identifier specified")
    assert refused(gw.get_domain_name, domainName=name, domainNameId="other") == expected


def test_other_accounts_share_no_domains_here(gw, private):
    def names(owner):
        found = gw.get_domain_names(limit=500, resourceOwner=owner)["items"]
        return {each["domainName"] for each in found}

    assert private["domainName"] in names("SELF")
    assert names("OTHER_ACCOUNTS") == set()


def issued(name, **options):
    return certified(name, now=int(time.time()), **options)


def uploaded(certificate, *chain):
    """Return the members that upload a certificate."""
    return {
        "certificateBody": certificate.body,
        "certificatePrivateKey": certificate.private_key,
        **({"certificateChain": "".join(each.body for each in chain)} if chain else {}),
    }


def renewing(certificate, *chain):
    return [
        {"op": "replace", "path": f"/{member}", "value": value}
        for member, value in uploaded(certificate, *chain).items()
    ]


def kept(management, name):
    with management.store.read() as view:
        return view.get(DOMAIN_CERTIFICATES, name)


@pytest.fixture(scope="module")
def authority():
    return issued("authority.example")


@pytest.fixture
def proved(gw, authority):
    """Return a domain name that a certificate was uploaded for, and the certificate."""
    name = f"{uuid.uuid4().hex}.example"
    certificate = issued(name, by=authority)
    made = gw.create_domain_name(
        domainName=name, certificateName="mine", **uploaded(certificate, authority)
    )
    return made, certificate


def test_an_uploaded_certificate_is_kept_with_its_chain_and_its_key(management, proved, authority):
    made, certificate = proved
    found = kept(management, made["domainName"])
    assert found.certificates == certificate.body + authority.body
    assert found.private_key == certificate.private_key


def test_a_private_key_is_neither_shown_nor_logged(gw, authority, caplog):
    caplog.set_level(logging.DEBUG, "octetgate")
    name = f"{uuid.uuid4().hex}.example"
    certificate = issued(name, by=authority)
    told = [
        gw.create_domain_name(
            domainName=name, certificateName="mine", **uploaded(certificate, authority)
        ),
        gw.get_domain_name(domainName=name),
        gw.get_domain_names(limit=500),
        gw.update_domain_name(domainName=name, patchOperations=renewing(certificate)),
        refused(
            gw.create_domain_name,
            domainName="other.example",
            certificateName="mine",
            **uploaded(certificate),
        ),
    ]
    secret = certificate.private_key.splitlines()[1]
    assert secret not in json.dumps(told, default=str) + caplog.text
    assert told[0]["certificateName"] == "mine"
    assert told[0]["certificateUploadDate"]
    assert not {"certificateBody", "certificatePrivateKey", "certificateChain"} & set(told[1])


def test_a_regional_domain_takes_a_certificate_too(gw, management, authority):
    name = f"{uuid.uuid4().hex}.example"
    gw.create_domain_name(
        domainName=name,
        endpointConfiguration={"types": ["REGIONAL"]},
        regionalCertificateName="mine",
        **uploaded(issued(name, by=authority)),
    )
    assert kept(management, name)


def test_a_certificate_has_a_name(gw, management, authority):
    name = f"{uuid.uuid4().hex}.example"
    given = uploaded(issued(name, by=authority))
    found = refused(gw.create_domain_name, domainName=name, **given)
    assert found == bad("Certificate name must be specified")
    assert kept(management, name) is None


def test_a_certificate_that_tls_could_not_show_is_refused(gw, authority):
    found = refused(
        gw.create_domain_name,
        domainName="x.example",
        certificateName="mine",
        **uploaded(issued("y.example", by=authority)),
    )
    assert found == bad(
        "certificateBody: expected a certificate for x.example; found one for y.example"
    )


def test_a_certificate_is_renewed_whole(gw, management, proved, authority):
    made, old = proved
    place = {"domainName": made["domainName"]}
    new = issued(made["domainName"], by=authority)
    half = [renewing(new)[0]]
    assert refused(gw.update_domain_name, **place, patchOperations=half) == bad(
        "certificatePrivateKey: expected the private key of certificateBody; found none"
    )
    assert kept(management, made["domainName"]).private_key == old.private_key
    found = gw.update_domain_name(**place, patchOperations=renewing(new))
    assert found["certificateUploadDate"] >= made["certificateUploadDate"]
    assert kept(management, made["domainName"]).certificates == new.body


def test_a_certificate_is_only_replaced(gw, proved):
    place = {"domainName": proved[0]["domainName"]}
    found = refused(lambda: patched(gw.update_domain_name, "remove", "/certificateBody", **place))
    assert found == bad(
        "Invalid patch path  '/certificateBody' specified for op 'remove'. Please choose supported operations"
    )


@pytest.mark.parametrize("value", [None, ""])
def test_a_certificate_is_not_replaced_by_nothing(gw, management, proved, value):
    place = {"domainName": proved[0]["domainName"]}
    found = refused(
        lambda: patched(gw.update_domain_name, "replace", "/certificateBody", value, **place)
    )
    assert found == bad("Invalid null or empty value in certificateBody")
    assert kept(management, place["domainName"])


def test_a_certificate_goes_with_its_name_and_with_its_domain(gw, management, proved):
    made, certificate = proved
    place = {"domainName": made["domainName"]}
    patched(gw.update_domain_name, "replace", "/certificateName", "other", **place)
    assert kept(management, made["domainName"])
    patched(gw.update_domain_name, "remove", "/certificateName", **place)
    assert kept(management, made["domainName"]) is None
    again = renewing(certificate)
    name = {"op": "add", "path": "/certificateName", "value": "mine"}
    gw.update_domain_name(**place, patchOperations=[name, *again])
    assert kept(management, made["domainName"])
    gw.delete_domain_name(**place)
    assert kept(management, made["domainName"]) is None
