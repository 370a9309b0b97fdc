// The Lambda Runtime API, version 2018-06-01, as a function's process calls it (spec: lambda 7).

"use strict";

const { Wire } = require("./wire.cjs");

const ROOT = "/2018-06-01/runtime";
const ERROR_TYPE = "Lambda-Runtime-Function-Error-Type";
const ERROR_BODY = "Lambda-Runtime-Function-Error-Body";
const NEXT = ["GET", `${ROOT}/invocation/next`];
const JSON_TYPE = { "Content-Type": "application/json" };

class RuntimeApi {
  /** `address` is host:port. */
  constructor(address) {
    const [, host, port] = /^(.*):(\d+)$/.exec(address);
    this.wire = new Wire(host, Number(port));
  }

  /** Wait for a call and return it. */
  async next() {
    return received(await this.wire.send(...NEXT));
  }

  /** Answer a call with JSON, and wait for the next: one step for what follows each other anyway. */
  async respondAndNext(requestId, text) {
    const answer = ["POST", `${ROOT}/invocation/${requestId}/response`, JSON_TYPE, text];
    return received((await this.wire.sendAll([answer, NEXT]))[1]);
  }

  /** Answer a call with an error's document. */
  fail(requestId, error) {
    return this.tell(`/invocation/${requestId}/error`, error);
  }

  /** Say that there will be no calls. */
  initError(error) {
    return this.tell("/init/error", error);
  }

  tell(path, error) {
    const headers = { ...JSON_TYPE, [ERROR_TYPE]: error.errorType };
    return this.wire.send("POST", ROOT + path, headers, JSON.stringify(error));
  }

  /** Begin an answer that is written piece by piece. */
  open(requestId, contentType) {
    return this.wire.open("POST", `${ROOT}/invocation/${requestId}/response`, {
      "Lambda-Runtime-Function-Response-Mode": "streaming",
      "Content-Type": contentType,
      Trailer: `${ERROR_TYPE}, ${ERROR_BODY}`,
    });
  }
}

/** Return the call that a reply brings. */
function received({ status, headers, body }) {
  if (status !== 200) throw new Error(`invocation/next: expected 200, found ${status}`);
  return {
    requestId: headers["lambda-runtime-aws-request-id"],
    deadline: Number(headers["lambda-runtime-deadline-ms"]),
    functionArn: headers["lambda-runtime-invoked-function-arn"],
    traceId: headers["lambda-runtime-trace-id"],
    clientContext: headers["lambda-runtime-client-context"],
    identity: headers["lambda-runtime-cognito-identity"],
    payload: body,
  };
}

/** Return the trailers that tell of an error behind an answer's beginning. */
function trailers(error) {
  return {
    [ERROR_TYPE]: error.errorType,
    [ERROR_BODY]: Buffer.from(JSON.stringify(error)).toString("base64"),
  };
}

module.exports = { RuntimeApi, trailers };
