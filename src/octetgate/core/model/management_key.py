"""A key to the management port."""

from octetgate.core.model.record import Record


class ManagementKey(Record, frozen=True, kw_only=True):
    """An access key and its secret, as AWS SDKs are told them."""

    access_key_id: str
    secret_access_key: str
    """As it is: whoever checks a signature needs what it was made with."""
    name: str
    """The user in ``arn:aws:iam::{account}:user/{name}``."""
    created_date: float
    read_only: bool = False
    """Whether it is good for looking alone."""
    expires_date: float | None = None
    """Epoch seconds; None for a key that is good until it is revoked."""

    def is_expired(self, now: float) -> bool:
        """Whether its time is over."""
        return self.expires_date is not None and self.expires_date <= now
