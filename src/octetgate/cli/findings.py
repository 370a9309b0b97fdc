"""What the doctor finds."""

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """How much a finding matters."""

    GOOD = "good"
    NOTE = "note"
    """Fine, but worth knowing."""
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    about: str
    verdict: Verdict
    found: str
    remedy: str = ""
