"""The listening sockets, bound once by the master and handed to the children by fork.

A port stays ours while a child is replaced, and a port that is taken is said before anything
else has started.
"""

import errno
import socket
from collections.abc import Sequence
from dataclasses import dataclass

BACKLOG = 2048


class CannotListen(Exception):
    """A port or address that we cannot have; says which, why, and how to choose another."""


@dataclass(frozen=True, slots=True)
class Listeners:
    """One address, open once for each process that accepts on it.

    The kernel deals connections to the sockets in equal parts, where processes that share
    one socket race for it and the fastest takes all.
    """

    shares: tuple[tuple[socket.socket, ...], ...]
    """Per process, a socket for each address that the host name stands for."""
    port: int

    @property
    def all(self) -> tuple[socket.socket, ...]:
        """Every socket of every share."""
        return tuple(each for share in self.shares for each in share)

    def close(self) -> None:
        """Stop listening, here; the children have sockets of their own to close."""
        for each in self.all:
            each.close()


@dataclass(frozen=True, slots=True)
class Share:
    """What one gateway worker accepts on."""

    plain: tuple[socket.socket, ...]
    secure: tuple[socket.socket, ...]
    """Where clients speak TLS."""

    @property
    def all(self) -> tuple[socket.socket, ...]:
        """Both kinds."""
        return self.plain + self.secure


def listen(host: str, port: int, *, setting: str, shares: int = 1) -> Listeners:
    """Open an address for so many processes.

    ``setting`` is the name of the port's setting, for the error.
    """
    first: list[socket.socket] = []
    try:
        for family, address in _addresses(host, port, setting):
            wanted = port or (first[0].getsockname()[1] if first else 0)
            first += _bound(family, (address, wanted), setting, optional=bool(first))
        found: int = first[0].getsockname()[1]
        others = [_again(first) for _ in range(shares - 1)]
    except CannotListen:
        for each in first:
            each.close()
        raise
    listeners = Listeners((tuple(first), *others), found)
    for each in listeners.all:
        each.listen(BACKLOG)
    return listeners


def _addresses(host: str, port: int, setting: str) -> Sequence[tuple[int, str]]:
    try:
        found = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE | socket.AI_ADDRCONFIG
        )
    except (socket.gaierror, UnicodeError) as error:
        name = setting.replace("port", "host")
        raise CannotListen(
            f"{name}: expected an address of this machine; found {host!r} ({error})"
        ) from error
    return [(family, str(address[0])) for family, _, _, _, address in found]


def _bound(
    family: int, address: tuple[str, int], setting: str, *, optional: bool
) -> list[socket.socket]:
    each = socket.socket(family, socket.SOCK_STREAM)
    try:
        each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            each.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        each.bind(address)
    except OSError as error:
        each.close()
        if optional and error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:
            return []
        raise CannotListen(_why(address, setting, error)) from error
    # Only now, when the port is ours: had it been set before, another program that set it
    # too would share the port with us unnoticed.
    each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    return [each]


def _again(first: Sequence[socket.socket]) -> tuple[socket.socket, ...]:
    share = []
    for each in first:
        twin = socket.socket(each.family, socket.SOCK_STREAM)
        # Its connections may linger after a restart, and must not keep the port from us then.
        twin.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        twin.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if each.family == socket.AF_INET6:
            twin.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        twin.bind(each.getsockname())
        share.append(twin)
    return tuple(share)


def _why(address: tuple[str, int], setting: str, error: OSError) -> str:
    host, port = address
    variable = "OCTETGATE_" + setting.upper()
    flag = "--" + setting.replace("_", "-")
    other = f"choose another with {flag}, {variable} or {setting} in octetgate.toml"
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken by another program; stop it, or {other}"
    if error.errno == errno.EACCES:
        return f"port {port} on {host} needs privileges that we do not have; {other}"
    return f"cannot listen on {host} port {port} ({error.strerror}); {other}"
