"""What can be wrong with a template, and where."""

from __future__ import annotations


class TemplateError(ValueError):
    """The template cannot be compiled, or its rendering had to stop.

    ``line`` and ``column`` count from one and point into the template text.
    """

    def __init__(self, reason: str, line: int, column: int) -> None:
        super().__init__(f"line {line}, column {column}: {reason}")
        self.reason = reason
        self.line = line
        self.column = column


class MemberError(ValueError):
    """A method of a value refused its arguments.

    Values do not know where in the template they are used; the compiler does
    and turns this into a :class:`TemplateError`.
    """
