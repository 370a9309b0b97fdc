// What a function prints with `console`: each line with its time, request and level, as AWS has it.

"use strict";

const { format } = require("node:util");

const LEVELS = {
  debug: "DEBUG",
  error: "ERROR",
  fatal: "FATAL",
  info: "INFO",
  log: "INFO",
  trace: "TRACE",
  warn: "WARN",
};

/** Let `console` write so; return what the runtime itself writes with. */
function speak(console) {
  const log = {
    requestId: undefined,
    write(level, text) {
      // To a pipe this is synchronous: it is there before the answer is.
      process.stdout.write(`${new Date().toISOString()}\t${log.requestId}\t${level}\t${text}\n`);
    },
    error(title, json) {
      log.write("ERROR", `${title} \t${json}`);
    },
  };
  for (const [name, level] of Object.entries(LEVELS)) {
    console[name] = (...values) => log.write(level, format(...values));
  }
  console.trace = (...values) => {
    const here = { name: "Trace", message: format(...values) };
    Error.captureStackTrace(here, console.trace);
    log.write("TRACE", here.stack);
  };
  return log;
}

module.exports = { speak };
