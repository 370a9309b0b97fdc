"""A Lambda data plane that answers what a test tells it to."""

from octetgate.core.ports.functions import Invocation, InvokeError, Outcome


class FakeFunctions:
    """Remembers what it was asked."""

    def __init__(self):
        self.asked: list[Invocation] = []
        self.answers: list[Outcome | InvokeError] = []

    async def invoke(self, invocation):
        self.asked.append(invocation)
        answer = self.answers.pop(0)
        if isinstance(answer, InvokeError):
            raise answer
        return answer
