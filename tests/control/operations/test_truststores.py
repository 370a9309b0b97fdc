"""Mutual TLS of domain names, as far as management has to do with it."""

import time
import uuid
from types import SimpleNamespace

import pytest
from tests.control.refusals import bad, refused
from tests.core.signing.issued import certified

from octetgate.control.calls import ControlSettings
from octetgate.control.truststores import truststore_warnings
from octetgate.core.ports.store import TRUSTSTORES

NOW = int(time.time())
ROOT = certified(common="root", authority=True, now=NOW)
OTHER = certified(common="other", authority=True, now=NOW)
EXPIRED = certified(common="expired", authority=True, now=NOW, days=(-9, -1))
REGIONAL = {"types": ["REGIONAL"]}
URI, VERSION = (
    "/mutualTlsAuthentication/truststoreUri",
    "/mutualTlsAuthentication/truststoreVersion",
)


@pytest.fixture
def bucket(management):
    """Return a bucket's name, with trust stores in it."""
    name = uuid.uuid4().hex
    for version, made in [(None, ROOT), ("1", ROOT), ("2", OTHER)]:
        management.truststores[name, "trust.pem", version] = made.body.encode()
    return name


@pytest.fixture
def domain(gw, bucket):
    name = f"{uuid.uuid4().hex}.example"
    gw.create_domain_name(
        domainName=name,
        endpointConfiguration=REGIONAL,
        mutualTlsAuthentication={
            "truststoreUri": f"s3://{bucket}/trust.pem",
            "truststoreVersion": "1",
        },
    )
    return name


def mutual(gw, domain):
    return gw.get_domain_name(domainName=domain).get("mutualTlsAuthentication")


def update(gw, domain, *operations):
    changes = [
        {"op": op, "path": path, **({"value": value[0]} if value else {})}
        for op, path, *value in operations
    ]
    return gw.update_domain_name(domainName=domain, patchOperations=changes)


def trusted(management, domain):
    """Return the certificates that the gateway holds clients against."""
    with management.store.read() as reading:
        found = reading.get(TRUSTSTORES, domain)
    return None if found is None else found.certificates


def test_a_trust_store_is_read_when_it_is_named(gw, management, domain, bucket):
    assert mutual(gw, domain) == {
        "truststoreUri": f"s3://{bucket}/trust.pem",
        "truststoreVersion": "1",
    }
    assert trusted(management, domain) == ROOT.body


def test_another_version_is_read_when_it_is_named(gw, management, domain):
    update(gw, domain, ("replace", VERSION, "2"))
    assert trusted(management, domain) == OTHER.body


def test_the_same_uri_is_read_again_when_it_is_named_again(gw, management, domain, bucket):
    uri = f"s3://{bucket}/trust.pem"
    update(gw, domain, ("remove", VERSION))
    management.truststores[bucket, "trust.pem", None] = OTHER.body.encode()
    update(gw, domain, ("replace", "/securityPolicy", "TLS_1_2"))
    assert trusted(management, domain) == ROOT.body
    update(gw, domain, ("replace", URI, uri))
    assert trusted(management, domain) == OTHER.body


def test_mutual_tls_ends_with_its_uri(gw, management, domain):
    update(gw, domain, ("remove", VERSION), ("remove", URI))
    assert mutual(gw, domain) is None
    assert trusted(management, domain) is None


def test_a_domain_that_is_deleted_takes_its_trust_store_along(gw, management, domain):
    gw.delete_domain_name(domainName=domain)
    assert trusted(management, domain) is None


def test_certificates_that_cannot_be_relied_on_are_warned_of(gw, management, domain, bucket):
    both = (EXPIRED.body + ROOT.body).encode()
    management.truststores[bucket, "trust.pem", "3"] = both
    update(gw, domain, ("replace", VERSION, "3"))
    (warning,) = mutual(gw, domain)["truststoreWarnings"]
    assert warning.startswith("certificate 1: expected one that is good at ")
    assert warning.endswith(", of CN=expired; it is left out")
    assert trusted(management, domain) == ROOT.body


@pytest.mark.parametrize(
    "data, message",
    [
        (None, "cannot be read. S3 Error Code: NoSuchKey. S3 Error Message: The specified key"),
        (b"no certificate", "expected certificates in PEM; found none"),
        (EXPIRED.body.encode(), "expected a certificate that can be relied on; certificate 1: "),
        (b" " * 1_048_577, "cannot be read. S3 Error Code: EntityTooLarge. "),
    ],
    ids=["no-object", "no-pem", "none-good", "too-large"],
)
def test_what_is_no_trust_store_is_refused_and_the_one_before_stays(
    gw, management, domain, bucket, data, message
):
    if data is not None:
        management.truststores[bucket, "trust.pem", "bad"] = data
    code, status, said = refused(lambda: update(gw, domain, ("replace", VERSION, "bad")))
    assert (code, status) == ("BadRequestException", 400)
    assert said.startswith(f"mutualTlsAuthentication.truststoreUri: s3://{bucket}/trust.pem")
    assert message in said
    assert mutual(gw, domain)["truststoreVersion"] == "1"
    assert trusted(management, domain) == ROOT.body


@pytest.mark.parametrize("uri", ["y", "s3://b", "s3://bucket", "s3://bucket/", "https://b/k"])
def test_a_uri_that_leads_nowhere_is_refused(gw, uri):
    found = refused(
        gw.create_domain_name,
        domainName="a.example",
        endpointConfiguration=REGIONAL,
        mutualTlsAuthentication={"truststoreUri": uri},
    )
    assert found == bad(
        f"mutualTlsAuthentication.truststoreUri: expected s3://bucket/key; found {uri!r}"
    )


def test_a_version_alone_is_refused(gw, domain):
    found = refused(lambda: update(gw, domain, ("remove", URI)))
    assert found == bad("mutualTlsAuthentication.truststoreUri: expected s3://bucket/key; found ''")


def test_a_gateway_without_tls_warns_that_it_answers_nobody(domain, management):
    with management.store.read() as reading:
        kept = reading.get(TRUSTSTORES, domain)
    call = SimpleNamespace(settings=ControlSettings(has_tls=False))
    (warning,) = truststore_warnings(call, kept)
    assert "--tls-port" in warning
