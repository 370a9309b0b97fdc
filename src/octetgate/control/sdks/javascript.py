"""A client in JavaScript: one module over fetch, for browsers and Node.js; bytes in and out."""

import json

from octetgate.control.sdks.described import Described, Operation

_RUNTIME = """
const isBytes = (body) => body instanceof ArrayBuffer || ArrayBuffer.isView(body);
const isBlob = (body) => typeof Blob !== "undefined" && body instanceof Blob;

const contentType = (body, consumes) => {
  if (isBytes(body)) return consumes;
  if (isBlob(body)) return body.type || consumes;
  return typeof body === "string" ? "text/plain; charset=utf-8" : "application/json";
};

/** What the API answered: `body` is an ArrayBuffer, whatever is in it. */
export class Answer {
  constructor(status, headers, body) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  text() {
    return new TextDecoder().decode(this.body);
  }

  json() {
    return JSON.parse(this.text());
  }
}

/**
 * Calls the API; each method is one of its operations.
 *
 * `params` are the operation's parameters by name; `body` is an ArrayBuffer, a typed array, a
 * Blob, a string, or what JSON can say; `options.queryParams` and `options.headers` are sent
 * besides.
 */
export class Client {
  constructor({ url = URL_OF_STAGE, apiKey, headers = {}, fetch = globalThis.fetch } = {}) {
    this.url = url.replace(/\\/+$/, "");
    this.headers = apiKey === undefined ? headers : { ...headers, "x-api-key": apiKey };
    this.fetch = (...args) => fetch(...args);
  }

  async call(verb, path, places, required, consumes, params = {}, body, options = {}) {
    const given = (name) => params[name] !== undefined && params[name] !== null;
    const missing = required.filter((name) => !given(name));
    if (missing.length) throw new TypeError(`${verb} ${path}: expected ${missing.join(", ")}`);
    const known = Object.values(places).flat();
    const unknown = Object.keys(params).filter((name) => !known.includes(name));
    if (unknown.length) {
      throw new TypeError(`${verb} ${path}: no parameter is called ${unknown.join(", ")}`);
    }
    let target = path;
    for (const name of places.path) {
      const value = encodeURIComponent(params[name]);
      target = target.replace(`{${name}}`, () => value);
      target = target.replace(`{${name}+}`, () => value.replaceAll("%2F", "/"));
    }
    const query = new URLSearchParams();
    const add = (name, value) => [value].flat().forEach((each) => query.append(name, each));
    places.query.filter(given).forEach((name) => add(name, params[name]));
    Object.entries(options.queryParams ?? {}).forEach(([name, value]) => add(name, value));
    const headers = new Headers(this.headers);
    places.header.filter(given).forEach((name) => headers.set(name, params[name]));
    Object.entries(options.headers ?? {}).forEach(([name, value]) => headers.set(name, value));
    const init = { method: verb, headers };
    if (body !== undefined && body !== null) {
      if (!headers.has("content-type")) headers.set("content-type", contentType(body, consumes));
      const asIs = isBytes(body) || isBlob(body) || typeof body === "string";
      init.body = asIs ? body : JSON.stringify(body);
    }
    const asked = query.toString().replaceAll("+", "%20");
    const answer = await this.fetch(`${this.url}${target}${asked && "?"}${asked}`, init);
    const found = Object.fromEntries(answer.headers.entries());
    return new Answer(answer.status, found, await answer.arrayBuffer());
  }
"""

_METHOD = """
  /** {verb} of {about}. */
  {name}(params, body, options) {{
    return this.call(
      {verb_}, {path}, {places}, {required}, {consumes},
      params, body, options
    );
  }}
"""

_END = """}

/** As clients made by API Gateway are made: `apigClientFactory.newClient({ apiKey })`. */
export const apigClientFactory = { newClient: (config) => new Client(config) };
"""


def files(described: Described) -> dict[str, str]:
    """Return the client's files by name."""
    head = (
        f"// {_line(described.title)}, version {_line(described.version)}, "
        f"stage {described.stage}.  Made from the stage's definition.\n\n"
        f"const URL_OF_STAGE = {_literal(described.url)};\n"
    )
    methods = "".join(_method(each) for each in described.operations)
    package = {"name": "api-client", "private": True, "type": "module", "main": "apigClient.js"}
    return {
        "apigClient.js": head + _RUNTIME + methods + _END,
        "package.json": json.dumps(package, indent=2) + "\n",
    }


def _method(operation: Operation) -> str:
    first, *others = operation.words
    return _METHOD.format(
        name=first[0].lower() + first[1:] + "".join(_capital(word) for word in others),
        verb=operation.verb,
        about=operation.path.replace("*/", "* /"),
        verb_=_literal(operation.verb),
        path=_literal(operation.path),
        places=_literal(dict(operation.parameters)),
        required=_literal(operation.required),
        consumes=_literal(operation.consumes),
    )


def _capital(word: str) -> str:
    return word[0].upper() + word[1:]


def _literal(value: object) -> str:
    return json.dumps(value)


def _line(text: str) -> str:
    return " ".join(text.split())
