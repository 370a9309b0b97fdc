"""The function URLs that are served, following the store as :mod:`octetgate.gateway.live` does."""

from octetgate.core.model.function import FunctionUrl
from octetgate.core.ports.store import FUNCTION_URLS, FUNCTION_VERSIONS, FUNCTIONS, Store

_KNOWN = 10_000  # ids that do not exist are remembered too, so that guessing costs no query


class LiveUrls:
    """Function URLs as the store has them now."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: int | None = None
        self._urls: dict[str, FunctionUrl | None] = {}
        self._traced: dict[str, bool] = {}

    def find(self, url_id: str) -> FunctionUrl | None:
        """Return the URL of that id, or None if there is none."""
        revision = self._store.revision()
        if revision != self._seen or len(self._urls) >= _KNOWN:
            self._urls.clear()
            self._traced.clear()
            self._seen = revision
        if url_id not in self._urls:
            with self._store.read() as reading:
                self._urls[url_id] = reading.get(FUNCTION_URLS, url_id)
        return self._urls[url_id]

    def is_traced(self, url: FunctionUrl) -> bool:
        """Return whether calls of a URL that was found have spans: ``TracingConfig`` ``Active``.

        Of an alias that leads to two versions, the main one says so.
        """
        if url.url_id not in self._traced:
            self._traced[url.url_id] = self._mode(url) == "Active"
        return self._traced[url.url_id]

    def _mode(self, url: FunctionUrl) -> str:
        with self._store.read() as reading:
            function = reading.get(FUNCTIONS, url.function)
            alias = function.aliases.get(url.qualifier or "") if function else None
            if alias is not None:
                function = reading.get(
                    FUNCTION_VERSIONS, f"{url.function}/{alias.function_version}"
                )
        return function.tracing_mode if function else ""
