"""A gateway's stage for rehearsals that answers what a test tells it to."""

from octetgate.core.http.headers import Headers
from octetgate.core.ports.rehearsal import Audition, Auditioned, Rehearsal, Rehearsed


class Played:
    """Remembers what it was asked."""

    def __init__(self):
        self.asked: list[Rehearsal] = []
        self.answer = Rehearsed(status=200, headers=Headers(), body=b"", log="", latency_ms=1)

    async def play(self, rehearsal):
        self.asked.append(rehearsal)
        return self.answer


class Auditioning:
    """The same for authorizers."""

    def __init__(self):
        self.asked: list[Audition] = []
        self.answer = Auditioned(status=0, log="", latency_ms=1)

    async def play(self, audition):
        self.asked.append(audition)
        return self.answer
