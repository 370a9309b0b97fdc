"""Functions as the store has them now, read again only after something was written."""

from octetgate.core.functions.names import FunctionName
from octetgate.core.model.function import Function
from octetgate.core.ports.functions import FunctionNotFound
from octetgate.core.ports.store import FUNCTIONS, Store


class Known:
    """What is known of functions, as of one revision of the store."""

    def __init__(self, store: Store, *, region: str, account_id: str) -> None:
        """Region and account are those in the ARN of a function that is not found."""
        self._store = store
        self._prefix = f"arn:aws:lambda:{region}:{account_id}:function:"
        self._revision: int | None = None
        self._functions: dict[str, Function | None] = {}

    def current(self, name: FunctionName) -> Function:
        """Return the function; raises FunctionNotFound."""
        function = self._latest(name.name)
        if function is None:
            raise _not_found(self._prefix + name.name, name.qualifier)
        if name.qualifier is not None:
            # There are no versions and aliases, so no qualifier but $LATEST names anything.
            raise _not_found(function.arn, name.qualifier)
        return function

    def _latest(self, name: str) -> Function | None:
        revision = self._store.revision()
        if revision != self._revision:
            self._functions.clear()
            self._revision = revision
        if name not in self._functions:
            with self._store.read() as reading:
                self._functions[name] = reading.get(FUNCTIONS, name)
        return self._functions[name]


def _not_found(arn: str, qualifier: str | None) -> FunctionNotFound:
    named = f"{arn}:{qualifier}" if qualifier else arn
    return FunctionNotFound(f"Function not found: {named}")
