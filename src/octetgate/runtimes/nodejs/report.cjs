// The lines that Lambda writes around a call, among what the function prints.

"use strict";

const fs = require("node:fs");

const OUTPUT = 1;
/** Between two looks at the memory: one takes as long as a short call. */
const LOOK_MS = 500;

class Report {
  constructor(env) {
    this.version = env.AWS_LAMBDA_FUNCTION_VERSION;
    this.memorySize = env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE;
    this.lookedAt = -LOOK_MS;
    this.peak = 0;
  }

  start({ requestId, initSeconds }) {
    this.requestId = requestId;
    this.init = initSeconds === null ? "" : `Init Duration: ${(initSeconds * 1000).toFixed(2)} ms\t`;
    this.began = performance.now();
    write(`START RequestId: ${requestId} Version: ${this.version}\n`);
  }

  end() {
    const milliseconds = performance.now() - this.began;
    write(
      `END RequestId: ${this.requestId}\n` +
        `REPORT RequestId: ${this.requestId}\tDuration: ${milliseconds.toFixed(2)} ms\t` +
        `Billed Duration: ${Math.ceil(milliseconds)} ms\tMemory Size: ${this.memorySize} MB\t` +
        `Max Memory Used: ${this.memory()} MB\t${this.init}\n`,
    );
  }

  /** Return the most memory that this process has held, in MiB, as of a moment ago. */
  memory() {
    const now = performance.now();
    if (now - this.lookedAt > LOOK_MS) {
      this.lookedAt = now;
      try {
        const status = fs.readFileSync("/proc/self/status", "latin1");
        this.peak = Math.floor(Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024);
      } catch {
        // No Linux: not known.
      }
    }
    return this.peak;
  }
}

/** Write at once: it is there before what the function prints next, and before its answer. */
function write(text) {
  try {
    fs.writeSync(OUTPUT, text);
  } catch (error) {
    if (error.code === "EAGAIN") process.stdout.write(text);
  }
}

module.exports = { Report };
