"""What calls came to, added up: by API and stage, by method where that is wanted, by function.

Each process adds to numbers of its own, in memory that outlives it, so that nothing is lost
when it is killed and adding costs next to nothing; whoever shows them adds up the processes'.
"""

from typing import NamedTuple, Protocol

LATENCIES = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 29)
"""Upper bounds in seconds of what calls are sorted into; the last is AWS's timeout."""

DURATIONS = (*LATENCIES, 60, 180, 900)
"""The same for functions, which may run for 15 minutes."""


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


class FunctionTally(Protocol):
    """The numbers of one function, all its versions together, in this process."""

    def began(self) -> None:
        """Add a call that a process was given."""

    def ended(self, seconds: float, *, failed: bool) -> None:
        """Add a call that is over, of those that began; ``failed`` is the function's error."""

    def taken_back(self) -> None:
        """Take off a call that began, but of which its process did not hear."""

    def never_began(self) -> None:
        """Add a call that failed because no process could start."""

    def started(self, seconds: float) -> None:
        """Add a process that is ready for its first call, after so long a start."""

    def throttled(self) -> None:
        """Add a call for which there was no room."""


class FunctionTallies(Protocol):
    """The numbers of all functions in this process."""

    def of(self, function: str) -> FunctionTally:
        """Return the numbers of the function with the name; beyond so many, all others'."""


class Uncounted:
    """Keeps the two promises above where nothing is added up."""

    def of(self, function: str) -> "Uncounted":
        del function
        return self

    def began(self) -> None: ...

    def ended(self, seconds: float, *, failed: bool) -> None: ...

    def taken_back(self) -> None: ...

    def never_began(self) -> None: ...

    def started(self, seconds: float) -> None: ...

    def throttled(self) -> None: ...


# --- Added up, to be looked at -----------------------------------------------------------------


class CallTotals(NamedTuple):
    """What all calls of one subject have come to, of all processes together."""

    answers: tuple[float, ...]
    """Calls by hundreds of their status; first those that got no answer."""
    received: float
    sent: float
    hits: float
    misses: float
    latency: tuple[float, ...]
    """Calls by the bounds of ``LATENCIES``; last those beyond them."""
    integration: tuple[float, ...]


class FunctionTotals(NamedTuple):
    """What all calls of one function have come to."""

    ended: float
    errors: float
    throttles: float
    durations: tuple[float, ...]
    """Calls by the bounds of ``DURATIONS``; last those beyond them."""


class Totals(NamedTuple):
    """The numbers of everything that has been called."""

    calls: dict[Subject, CallTotals]
    functions: dict[str, FunctionTotals]
