"""Whose calls of a custom domain go on after the handshake."""

import dataclasses
import json

import pytest
from msgspec.structs import replace
from tests.gateway.builders import API, World, aws_proxy, mock, resource

from octetgate.core.model.domain import DomainName, MutualTlsAuthentication, Truststore
from octetgate.core.model.integration import IntegrationResponse
from octetgate.core.ports.exchange import ClientCertificate, Tls
from octetgate.core.ports.store import DOMAIN_NAMES, TRUSTSTORES

DOMAIN = "mutual.example"
FORBIDDEN = {"message": "Forbidden"}
CLIENT = ClientCertificate(
    pem="-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n",
    subject_dn="CN=bob,O=Bob",
    issuer_dn="CN=root",
    serial_number="0a:1b",
    not_before="May 28 12:30:02 2019 GMT",
    not_after="Aug  5 09:36:04 2121 GMT",
    ends=4_783_829_764,
    issuer_is_trusted=True,
)
TLS = Tls("TLSv1.3", "TLS_AES_256_GCM_SHA384", DOMAIN, "t1", CLIENT)


def changed(**members):
    return TLS._replace(client=dataclasses.replace(CLIENT, **members))


def called(world, verb, path, tls, host):
    world.tls = tls
    return world.request(verb, path, Host=host)


@pytest.fixture
def world():
    world = World()
    world.deploy(resource("/m", mock()), resource("/f", aws_proxy(), verb="POST"))
    world.map_domain(DOMAIN)
    with world.store.write() as writing:
        domain = DomainName(
            domain_name=DOMAIN,
            created_date=0,
            mutual_tls_authentication=MutualTlsAuthentication(truststore_uri="s3://b/k"),
        )
        writing.put(DOMAIN_NAMES, DOMAIN, domain)
        writing.put(TRUSTSTORES, DOMAIN, Truststore(id="t1", certificates="PEM"))
    return world


async def test_a_client_that_proved_itself_to_this_domain_is_answered(world):
    assert (await called(world, "GET", "/m", TLS, DOMAIN)).status == 200


@pytest.mark.parametrize(
    "tls, why",
    [
        pytest.param(None, "a call without TLS", id="plain"),
        pytest.param(TLS._replace(domain=None, client=None), "found one for no domain", id="none"),
        pytest.param(TLS._replace(domain="b.example"), "found one for b.example", id="fronted"),
        pytest.param(TLS._replace(client=None), "found one for", id="not-asked"),
        pytest.param(TLS._replace(truststore="t0"), "has changed since", id="an-old-store"),
        pytest.param(changed(ends=1.0), "certificate ended on", id="expired-meanwhile"),
        pytest.param(
            changed(issuer_is_trusted=False),
            "Access denied. Reason: Could not find issuer for certificate; CN=root",
            id="issuer-not-in-the-store",
        ),
    ],
)
async def test_whoever_did_not_is_refused(world, tls, why):
    answer = await called(world, "GET", "/m", tls, DOMAIN)
    assert (answer.status, answer.message) == (403, FORBIDDEN)
    assert why in answer.line["error"]


async def test_a_connection_is_asked_at_each_call_though_routes_are_remembered(world):
    for _ in range(2):
        assert (await called(world, "GET", "/m", TLS, DOMAIN)).status == 200
        assert (await called(world, "GET", "/m", None, DOMAIN)).status == 403


async def test_a_connection_of_before_a_change_of_the_trust_store_is_refused(world):
    assert (await called(world, "GET", "/m", TLS, DOMAIN)).status == 200
    with world.store.write() as writing:
        writing.put(TRUSTSTORES, DOMAIN, Truststore(id="t2", certificates="other"))
    assert (await called(world, "GET", "/m", TLS, DOMAIN)).status == 403
    with world.store.write() as writing:
        writing.delete(TRUSTSTORES, DOMAIN)
    assert (await called(world, "GET", "/m", TLS, DOMAIN)).status == 403


async def test_other_hosts_on_the_same_connection_are_let_in(world):
    world.map_domain("open.example")
    assert (await called(world, "GET", "/m", TLS, "open.example")).status == 200


@pytest.mark.parametrize(
    "tls, status",
    [(TLS, 403), (TLS._replace(domain="strict.example", client=None), 200), (None, 200)],
)
async def test_a_strict_domain_wants_handshakes_of_its_own(world, tls, status):
    world.map_domain("strict.example")
    with world.store.write() as writing:
        domain = writing.get(DOMAIN_NAMES, "strict.example")
        strict = replace(domain, endpoint_access_mode="STRICT")
        writing.put(DOMAIN_NAMES, "strict.example", strict)
    assert (await called(world, "GET", "/m", tls, "strict.example")).status == status


async def test_a_function_hears_who_the_client_is(world):
    await called(world, "POST", "/f", TLS, DOMAIN)
    event = json.loads(world.functions.invoked[0].payload)
    assert event["requestContext"]["apiId"] == API
    assert event["requestContext"]["identity"]["clientCert"] == {
        "clientCertPem": CLIENT.pem,
        "subjectDN": "CN=bob,O=Bob",
        "issuerDN": "CN=root",
        "serialNumber": "0a:1b",
        "validity": {
            "notBefore": "May 28 12:30:02 2019 GMT",
            "notAfter": "Aug  5 09:36:04 2121 GMT",
        },
    }


async def test_a_template_reads_who_the_client_is(world):
    template = (
        "$context.identity.clientCert.subjectDN|$context.identity.clientCert.validity.notAfter"
    )
    made = mock(
        integration_responses={"200": _answering(template)},
    )
    world.deploy(resource("/t", made), deployment="two")
    answer = await called(world, "GET", "/t", TLS, DOMAIN)
    assert answer.data == b"CN=bob,O=Bob|Aug  5 09:36:04 2121 GMT"
    world.tls = None
    assert (await world.call("GET", "/t")).data == b"|"


def _answering(template):
    return IntegrationResponse(status_code="200", response_templates={"application/json": template})
