"""In how many ways a schema comes to one place of a body.

``anyOf`` and its like ask several schemas about the same value, and where these name further
ones that do so too, the ways multiply: twenty definitions of two branches each come to one
place in a million ways, and a schema that is itself in two branches comes to the tenth level of
a body in a thousand.  A validator goes all of them before it says that nothing fits.  So they
are counted before anybody is asked.
"""

from collections.abc import Callable, Iterable, Iterator

from octetgate.core.validation.schemas import Schema, inside

Retrieve = Callable[[str], Schema]
"""Returns the schema that a reference out of its own schema names: each time the same object."""

MANY = 10**15
"""Nobody goes so many ways; they are not counted further."""

_SEVERAL = ("allOf", "anyOf", "oneOf")
_ANY_DEPTH = -1


class Ways:
    """Counts the ways of one schema, and of those that it names."""

    def __init__(self, schema: Schema, retrieve: Retrieve) -> None:
        self._root = schema
        self._retrieve = retrieve
        self._counted: dict[tuple[int, int], int] = {}
        self._parts: dict[int, tuple[Schema, Schema]] = {}
        """All that has been met, with the schema it is in, to which its references are."""
        self._circles = False

    def once_around(self) -> int:
        """Return the ways for who goes around no circle of references twice with one value.

        That is what jsonschema-rs does to say yes or no.
        """
        try:
            return self._count(self._root, self._root, _ANY_DEPTH)
        except RecursionError:
            return MANY  # hundreds of references, each of which leads to the next

    def around(self, levels: int) -> int:
        """Return the ways to the last level of a body, for who goes around every circle.

        That is what jsonschema-rs does to tell what is wrong.
        """
        ways = self.once_around()
        if not self._circles or ways == MANY:
            return ways
        for level in range(levels):
            for part, schema in list(self._parts.values()):
                self._count(part, schema, level)
        return self._count(self._root, self._root, levels)

    def _count(self, part: object, schema: Schema, levels: int) -> int:
        """Return the ways from a part of a schema to the place that most of them lead to."""
        if not isinstance(part, dict):
            return 0
        known = self._counted.get((id(part), levels))
        if known is not None:
            self._circles = self._circles or known == 0
            return known or 1
        self._parts[id(part)] = part, schema
        self._counted[id(part), levels] = 0  # while it is being counted
        ways = 1 + sum(self._count(*each, levels) for each in self._same_place(part, schema))
        if levels != 0:
            below = levels if levels == _ANY_DEPTH else levels - 1
            places = (sum(self._count(each, schema, below) for each in p) for p in _below(part))
            ways += max(places, default=0)
        self._counted[id(part), levels] = ways = min(ways, MANY)
        return ways

    def _same_place(self, part: Schema, schema: Schema) -> Iterator[tuple[object, Schema]]:
        """Yield what is asked about the same value, each with the schema it is in."""
        ref = part.get("$ref")
        if isinstance(ref, str):
            # Whatever stands beside a reference is not looked at in draft 4.
            uri, hash_, fragment = ref.partition("#")
            other = self._retrieve(uri) if uri else schema
            yield inside(other, hash_ + fragment), other
            return
        for keyword in _SEVERAL:
            for each in part.get(keyword, ()):
                yield each, schema
        yield part.get("not"), schema
        for each in part.get("dependencies", {}).values():
            yield each, schema


def _below(part: Schema) -> Iterator[Iterable[object]]:
    """Yield what is asked about the value in each place one level down."""
    if "$ref" in part:
        return
    patterns = list(part.get("patternProperties", {}).values())
    for each in part.get("properties", {}).values():
        yield [each, *patterns]
    yield [part.get("additionalProperties"), *patterns]
    items = part.get("items")
    for each in items if isinstance(items, list) else [items]:
        yield [each]
    yield [part.get("additionalItems")]
