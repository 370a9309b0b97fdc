"""STS's GetCallerIdentity, the one operation of it here: tools ask it before they ask ours.

Infrastructure tools put the account that it names into ARNs of APIs and functions, which
permissions are then compared with.
"""

from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from octetgate.control.callers import Caller
from octetgate.control.wire.message import Answered
from octetgate.core.model.management_key import ManagementKey

SERVICE = "sts"
_OPERATION = "GetCallerIdentity"
_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


def is_asked(body: bytes) -> bool:
    """Whether a form asks for it, and not for a role or a token, which are not here."""
    return parse_qs(body.decode("latin-1")).get("Action") == [_OPERATION]


def answer(who: Caller, key: ManagementKey | None, request_id: str) -> Answered:
    """Return who asks: the holder of a management key, or the account itself."""
    name = f"user/{key.name}" if key else "root"
    members = {
        "Arn": f"arn:aws:iam::{who.account}:{name}",
        "UserId": key.access_key_id if key else who.account,
        "Account": who.account,
    }
    said = "".join(f"<{each}>{escape(value)}</{each}>" for each, value in members.items())
    return Answered(
        status=200,
        headers={"Content-Type": "text/xml"},
        body=(
            f'<{_OPERATION}Response xmlns="{_NAMESPACE}">'
            f"<{_OPERATION}Result>{said}</{_OPERATION}Result>"
            f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
            f"</{_OPERATION}Response>"
        ).encode(),
    )
