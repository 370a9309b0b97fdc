"""A way into a private network, as integrations name it."""

from octetgate.core.model.record import Record


class VpcLink(Record, frozen=True, kw_only=True):
    """A VPC link.  Here it is a name only: the integration's URI says where calls go."""

    id: str
    name: str
    target_arns: tuple[str, ...]
    """Network load balancers; kept and shown, nobody asks them."""
    description: str | None = None
    tags: dict[str, str] = {}
