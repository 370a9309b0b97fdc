// Runs one Node.js function: takes calls from its line and answers them, one after the other.
//
// Started as `node main.cjs CALLS` with the environment of a Lambda runtime (spec: lambda 7); after
// so many calls it ends.  What a function sees, and what its callers and its log get, is AWS's.
// Nothing here is needed but Node.js.

"use strict";

const { setImmediate } = require("node:timers");

const { Call } = require("./call.cjs");
const { document, logged } = require("./errors.cjs");
const { loaded } = require("./handlers.cjs");
const { Line } = require("./line.cjs");
const { speak } = require("./logging.cjs");
const { Report } = require("./report.cjs");
const { provide } = require("./streaming.cjs");

const FAILED = 1;
/** Nothing is missed in a shorter wait that could not as well have come just behind it. */
const MOMENT_MS = 1;

const line = new Line(new Report(process.env), Number(process.argv.pop()));
const log = speak(console);

/** The call that runs now, if one does. */
let current = null;

/** Tell the caller, and end: after an error that nobody caught, nothing is certain any more. */
async function crash(title, error) {
  log.error(title, logged(error));
  try {
    await current?.crashed(error, true);
  } finally {
    process.exit(FAILED);
  }
}

/** Say why there is no handler to call, and end. */
async function refuse(error) {
  log.error("Uncaught Exception", logged(error));
  try {
    await line.initError(document(error));
  } finally {
    process.exit(FAILED);
  }
}

async function main() {
  provide(globalThis);
  process.on("beforeExit", () => current?.idle());
  let handler;
  try {
    handler = await loaded(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
  } catch (error) {
    return refuse(error);
  }
  // Only now: what is thrown while the function loads is an error of its start.
  process.on("uncaughtException", (error) => crash("Uncaught Exception", error));
  process.on("unhandledRejection", (reason) => {
    const error = new Error(String(reason?.stack ? `${reason.name}: ${reason.message}` : reason));
    error.name = "Runtime.UnhandledPromiseRejection";
    if (reason?.stack) error.stack = `${error.name}: ${error.message}\n${reason.stack}`;
    return crash("Unhandled Promise Rejection", error);
  });
  for (;;) {
    // A rejection that nobody handles is noticed only between two turns.
    await turn();
    const asked = performance.now();
    const invocation = line.next();
    log.requestId = invocation.requestId;
    process.env._X_AMZN_TRACE_ID = invocation.traceId ?? "";
    current = new Call(line, invocation, log);
    // What earlier calls have left goes on, and a connection that ended meanwhile is seen to have.
    if (performance.now() - asked > MOMENT_MS) await turn();
    const answer = await current.run(handler);
    current = null;
    if (answer !== null) await line.respond(answer);
    if (line.isSpent) process.exit();
  }
}

/** Let the event loop go round once. */
function turn() {
  return new Promise(setImmediate);
}

main().catch((error) => {
  // Nothing is certain any more: the supervisor starts another process.
  log.error("Runtime", logged(error));
  process.exit(FAILED);
});
