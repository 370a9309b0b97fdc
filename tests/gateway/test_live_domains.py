import pytest

from octetgate.adapters.stores import memory
from octetgate.core.model.domain import DomainName, ServerCertificate, Truststore
from octetgate.core.ports.handshakes import Terms
from octetgate.core.ports.store import DOMAIN_CERTIFICATES, DOMAIN_NAMES, TRUSTSTORES
from octetgate.gateway.live_domains import LiveDomains, least_version

ID = "0a1b2c3d-1111-2222-3333-444455556666"
ARN = f"arn:aws:acm:us-east-1:000000000000:certificate/{ID}"


def certificate(name):
    return ServerCertificate(certificates=name, private_key="k")


class Files(dict):
    """Certificates by name."""

    find = dict.get


@pytest.fixture
def store():
    return memory.open("memory://")


def put(store, name, **members):
    with store.write() as writing:
        domain = DomainName(domain_name=name, created_date=0, **members)
        writing.put(DOMAIN_NAMES, name, domain)


def test_an_uploaded_certificate_goes_before_files(store):
    domains = LiveDomains(store, Files({"api.example": certificate("file")}))
    put(store, "api.example")
    assert domains.terms("api.example").certificate == certificate("file")
    with store.write() as writing:
        writing.put(DOMAIN_CERTIFICATES, "api.example", certificate("uploaded"))
    assert domains.terms("api.example").certificate == certificate("uploaded")


@pytest.mark.parametrize("member", ["certificate_arn", "regional_certificate_arn"])
def test_an_arn_leads_to_a_file_that_is_called_as_its_end(store, member):
    files = Files({ID: certificate("arn"), "api.example": certificate("name")})
    put(store, "api.example", **{member: ARN})
    assert LiveDomains(store, files).terms("api.example").certificate == certificate("arn")


def test_a_wildcard_stands_for_one_label(store):
    put(store, "*.example", security_policy="SecurityPolicy_TLS13_1_3_2025_09")
    domains = LiveDomains(store, Files({"*.example": certificate("*")}))
    found = domains.terms("any.example")
    assert (found.domain, found.least) == ("*.example", "TLSv1.3")
    assert found.certificate == certificate("*")
    assert domains.terms("a.b.example") is None
    assert domains.terms("example") is None


def test_a_domain_of_its_own_goes_before_a_wildcard(store):
    put(store, "*.example")
    put(store, "own.example")
    domains = LiveDomains(store)
    assert domains.terms("own.example").domain == "own.example"
    assert domains.terms("other.example").domain == "*.example"


def test_a_name_of_no_domain_may_have_a_file(store):
    domains = LiveDomains(store, Files({"*.execute-api.example": certificate("default")}))
    found = domains.terms("abc.execute-api.example")
    assert found == Terms(certificate=certificate("default"))
    assert domains.terms("elsewhere.example") is None


def test_a_domain_without_a_certificate_is_still_a_domain(store):
    put(store, "api.example")
    store_of_trust = Truststore(id="t", certificates="PEM")
    with store.write() as writing:
        writing.put(TRUSTSTORES, "api.example", store_of_trust)
    found = LiveDomains(store).terms("api.example")
    assert found == Terms(domain="api.example", truststore=store_of_trust)


def test_what_changes_in_the_store_holds_from_the_next_handshake_on(store):
    domains = LiveDomains(store)
    assert domains.terms("api.example") is None
    put(store, "api.example")
    assert domains.terms("api.example").domain == "api.example"
    with store.write() as writing:
        writing.delete(DOMAIN_NAMES, "api.example")
    assert domains.terms("api.example") is None


@pytest.mark.parametrize(
    "policy, least",
    [
        (None, "TLSv1.2"),
        ("TLS_1_0", "TLSv1.2"),
        ("TLS_1_2", "TLSv1.2"),
        ("SecurityPolicy_TLS13_1_3_2025_09", "TLSv1.3"),
        ("SecurityPolicy_TLS13_1_3_FIPS_2025_09", "TLSv1.3"),
        ("SecurityPolicy_TLS13_1_2_PQ_2025_09", "TLSv1.2"),
        ("SecurityPolicy_TLS13_1_2_2021_06", "TLSv1.2"),
        ("SecurityPolicy_TLS13_2025_EDGE", "TLSv1.3"),
        ("SecurityPolicy_TLS12_PFS_2025_EDGE", "TLSv1.2"),
        ("SecurityPolicy_TLS12_2018_EDGE", "TLSv1.2"),
    ],
)
def test_a_policy_says_the_oldest_version(policy, least):
    assert least_version(policy) == least
