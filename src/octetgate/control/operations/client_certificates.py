"""Client certificates: how backends can tell that a call came from here (control-plane 2.7)."""

from octetgate.control.calls import Call, Members, Read, Write
from octetgate.control.errors import (
    ConflictException,
    NotFoundException,
    NotImplementedException,
)
from octetgate.control.paging import paged
from octetgate.control.patching import REPLACE, Listing, Row, Table, option
from octetgate.control.records import parts
from octetgate.control.tagging import given_tags
from octetgate.core.model.client_certificate import ClientCertificate
from octetgate.core.ports.store import CLIENT_CERTIFICATES, STAGES


def generate_client_certificate(call: Write, asked: Members) -> Members:
    """Make a certificate."""
    issued = asked["issued"]
    certificate = ClientCertificate(
        client_certificate_id=call.new_id(6),
        pem_encoded_certificate=issued.certificate,
        private_key=issued.private_key,
        created_date=call.now,
        expiration_date=issued.expires,
        description=asked.get("description"),
        tags=given_tags(asked),
    )
    call.store.put(CLIENT_CERTIFICATES, certificate.client_certificate_id, certificate)
    return _shown(certificate)


def get_client_certificate(call: Read, asked: Members) -> Members:
    """Return a certificate."""
    return _shown(_find(call, asked))


def get_client_certificates(call: Read, asked: Members) -> Members:
    """Return the certificates, in the order of creation."""
    found = call.store.list(CLIENT_CERTIFICATES)
    return paged([(key, _shown(certificate)) for key, certificate in found], asked)


def update_client_certificate(call: Write, asked: Members) -> Members:
    """Patch what is said about a certificate."""
    certificate = _PATHS.patched(_find(call, asked), asked.get("patchOperations", ()))
    call.store.put(CLIENT_CERTIFICATES, certificate.client_certificate_id, certificate)
    return _shown(certificate)


def delete_client_certificate(call: Write, asked: Members) -> None:
    """Forget a certificate that no stage shows."""
    gone = _find(call, asked).client_certificate_id
    for key, stage in call.store.list(STAGES):
        if stage.client_certificate_id == gone:
            raise ConflictException(f"Client certificate {gone} is in use by the stage {key}")
    call.store.delete(CLIENT_CERTIFICATES, gone)


def _issue(call: Call, asked: Members) -> Members:
    """Make the key before the transaction begins: nobody could write for as long as it takes."""
    if call.settings.issue_certificate is None:
        raise NotImplementedException("expected something that issues certificates, found none")
    return {**asked, "issued": call.settings.issue_certificate(call.now)}


vars(generate_client_certificate)["prepare"] = _issue


def _find(call: Read | Write, asked: Members) -> ClientCertificate:
    certificate = call.store.get(CLIENT_CERTIFICATES, asked["clientCertificateId"])
    if certificate is None:
        raise NotFoundException("Invalid Client Certificate ID specified")
    return certificate


def _shown(certificate: ClientCertificate) -> Members:
    return {**parts(certificate), "privateKey": None, "tags": certificate.tags or None}


_PATHS: Table[ClientCertificate] = Table(
    (Row("/description", (REPLACE,), option("description")),), Listing()
)
