"""Functions as the store has them now, read again only after something was written."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from octetgate.core.functions.names import FunctionName
from octetgate.core.functions.versions import chosen_version
from octetgate.core.model.function import LATEST, Function
from octetgate.core.ports.functions import FunctionNotFound
from octetgate.core.ports.store import FUNCTION_VERSIONS, FUNCTIONS, Store


@dataclass(frozen=True, slots=True)
class Target:
    """What a name leads to."""

    name: FunctionName
    function: Function
    """Its aliases, its policy, and whatever else holds for the function as a whole."""
    version: Function
    """What runs: the function as it is now, or a published version of it."""

    @property
    def arn(self) -> str:
        """The ARN as the caller named it."""
        qualifier = self.name.qualifier
        return f"{self.function.arn}:{qualifier}" if qualifier else self.function.arn


class Known:
    """What is known of functions, as of one revision of the store."""

    def __init__(
        self,
        store: Store,
        *,
        region: str,
        account_id: str,
        dice: Callable[[], float] = random.random,
    ) -> None:
        """Region and account are those in the ARN of a function that is not found.

        ``dice`` gives numbers from 0 to below 1, for aliases that lead to two versions.
        """
        self._store = store
        self._prefix = f"arn:aws:lambda:{region}:{account_id}:function:"
        self._dice = dice
        self._revision: int | None = None
        self._functions: dict[tuple[str, str], Function | None] = {}

    @property
    def revision(self) -> int:
        """The store's, when ``has_changed`` was asked last."""
        return -1 if self._revision is None else self._revision

    def has_changed(self) -> bool:
        """Say whether something was written since this was asked last."""
        revision = self._store.revision()
        if revision == self._revision:
            return False
        self._functions.clear()
        self._revision = revision
        return True

    def find(self, name: FunctionName) -> Target:
        """Return what the name leads to; raises FunctionNotFound.

        An alias that leads to two versions leads to either, each time anew.
        """
        self.has_changed()
        function = self.version(name.name, LATEST)
        if function is None:
            raise _not_found(self._prefix + name.name, name.qualifier)
        alias = function.aliases.get(name.qualifier or "")
        number = name.qualifier or LATEST
        if alias is not None:
            number = chosen_version(
                alias, self._dice() if alias.additional_version_weights else 0.0
            )
        version = self.version(name.name, number)
        if version is None:
            raise _not_found(function.arn, name.qualifier)
        return Target(name, function, version)

    def version(self, name: str, number: str) -> Function | None:
        """Return a version of a function as it was when ``has_changed`` was asked last."""
        key = (name, number)
        if key not in self._functions:
            with self._store.read() as reading:
                self._functions[key] = (
                    reading.get(FUNCTIONS, name)
                    if number == LATEST
                    else reading.get(FUNCTION_VERSIONS, f"{name}/{number}")
                )
        return self._functions[key]


def _not_found(arn: str, qualifier: str | None) -> FunctionNotFound:
    named = f"{arn}:{qualifier}" if qualifier else arn
    return FunctionNotFound(f"Function not found: {named}")
