"""What calls came to, added up: by API and stage, and by method where that is wanted.

Each process adds to numbers of its own, in memory that outlives it, so that nothing is lost
when it is killed and adding costs next to nothing; whoever shows them adds up the processes'.
"""

from typing import NamedTuple, Protocol

LATENCIES = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 29)
"""Upper bounds in seconds of what calls are sorted into; the last is AWS's timeout."""


class Subject(NamedTuple):
    """Whose calls are added up; empty texts for what is not known or not told apart."""

    api_id: str = ""
    stage: str = ""
    resource: str = ""
    """The resource's path."""
    method: str = ""


class Tally(Protocol):
    """The numbers of one subject in this process."""

    def add(  # what there is to say of a call
        self,
        status: int,
        seconds: float,
        integration_seconds: float,
        received: int,
        sent: int,
        cache: str,
    ) -> None:
        """Add a call that has ended.

        ``status`` is 0 for one that was not answered; ``integration_seconds`` 0 where no
        integration was asked; ``received`` and ``sent`` are bytes of bodies; ``cache`` is
        ``hit``, ``miss`` or empty.
        """


class Tallies(Protocol):
    """The numbers of all subjects in this process."""

    def of(self, subject: Subject) -> Tally:
        """Return the subject's numbers; beyond so many subjects, those of all others together."""
