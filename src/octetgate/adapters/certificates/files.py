"""Certificates that lie in files beside their keys, and are renewed there by other programs."""

import logging
import ssl
from pathlib import Path

from octetgate.adapters.wire.pem import load_pair
from octetgate.core.model.domain import ServerCertificate

_log = logging.getLogger(__name__)

_Seen = tuple[tuple[int, int, int], ...]


class PairOfFiles:
    """A certificate chain and its key, in two files or in one; taken anew when they change.

    While a renewal is half done, or went wrong, what was good before stays.
    """

    def __init__(self, chain: Path, key: Path) -> None:
        self._paths = tuple(dict.fromkeys((chain, key)))
        self._seen: _Seen | None = None
        self._good: ServerCertificate | None = None

    def now(self) -> ServerCertificate | None:
        """Return what is there; None without files, or without anything good in them yet."""
        try:
            seen = tuple(
                (found.st_ino, found.st_size, found.st_mtime_ns)
                for found in (path.stat() for path in self._paths)
            )
        except OSError:
            self._seen = self._good = None
            return None
        if seen != self._seen:
            self._seen = seen
            self._read()
        return self._good

    def _read(self) -> None:
        try:
            texts = [path.read_text("ascii", "replace") for path in self._paths]
            found = ServerCertificate(certificates=texts[0], private_key=texts[-1])
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            load_pair(context, found.certificates, found.private_key)
        except (OSError, ValueError) as error:
            what = "the one before stays" if self._good else "nothing is shown"
            names = " and ".join(map(str, self._paths))
            _log.error(
                "%s: expected a certificate chain and its key, in PEM; %s; found: %s",
                names,
                what,
                error,
            )
            return
        self._good = found


class CertificateFolder:
    """A folder with ``NAME.pem`` for each name: its chain, and its key behind that."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, PairOfFiles] = {}

    def find(self, name: str) -> ServerCertificate | None:
        """Return what is there under a name.

        Names come from clients and out of ARNs: none of them leads out of the folder, and those
        that lead to nothing are not remembered.
        """
        if not name or name[0] == "." or "/" in name or "\0" in name:
            return None
        path = self._folder / f"{name}.pem"
        pair = self._known.get(name) or PairOfFiles(path, path)
        found = pair.now()
        if found is None:
            self._known.pop(name, None)
        else:
            self._known[name] = pair
        return found
