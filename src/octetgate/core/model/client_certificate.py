"""A certificate that the gateway can show to backends."""

from octetgate.core.model.record import Record


class ClientCertificate(Record, frozen=True, kw_only=True):
    """A certificate and, never shown, its key."""

    client_certificate_id: str
    pem_encoded_certificate: str
    private_key: str
    """PEM; leaves the store only to be shown to backends as a proof."""
    created_date: float
    expiration_date: float
    description: str | None = None
    tags: dict[str, str] = {}
