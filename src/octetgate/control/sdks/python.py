"""A client in Python: one module, the standard library, bytes in and out."""

from octetgate.control.sdks.described import Described, Operation

_RUNTIME = '''
_CONNECTIONS = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}


class Answer:
    """What the API answered: the body is bytes, whatever they are."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def text(self):
        return self.body.decode()

    def json(self):
        return json.loads(self.body)


class Client:
    """Calls the API; each method is one of its operations.

    ``params`` are the operation's parameters by name, ``body`` is bytes, text, or what JSON can
    say; ``query`` and ``headers`` are sent besides.
    """

    def __init__(self, url=URL, *, api_key=None, headers=None, timeout=30):
        self.url = url.rstrip("/")
        self.headers = dict(headers or {})
        self.timeout = timeout
        if api_key is not None:
            self.headers["x-api-key"] = api_key

    def call(self, verb, path, places, required, consumes, params, body, query, headers):
        params = dict(params or {})
        missing = [name for name in required if params.get(name) is None]
        if missing:
            raise ValueError(f"{verb} {path}: expected {', '.join(missing)}")
        known = {name for names in places.values() for name in names}
        unknown = sorted(set(params) - known)
        if unknown:
            raise ValueError(f"{verb} {path}: no parameter is called {', '.join(unknown)}")
        given = {
            place: [(name, params[name]) for name in names if params.get(name) is not None]
            for place, names in places.items()
        }
        for name, value in given["path"]:
            path = path.replace("{%s}" % name, quote(str(value), safe=""))
            path = path.replace("{%s+}" % name, quote(str(value), safe="/"))
        pairs = given["query"] + list((query or {}).items())
        sent = {name: str(value) for name, value in given["header"]}
        sent = {**self.headers, **sent, **(headers or {})}
        names = {name.lower() for name in sent}
        if body is not None and "content-type" not in names:
            sent["Content-Type"] = _content_type(body, consumes)
        if body is not None and not isinstance(body, (bytes, bytearray, memoryview)):
            body = (body if isinstance(body, str) else json.dumps(body)).encode()
        place = urlsplit(self.url)
        connection = _CONNECTIONS[place.scheme](place.netloc, timeout=self.timeout)
        try:
            target = place.path + path
            if pairs:
                target += "?" + urlencode(pairs, doseq=True, quote_via=quote)
            connection.request(verb, target, body, sent)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()
'''

_METHOD = '''
    def {name}(self, params=None, body=None, *, query=None, headers=None):
        """{verb} of {path}."""
        return self.call(
            {verb!r}, {path!r}, {places!r}, {required!r}, {consumes!r}, params, body, query, headers
        )
'''

_END = """

def _content_type(body, consumes):
    if isinstance(body, (bytes, bytearray, memoryview)):
        return consumes
    return "text/plain; charset=utf-8" if isinstance(body, str) else "application/json"
"""


def files(described: Described) -> dict[str, str]:
    """Return the client's files by name."""
    head = (
        f"# {_line(described.title)}, version {_line(described.version)}, "
        f"stage {described.stage}.  Made from the stage's definition.\n\n"
        "import http.client\nimport json\nfrom urllib.parse import quote, urlencode, urlsplit\n\n"
        f"URL = {described.url!r}"
    )
    methods = "".join(_method(each) for each in described.operations)
    return {"client.py": head + _RUNTIME + methods + _END}


def _method(operation: Operation) -> str:
    return _METHOD.format(
        name="_".join(word.lower() for word in operation.words),
        verb=operation.verb,
        path=operation.path,
        places=dict(operation.parameters),
        required=operation.required,
        consumes=operation.consumes,
    )


def _line(text: str) -> str:
    """Return the text in one line, as a comment has to be."""
    return " ".join(text.split())
