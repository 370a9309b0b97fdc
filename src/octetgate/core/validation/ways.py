"""In how many ways a schema comes to one place of a body.

``anyOf`` and its like ask several schemas about the same value, and where these name further
ones that do so too, the ways multiply: twenty definitions of two branches each come to one
place in a million ways, and a schema that is itself in two branches comes to the tenth level of
a body in a thousand.  A validator goes all of them before it says that nothing fits.  So they
are counted before anybody is asked.

Nothing here recurses: a schema may have thousands of definitions, each of which names the next.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from octetgate.core.validation.schemas import Schema, inside

Retrieve = Callable[[str], Schema]
"""Returns the schema that a reference out of its own schema names: each time the same object."""

MANY = 10**15
"""Nobody goes so many ways; they are not counted further."""

_SEVERAL = ("allOf", "anyOf", "oneOf")


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways of one schema, and of those that it names."""

    once_around: int
    """To one place, for who goes around no circle of references twice with one value.

    That is what jsonschema-rs does to say yes or no.
    """
    multiply: bool
    """Whether they multiply with the levels of a body, for who goes around every circle.

    That is what jsonschema-rs does to tell what is wrong.
    """


@dataclass(slots=True)
class _Part:
    """A part of a schema, and which others it asks, by their numbers."""

    same: list[int] = field(default_factory=list)
    """About the same value."""
    below: list[list[int]] = field(default_factory=list)
    """About the value in each place one level down."""

    def all(self) -> Iterator[int]:
        """Yield every other that it asks."""
        yield from self.same
        for place in self.below:
            yield from place

    def most(self, count: Callable[[int], int]) -> int:
        """Return what the others come to at the place where they come to most."""
        return sum(map(count, self.same)) + max(
            (sum(map(count, place)) for place in self.below), default=0
        )


def ways(schema: Schema, retrieve: Retrieve) -> Ways:
    """Count the ways."""
    parts = _parts(schema, retrieve)
    order = _inner_first(parts)
    counted: dict[int, int] = {}
    for number in order:
        # What is not counted by then leads back here: a circle.
        asked = parts[number].most(lambda each: counted.get(each, 1))
        counted[number] = min(1 + asked, MANY)
    circles = _circles(parts, order)
    return Ways(
        once_around=counted[0],
        # Two ways from one part lead back to it.
        multiply=any(
            part.most(partial(_are_same, circles, number)) > 1 for number, part in enumerate(parts)
        ),
    )


def _are_same(circles: Mapping[int, int], one: int, other: int) -> bool:
    return circles[one] == circles[other]


def _parts(schema: Schema, retrieve: Retrieve) -> list[_Part]:
    """Return all parts that are asked, the schema itself first."""
    numbers: dict[int, int] = {}
    met: list[tuple[Schema, Schema]] = []
    """Parts by their numbers, each with the schema it is in, to which its references are."""

    def numbered(part: object, whole: Schema) -> Iterator[int]:
        if isinstance(part, dict):
            if id(part) not in numbers:
                numbers[id(part)] = len(met)
                met.append((part, whole))
            yield numbers[id(part)]

    def several(parts: Iterable[object], whole: Schema) -> list[int]:
        return [number for part in parts for number in numbered(part, whole)]

    list(numbered(schema, schema))
    found: list[_Part] = []
    for part, whole in met:  # more are met meanwhile
        ref = part.get("$ref")
        if isinstance(ref, str):
            # Whatever stands beside a reference is not looked at in draft 4.
            uri, hash_, fragment = ref.partition("#")
            other = retrieve(uri) if uri else whole
            found.append(_Part(same=several([inside(other, hash_ + fragment)], other)))
        else:
            below = [several(place, whole) for place in _below(part)]
            found.append(_Part(several(_beside(part), whole), below))
    return found


def _beside(part: Schema) -> Iterator[object]:
    """Yield what is asked about the same value."""
    for keyword in _SEVERAL:
        yield from part.get(keyword, ())
    yield part.get("not")
    yield from part.get("dependencies", {}).values()


def _below(part: Schema) -> Iterator[list[object]]:
    """Yield what is asked about the value in each place one level down."""
    patterns = list(part.get("patternProperties", {}).values())
    for each in part.get("properties", {}).values():
        yield [each, *patterns]
    yield [part.get("additionalProperties"), *patterns]
    items = part.get("items")
    for each in items if isinstance(items, list) else [items]:
        yield [each]
    yield [part.get("additionalItems")]


def _inner_first(parts: Sequence[_Part]) -> list[int]:
    """Return the numbers of all parts, each behind those it asks, but where these ask it."""
    order: list[int] = []
    begun = {0}
    path = [(0, parts[0].all())]
    while path:
        number, others = path[-1]
        for each in others:
            if each not in begun:
                begun.add(each)
                path.append((each, parts[each].all()))
                break
        else:
            path.pop()
            order.append(number)
    return order


def _circles(parts: Sequence[_Part], order: Sequence[int]) -> dict[int, int]:
    """Return for each part one that stands for all that ask it and that it asks (Kosaraju)."""
    asking: list[list[int]] = [[] for _ in parts]
    for number, part in enumerate(parts):
        for each in part.all():
            asking[each].append(number)
    circles: dict[int, int] = {}
    for first in reversed(order):
        waiting = [first]
        while waiting:
            number = waiting.pop()
            if number not in circles:
                circles[number] = first
                waiting += asking[number]
    return circles
