"""A call at a desk: what a process is told of it, and who waits for its outcome."""

import asyncio

from octetgate.core.ports.functions import Invocation, Outcome


class DeskCall:
    """One call, as a process is told of it, and what will be its outcome."""

    __slots__ = (
        "client_context",
        "function_arn",
        "invocation",
        "outcome",
        "payload",
        "request_id",
        "trace_id",
        "until",
    )

    def __init__(
        self,
        request_id: str,
        payload: bytes,
        function_arn: str,
        trace_id: str | None,
        client_context: str | None,
        outcome: asyncio.Future[Outcome],
        invocation: Invocation,
    ) -> None:
        """``invocation`` is what the caller asked for."""
        self.request_id = request_id
        self.payload = payload
        self.function_arn = function_arn
        self.trace_id = trace_id
        self.client_context = client_context
        self.outcome = outcome
        self.invocation = invocation
        self.until = 0.0
        """When it has waited long enough for one, a time of the loop's."""

    @property
    def is_wanted(self) -> bool:
        """Whether somebody still waits for the outcome."""
        return not self.outcome.done()

    def answer(self, outcome: Outcome) -> None:
        """Tell the caller, if it still waits; a function that runs for one who left goes on."""
        if not self.outcome.done():
            self.outcome.set_result(outcome)

    def refuse(self, error: Exception) -> None:
        """Tell the caller, if it still waits, that there will be no outcome."""
        if not self.outcome.done():
            self.outcome.set_exception(error)
