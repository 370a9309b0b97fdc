"""Writes the code that prints references."""

from __future__ import annotations

from octetgate.core.mapping.vtl.evaluation import Evaluation
from octetgate.core.mapping.vtl.nodes import Reference, Show
from octetgate.core.mapping.vtl.source import Function, Piece, Site, constant
from octetgate.core.mapping.vtl.variables import Storage

_LONG = 60


class Showing:
    """Prints references in one function; ``alone`` says that no value writes itself."""

    def __init__(
        self, function: Function, storage: Storage, evaluation: Evaluation, *, alone: bool
    ) -> None:
        self._function = function
        self._storage = storage
        self._evaluation = evaluation
        self._alone = alone

    def show(self, node: Show) -> None:
        """Print a reference: its value, or its source where the variable was never set."""
        if node.backslashes:
            self._escaped(node)
            return
        value = self._evaluation.reference(node.reference)
        match value.kind:
            case None:
                site = Site(node.reference.source[:_LONG], node.reference.place)
                text = self._function.keep(self._text(node.reference, value.code), site)
                self._function.show(Piece(text, None, site))
            case kind if kind is bool:
                text = self._function.keep(f"'true' if {value.code} else 'false'")
                self._function.show(Piece(text))
            case _:
                self._function.show(Piece(self._function.keep(f"str({value.code})")))

    def _text(self, reference: Reference, code: str) -> str:
        """Return the Python of what a reference's value prints as."""
        # Unconfirmed for API Gateway: Velocity prints an unknown variable's source.
        source = null = constant("" if reference.quiet else reference.source)
        if not reference.quiet:
            null = f"'' if {self._storage.is_set(reference.root)} else {source}"
        if self._alone:
            text = f"shown(run, {code}, {null})"
        else:
            text = f"shown_block(run, out, {code}, {null}, {source})"
        if self._function.hot:
            text = f"str({code}) if type({code}) is int else {text}"
        return f"{code} if type({code}) is str else {text}"

    def _escaped(self, node: Show) -> None:
        r"""Print a reference with backslashes before it: ``\$x`` is ``$x``, ``\\$x`` its value."""
        reference = node.reference
        site = Site(reference.source[:_LONG], reference.place)
        code = self._evaluation.reference(reference).code
        half = "\\" * (node.backslashes // 2)
        if node.backslashes % 2:
            # The last backslash stays where there is no value to hide.
            whole = constant(half + "\\" + reference.source)
            made = f"{whole} if {code} is None else {constant(half + reference.source)}"
        else:
            source = "\\" * node.backslashes + ("" if reference.quiet else reference.source)
            unset = f"{code} is None and not ({self._storage.is_set(reference.root)})"
            value = f"{constant(half)} + printed(run, {code})"
            made = f"{constant(source)} if {unset} else {value}"
        self._function.show(Piece(self._function.keep(made, site), None, site))
