// Errors in AWS's shape: as callers get them, and as they are written to the log.

"use strict";

/** An error whose type callers and log filters look for. */
class RuntimeError extends Error {
  constructor(type, message, cause) {
    super(message);
    this.name = `Runtime.${type}`;
    if (cause?.stack) this.stack = `${this.name}: ${message}\n${cause.stack.split("\n").slice(1).join("\n")}`;
  }
}

/** Return what the caller gets. */
function document(error) {
  if (isError(error)) {
    return { errorType: error.name, errorMessage: error.message, trace: lines(error) };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

/** Return what the log gets: the same, and whatever else the error carries. */
function logged(error) {
  if (!isError(error)) return JSON.stringify(document(error));
  const { errorType, errorMessage, trace } = document(error);
  try {
    return JSON.stringify({ errorType, errorMessage, ...error, stack: trace });
  } catch {
    return JSON.stringify({ errorType, errorMessage, stack: trace });
  }
}

/** Errors of another realm, such as those of `vm`, are errors too. */
function isError(error) {
  return error instanceof Error || Object.prototype.toString.call(error) === "[object Error]";
}

function lines(error) {
  return String(error.stack ?? "").split("\n");
}

module.exports = { RuntimeError, document, logged };
