"""A position in the text of a JSON path, and what can be read there."""

from __future__ import annotations

import re


class PathError(ValueError):
    """The text is not a JSON path that octetgate understands."""

    def __init__(self, text: str, position: int, reason: str) -> None:
        super().__init__(f"JSON path {text!r}, character {position + 1}: {reason}")
        self.text = text
        self.position = position
        self.reason = reason


class PathText:
    """Reads a path from front to back."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    @property
    def at_end(self) -> bool:
        """Whether everything has been read."""
        return self.position >= len(self.text)

    def error(self, reason: str) -> PathError:
        """Return an error that points here."""
        return PathError(self.text, self.position, reason)

    def expected(self, wanted: str) -> PathError:
        """Return an error that says what stands here instead of ``wanted``."""
        found = "the end" if self.at_end else repr(self.text[self.position])
        return self.error(f"expected {wanted}, found {found}")

    def peek(self, literal: str) -> bool:
        """Say whether ``literal`` stands here."""
        return self.text.startswith(literal, self.position)

    def take(self, literal: str) -> bool:
        """Read ``literal`` if it stands here."""
        if not self.peek(literal):
            return False
        self.position += len(literal)
        return True

    def take_pattern(self, pattern: str) -> str:
        """Read what matches ``pattern``, which may be nothing."""
        found = re.compile(pattern).match(self.text, self.position)
        if not found:
            return ""
        self.position = found.end()
        return found[0]

    def expect(self, literal: str) -> None:
        """Read ``literal`` or complain."""
        if not self.take(literal):
            raise self.expected(repr(literal))

    def skip_space(self) -> None:
        """Read blanks."""
        self.take_pattern(r"\s*")

    def comma(self) -> bool:
        """Read a comma with its blanks if one stands here."""
        self.skip_space()
        taken = self.take(",")
        if taken:
            self.skip_space()
        return taken

    def integer(self) -> int | None:
        """Read an integer if one stands here, and the blanks around it."""
        self.skip_space()
        digits = self.take_pattern(r"-?\d{1,15}")
        self.skip_space()
        return int(digits) if digits else None

    def quoted(self) -> str:
        """Read a string in either quotes; a backslash takes the next character as it is."""
        quote = self.take_pattern("['\"]")
        if not quote:
            raise self.expected("a quoted name")
        inside = self.take_pattern(rf"(?:[^{quote}\\]|\\.)*")
        self.expect(quote)
        return re.sub(r"\\(.)", r"\1", inside)
