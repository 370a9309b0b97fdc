"""What a module of ``pages/`` says of itself: its pages, and where navigation leads to it.

The folder is the registry: a module there has ``PAGES``, and ``NAVIGATION`` if it is a place to
go to.  Adding pages is adding a file.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from urllib.parse import quote

from starlette.responses import Response

from octetgate.console.visits import Visit
from octetgate.core import kinds

_PAGES = "octetgate.console.pages"


class Reads(Enum):
    """What becomes of the body of an unsafe request before its page runs."""

    FORM = "form"  # read whole, as fields and files
    STREAM = "stream"  # left to the page, as it comes; the token has to be in the header


@dataclass(frozen=True, slots=True)
class Page:
    """Something to answer at a path: GET looks, POST changes."""

    path: str
    answer: Callable[[Visit], Awaitable[Response]]
    method: str = "GET"
    reads: Reads = Reads.FORM


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation."""

    order: int
    label: str
    path: str
    """With ``{api}``, it stands in the navigation of one API."""

    def url(self, api: str = "") -> str:
        """Return where it leads."""
        return self.path.replace("{api}", quote(api))


def all_pages() -> Iterator[Page]:
    """Yield every page of the console; fixed paths before those in which anything may stand."""
    modules = (kinds.load(_PAGES, name) for name in kinds.names(_PAGES))
    found = (page for module in modules for page in module.PAGES)
    yield from sorted(found, key=lambda page: page.path.count("{"))


@cache
def places(*, in_api: bool) -> tuple[Place, ...]:
    """Return the entries of the console's navigation, or of one API's."""
    modules = (kinds.load(_PAGES, name) for name in kinds.names(_PAGES))
    found = [place for module in modules for place in getattr(module, "NAVIGATION", ())]
    chosen = (place for place in found if ("{api}" in place.path) is in_api)
    return tuple(sorted(chosen, key=lambda place: place.order))
