import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from tests.control.refusals import absent, bad, refused

from octetgate.core.ports.store import CLIENT_CERTIFICATES

UNKNOWN = "Invalid Client Certificate ID specified"


@pytest.fixture
def certificate(gw):
    """Return a fresh certificate, as the API showed it."""
    return gw.generate_client_certificate(description="of a test", tags={"a": "b"})


@pytest.fixture
def stage(gw, api, mocked):
    """Return the place of a stage, as keyword arguments."""
    gw.create_deployment(restApiId=api.id, stageName="live")
    return {"restApiId": api.id, "stageName": "live"}


def shown(response):
    return {key: value for key, value in response.items() if key != "ResponseMetadata"}


def show(gw, stage, certificate):
    patch = [{"op": "replace", "path": "/clientCertificateId", "value": certificate}]
    return gw.update_stage(**stage, patchOperations=patch)


def test_a_certificate_is_real_self_signed_and_good_for_a_year(gw, certificate):
    assert certificate["ResponseMetadata"]["HTTPStatusCode"] == 201
    parsed = x509.load_pem_x509_certificate(certificate["pemEncodedCertificate"].encode())
    parsed.verify_directly_issued_by(parsed)
    assert parsed.not_valid_after_utc - parsed.not_valid_before_utc == dt.timedelta(days=365)
    assert parsed.not_valid_after_utc == certificate["expirationDate"].astimezone(dt.UTC)
    lifetime = certificate["expirationDate"] - certificate["createdDate"]
    assert dt.timedelta(days=364) < lifetime <= dt.timedelta(days=365)


def test_the_key_is_kept_and_never_shown(gw, certificate, management):
    key = certificate["clientCertificateId"]
    with management.store.read() as view:
        kept = view.get(CLIENT_CERTIFICATES, key)
    public = load_pem_private_key(kept.private_key.encode(), None).public_key()
    parsed = x509.load_pem_x509_certificate(certificate["pemEncodedCertificate"].encode())
    assert parsed.public_key() == public
    assert set(shown(certificate)) == {
        "clientCertificateId",
        "description",
        "pemEncodedCertificate",
        "createdDate",
        "expirationDate",
        "tags",
    }


def test_a_certificate_is_found_listed_and_patched(gw, certificate):
    place = {"clientCertificateId": certificate["clientCertificateId"]}
    assert shown(gw.get_client_certificate(**place)) == shown(certificate)
    assert shown(certificate) in gw.get_client_certificates(limit=500)["items"]
    patch = [{"op": "replace", "path": "/description", "value": "better"}]
    found = gw.update_client_certificate(**place, patchOperations=patch)
    assert found["description"] == "better"
    assert gw.get_client_certificate(**place)["description"] == "better"


def test_two_certificates_have_keys_of_their_own(gw, certificate):
    other = gw.generate_client_certificate()
    assert other["pemEncodedCertificate"] != certificate["pemEncodedCertificate"]
    assert "description" not in other


@pytest.mark.parametrize("operation", ["get", "update", "delete"])
def test_an_unknown_certificate_is_not_found(gw, operation):
    call = getattr(gw, f"{operation}_client_certificate")
    assert refused(call, clientCertificateId="nope") == absent(UNKNOWN)


def test_a_stage_can_name_a_certificate_that_exists_and_no_other(gw, stage, certificate):
    key = certificate["clientCertificateId"]
    assert show(gw, stage, key)["clientCertificateId"] == key
    assert refused(lambda: show(gw, stage, "nope")) == bad(UNKNOWN)


def test_a_certificate_that_a_stage_names_stays(gw, stage, certificate):
    key = certificate["clientCertificateId"]
    show(gw, stage, key)
    found = refused(gw.delete_client_certificate, clientCertificateId=key)
    place = f"{stage['restApiId']}/live"
    assert found == (
        "ConflictException",
        409,
        f"Client certificate {key} is in use by the stage {place}",
    )
    show(gw, stage, "")
    gone = gw.delete_client_certificate(clientCertificateId=key)
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert refused(gw.get_client_certificate, clientCertificateId=key) == absent(UNKNOWN)
