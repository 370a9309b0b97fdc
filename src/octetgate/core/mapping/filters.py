"""The conditions in a JSON path's ``[?( … )]`` (spec: mapping 6).

A number equals the text of it, as in Jayway's JsonPath; ``===`` does not think
so.  A path that finds nothing equals nothing.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

from octetgate.core.mapping import javaregex, jsontext
from octetgate.core.mapping.path_text import PathText

NOTHING = object()
"""The value of a path that finds nothing."""

Operand = Callable[[object, object], object]
"""From the node tested and the whole document to a value."""

Test = Callable[[object, object], bool]

_DEEPEST = 20
_CONSTANTS = {"true": True, "false": False, "null": None}


def parse(read: PathText, path: Callable[[], Operand]) -> Test:
    """Read a condition; ``path`` reads a path that starts with ``@`` or ``$``."""
    return _Conditions(read, path).either()


class _Conditions:
    def __init__(self, read: PathText, path: Callable[[], Operand]) -> None:
        self._read = read
        self._path = path
        self._depth = 0

    def either(self) -> Test:
        tests = [self._both()]
        while self._sign("||"):
            tests.append(self._both())
        if len(tests) == 1:
            return tests[0]
        return lambda node, document: any(test(node, document) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._sign("&&"):
            tests.append(self._one())
        if len(tests) == 1:
            return tests[0]
        return lambda node, document: all(test(node, document) for test in tests)

    def _one(self) -> Test:
        if self._sign("!"):
            test = self._nested(self._one)
            return lambda node, document: not test(node, document)
        if self._sign("("):
            test = self._nested(self.either)
            self._read.skip_space()
            self._read.expect(")")
            return test
        return self._comparison()

    def _nested(self, inside: Callable[[], Test]) -> Test:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._read.error(f"conditions nested more than {_DEEPEST} deep")
        test = inside()
        self._depth -= 1
        return test

    def _sign(self, sign: str) -> bool:
        self._read.skip_space()
        return self._read.take(sign)

    def _comparison(self) -> Test:
        left = self._operand()
        self._read.skip_space()
        if self._read.take("=~"):
            return self._regex(left)
        sign = self._read.take_pattern(rf"[=!]==?|[<>]=?|(?i:{'|'.join(_WORDS)})\b")
        if not sign:
            return lambda node, document: left(node, document) is not NOTHING
        right = self._operand()
        compare = _COMPARE[sign.lower()]
        return lambda node, document: compare(left(node, document), right(node, document))

    def _regex(self, left: Operand) -> Test:
        self._read.skip_space()
        literal = self._read.take_pattern(r"/(?:[^/\\]|\\.)*/[imsxud]*")
        if not literal:
            raise self._read.expected("a regular expression between slashes")
        body, _, flags = literal[1:].rpartition("/")
        try:
            regex = javaregex.compile((f"(?{flags})" if flags else "") + body.replace(r"\/", "/"))
        except javaregex.BadPattern as error:
            raise self._read.error(str(error)) from error
        if regex.goes_back:
            # A filter reads every member of a document, which no bound for one text covers.
            raise self._read.error("a regular expression here may not look around or refer back")

        def matches(node: object, document: object) -> bool:
            value = left(node, document)
            if isinstance(value, (int, float)):
                value = jsontext.dump(value)
            try:
                return isinstance(value, str) and regex.fullmatch(value)
            except javaregex.TextTooLong as error:
                raise self._read.error(str(error)) from error

        return matches

    def _operand(self) -> Operand:
        return operand(self._read, self._path)


def operand(read: PathText, path: Callable[[], Operand]) -> Operand:
    """Read a path or a literal."""
    read.skip_space()
    if read.peek("@") or read.peek("$"):
        return path()
    value = _literal(read)
    return lambda _node, _document: value


def _literal(read: PathText) -> object:
    if read.peek("'") or read.peek('"'):
        return read.quoted()
    if read.take("["):
        return _list(read)
    number = read.take_pattern(r"-?\d{1,300}(?:\.\d+)?(?:[eE][+-]?\d+)?")
    if number:
        return int(number) if number.lstrip("-").isdigit() else float(number)
    word = read.take_pattern(r"true\b|false\b|null\b")
    if not word:
        raise read.expected("a path, a string, a number, true, false or null")
    return _CONSTANTS[word]


def _list(read: PathText) -> list[object]:
    members: list[object] = []
    read.skip_space()
    while not read.take("]"):
        members.append(_literal(read))
        if not read.comma():
            read.expect("]")
            break
    return members


def _equal(left: object, right: object) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, str) and _is_number(right):
        return left == jsontext.dump(right)
    if _is_number(left) and isinstance(right, str):
        return left == _as_number(right)
    return left == right


def _as_number(text: str) -> float | None:
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def _identical(left: object, right: object) -> bool:
    alike = _is_number(left) and _is_number(right)
    return (alike or type(left) is type(right)) and _equal(left, right)


def _ordered(compare: Callable[..., bool]) -> Callable[[object, object], bool]:
    def test(left: object, right: object) -> bool:
        if isinstance(left, str) and isinstance(right, str):
            return compare(left, right)
        return _is_number(left) and _is_number(right) and compare(left, right)

    return test


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _within(value: object, group: object) -> bool:
    return isinstance(group, list) and any(_equal(value, member) for member in group)


def _contains(group: object, value: object) -> bool:
    if isinstance(group, str):
        return isinstance(value, str) and value in group
    return _within(value, group)


def _size(value: object, size: object) -> bool:
    return isinstance(value, (list, str)) and _is_number(size) and len(value) == size


def _empty(value: object, wanted: object) -> bool:
    return isinstance(value, (list, dict, str)) and (not value) is wanted


def _every(group: object, values: object) -> bool:
    return (
        isinstance(group, list)
        and isinstance(values, list)
        and all(_within(value, group) for value in values)
    )


def _some(group: object, values: object) -> bool:
    return (
        isinstance(group, list)
        and isinstance(values, list)
        and any(_within(value, group) for value in values)
    )


_COMPARE: Mapping[str, Callable[[object, object], bool]] = {
    "==": _equal,
    "===": _identical,
    "!==": lambda left, right: not _identical(left, right),
    "!=": lambda left, right: not _equal(left, right),
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
    "in": _within,
    "nin": lambda value, group: not _within(value, group),
    "contains": _contains,
    "all": _every,
    "subsetof": lambda values, group: _every(group, values),
    "anyof": _some,
    "noneof": lambda values, group: isinstance(values, list) and not _some(values, group),
    "size": _size,
    "empty": _empty,
    "exists": lambda value, wanted: (value is not NOTHING) is wanted,
}
_WORDS = tuple(sign for sign in _COMPARE if sign.isalpha())
