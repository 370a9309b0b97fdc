"""Who is signed in, and the tokens that a page of another site cannot know.

A visitor's cookie is a random token.  The server keeps what follows from it, by its digest: the
key that it signed in with, and until when.  Where no key is needed nothing is kept, and the
cookie serves the second purpose alone: each unsafe request has to repeat a token that is the
cookie under this process's secret (CSRF).
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

_IDLE_SECONDS = 60 * 60
_LONGEST_SECONDS = 12 * 60 * 60
_MOST = 1000
"""Sessions at once; the one that was idle the longest goes first."""


@dataclass(slots=True)
class _Session:
    access_key_id: str
    ends: float
    seen: float


class Sessions:
    """The sessions of one process; they end with it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = _MOST) -> None:
        self._clock = clock
        self._most = most
        self._secret = secrets.token_bytes(32)
        self._held: dict[bytes, _Session] = {}

    @staticmethod
    def new_token() -> str:
        """Return a cookie's value that nobody can guess."""
        return secrets.token_urlsafe(32)

    def begin(self, access_key_id: str) -> str:
        """Return the token of a new session."""
        now = self._clock()
        self._held = {key: each for key, each in self._held.items() if not _is_over(each, now)}
        while len(self._held) >= self._most:
            del self._held[min(self._held, key=lambda key: self._held[key].seen)]
        token = self.new_token()
        self._held[_digest(token)] = _Session(access_key_id, now + _LONGEST_SECONDS, now)
        return token

    def holder(self, token: str) -> str | None:
        """Return the access key id of a session that is not over."""
        session = self._held.get(_digest(token))
        now = self._clock()
        if session is None or _is_over(session, now):
            return None
        session.seen = now
        return session.access_key_id

    def end(self, token: str) -> None:
        """Forget a session."""
        self._held.pop(_digest(token), None)

    def csrf(self, token: str) -> str:
        """Return what a page's unsafe requests have to repeat."""
        return hmac.new(self._secret, token.encode(), hashlib.sha256).hexdigest()

    def is_csrf(self, token: str, said: str) -> bool:
        """Whether an unsafe request comes from a page that was made for this cookie."""
        return hmac.compare_digest(self.csrf(token).encode(), said.encode())


def _is_over(session: _Session, now: float) -> bool:
    return now >= session.ends or now >= session.seen + _IDLE_SECONDS


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
