// One call: the handler is run in whichever of Node's styles it is written, and answered for once.

"use strict";

const { document, logged } = require("./errors.cjs");
const { ResponseStream, streams } = require("./streaming.cjs");

/** As it was at the start: to ask `process.env` is to ask the C library, each time. */
const ENV = { ...process.env };

class Call {
  constructor(line, invocation, log) {
    this.line = line;
    this.invocation = invocation;
    this.log = log;
    /** What to do once the event loop has nothing left to do. */
    this.whenIdle = null;
  }

  /** Run the handler; return its answer in JSON, or null if the caller has been answered. */
  async run(handler) {
    try {
      const event = JSON.parse(this.invocation.payload);
      if (!streams(handler)) return stringified(await this.outcome(handler, event));
      await this.poured(handler, event);
    } catch (error) {
      this.log.error("Invoke Error", logged(error));
      await this.crashed(error);
    }
    return null;
  }

  /** The event loop is empty: nothing that the call waits for will ever come. */
  idle() {
    this.whenIdle?.();
  }

  /** Answer with an error, if it has no answer; `isLast` says that the process ends with it. */
  async crashed(error, isLast = false) {
    const told = document(error);
    await (isLast ? this.line.failAndEnd(told) : this.line.fail(told));
  }

  /** Return what the handler returns, resolves to, or hands to its callback. */
  outcome(handler, event) {
    const context = contextOf(this.invocation);
    return new Promise((resolve, reject) => {
      this.whenIdle = () => resolve(null);
      const callback = (error, result) => {
        const settle = () => (error === null || error === undefined ? resolve(result) : reject(error));
        if (context.callbackWaitsForEmptyEventLoop) this.whenIdle = settle;
        else settle();
      };
      const done = (error, result) => {
        context.callbackWaitsForEmptyEventLoop = false;
        callback(error, result);
      };
      context.done = done;
      context.succeed = (result) => done(null, result);
      context.fail = (error) => done(error ?? "handled");
      const returned = handler(event, context, callback);
      if (typeof returned?.then === "function") returned.then(resolve, reject);
    });
  }

  /** Let the handler write its answer, and wait until it is all gone out. */
  async poured(handler, event) {
    const stream = new ResponseStream((type) => this.line.open(this.invocation, type));
    const over = new Promise((resolve, reject) => {
      this.whenIdle = () => reject(new Error("The response stream was never ended"));
      stream.on("finish", resolve);
      stream.on("error", reject);
      stream.on("close", () => stream.writableFinished || reject(new Error("The response stream was destroyed")));
    });
    over.catch(() => {}); // the handler's own error says more
    await handler(event, stream, contextOf(this.invocation));
    await over;
  }
}

function stringified(result) {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? "null";
  } catch (error) {
    throw new Error(`Unable to stringify response body: ${error.message}`);
  }
}

/** Return the context object that a handler gets. */
function contextOf(invocation) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: ENV.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: ENV.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: ENV.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: ENV.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: ENV.AWS_LAMBDA_LOG_STREAM_NAME,
    awsRequestId: invocation.requestId,
    invokedFunctionArn: invocation.functionArn,
    clientContext: parsed(invocation.clientContext),
    identity: parsed(invocation.identity),
    getRemainingTimeInMillis: () => invocation.deadline - Date.now(),
  };
}

function parsed(text) {
  return text ? JSON.parse(text) : undefined;
}

module.exports = { Call };
