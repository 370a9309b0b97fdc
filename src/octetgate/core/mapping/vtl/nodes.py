"""The parts a template consists of, as the parser found them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the template, counted from one."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Property:
    """``.name``"""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """``.name(arguments)``"""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """``[key]``"""

    key: Expression


Step = Property | Call | Index


@dataclass(frozen=True, slots=True)
class Reference:
    """``$root.step[…]`` in any of its spellings; ``source`` is the one used."""

    source: str
    quiet: bool
    root: str
    steps: tuple[Step, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Literal:
    """A string without references, a number or a boolean."""

    value: str | int | float | bool


@dataclass(frozen=True, slots=True)
class Interpolated:
    """A double-quoted string with references or directives in it."""

    block: Block


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """``[1, $x]``"""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class RangeLiteral:
    """``[first..last]``, both included."""

    first: Expression
    last: Expression
    place: Place


@dataclass(frozen=True, slots=True)
class MapLiteral:
    """``{"k": $v}``"""

    members: tuple[tuple[Expression, Expression], ...]


@dataclass(frozen=True, slots=True)
class Not:
    """``!operand``"""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """``left operator right``; word operators arrive as their signs."""

    operator: str
    left: Expression
    right: Expression
    sources: tuple[str, str]
    """Both operands as they are written."""

    place: Place


Expression = (
    Literal | Interpolated | ListLiteral | RangeLiteral | MapLiteral | Not | Binary | Reference
)


@dataclass(frozen=True, slots=True)
class Text:
    """Characters printed as they are."""

    text: str


@dataclass(frozen=True, slots=True)
class Show:
    """A reference in the text, with the backslashes before it."""

    reference: Reference
    backslashes: int


@dataclass(frozen=True, slots=True)
class Set:
    """``#set($target = value)``"""

    target: Reference
    value: Expression


@dataclass(frozen=True, slots=True)
class If:
    """``#if … #elseif … #else … #end``"""

    branches: tuple[tuple[Expression, Block], ...]
    otherwise: Block


@dataclass(frozen=True, slots=True)
class Foreach:
    """``#foreach($name in items) … #end``"""

    name: str
    items: Expression
    block: Block
    place: Place


@dataclass(frozen=True, slots=True)
class Define:
    """``#define($name) … #end``"""

    name: str
    block: Block
    place: Place


@dataclass(frozen=True, slots=True)
class Macro:
    """``#macro(name $parameters) … #end``; the first of a name is the one used"""

    name: str
    parameters: tuple[str, ...]
    block: Block
    place: Place


@dataclass(frozen=True, slots=True)
class Use:
    """``#name(arguments)``, or ``#@name(arguments) … #end`` with a body."""

    name: str
    arguments: tuple[Expression, ...]
    body: Block | None
    place: Place


@dataclass(frozen=True, slots=True)
class Break:
    """``#break``, or ``#break($foreach.parent)``, which ends that loop"""

    loop: Reference | None
    place: Place


@dataclass(frozen=True, slots=True)
class Stop:
    """``#stop`` or ``#return``"""


Node = Text | Show | Set | If | Foreach | Define | Macro | Use | Break | Stop


@dataclass(frozen=True, slots=True)
class Block:
    """Nodes in their order; ``size`` counts them all, however deep."""

    nodes: tuple[Node, ...]
    size: int
