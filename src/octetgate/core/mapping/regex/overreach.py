"""Whether looking for a match may read far beyond its end.

RE2 reads a text once for each match.  That is once in all where it stops reading
when the match has ended; but to know whether ``(a.*b|a)`` ends after an ``a``, it
has to look for a ``b`` as far as there may be one, and does so for every match.
"""

from __future__ import annotations

from octetgate.core.mapping.regex import characters
from octetgate.core.mapping.regex.characters import Ranges
from octetgate.core.mapping.regex.nodes import Chars, Choice, Group, Node, Place, Repeat, Sequence

_FAR = 16
_ENDS = {Place.END, Place.LAST_LINE_END, Place.LAST_NEWLINE}


def overreaches(root: Node) -> bool:
    """Say whether a match may be found long before it is known to be the one."""
    return _far(root, (), sure=True)


def _far(node: Node, rest: tuple[Node, ...], *, sure: bool) -> bool:
    """Say it of ``node`` with ``rest`` after it; ``sure`` while there is no other way to match."""
    match node:
        case Sequence(parts):
            return any(
                _far(part, (*parts[at + 1 :], *rest), sure=sure) for at, part in enumerate(parts)
            )
        case Choice(branches):
            last = len(branches) - 1
            return any(
                _far(branch, rest, sure=sure and at == last) for at, branch in enumerate(branches)
            )
        case Group(body):
            return _far(body, rest, sure=sure)
        case Repeat():
            return _repeat(node, rest, sure=sure)
    return False


def _repeat(repeat: Repeat, rest: tuple[Node, ...], *, sure: bool) -> bool:
    body = _bare(repeat.body)
    if _long(body):
        return True
    # At the very end it lasts as long as the match does.
    if not rest or (repeat.most is not None and repeat.most <= _FAR):
        return False
    if not sure or not isinstance(body, Chars):
        return True
    if all(part in _ENDS for part in rest):
        return False
    follow = _first(rest)
    return follow is None or bool(characters.intersect(body.members, follow))


def _bare(node: Node) -> Node:
    return _bare(node.body) if isinstance(node, Group) else node


def _long(node: Node) -> bool:
    """Say whether anything in ``node`` repeats far."""
    match node:
        case Sequence(parts) | Choice(parts):
            return any(map(_long, parts))
        case Group(body):
            return _long(body)
        case Repeat(body, _, most):
            return most is None or most > _FAR or _long(body)
    return False


def _first(rest: tuple[Node, ...]) -> Ranges | None:
    """Return what ``rest`` must begin with; ``None`` where that is not plain to see."""
    for at, part in enumerate(rest):
        match _bare(part):
            case Chars(members):
                return members
            case Sequence(parts):
                return _first((*parts, *rest[at + 1 :]))
            case Repeat(body, least) if least:
                return _first((body,))
            case Place():
                continue
            case _:
                return None
    return None
