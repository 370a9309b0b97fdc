// The line to whoever gives this process its calls: see adapters/runners/_line.py for what is said.
//
// To wait for a call is to stand still.  The descriptor blocks, and so does the event loop with
// it: timers and sockets that a call has left go on when the next one comes, as on AWS, where an
// execution environment is frozen between two calls.

"use strict";

// Ours, whatever a function does to the module.
const { readSync, writeSync, writev } = require("node:fs");
const { promisify } = require("node:util");

/** The descriptor that runtimes/start.py leaves the line at. */
const LINE = 3;
const READY = "N";
const RESULT = "R";
const ERROR = "E";
/** The same, after which the process ends: it takes no other call. */
const LAST_RESULT = "F";
const LAST_ERROR = "L";
const LAST = { [RESULT]: LAST_RESULT, [ERROR]: LAST_ERROR, [LAST_ERROR]: LAST_ERROR };
const BEGAN = "B";
const PIECE = "P";
const INIT_ERROR = "I";
/** What comes before a call's head and event, and before a message's payload. */
const SIZES = 8;
const KIND_AND_SIZE = 5;
const PIECE_BYTES = 64 * 1024;
const ROOM_BYTES = 64 * 1024;
/** A character of a string is at most so long. */
const CHARACTER_BYTES = 3;
/** The process's end when nobody is at the other end of the line any more. */
const GONE = 1;

const writing = promisify(writev);

class Line {
  /**
   * `report` writes what Lambda has in its log before and after a call; after so many `calls` the
   * process ends.
   */
  constructor(report, calls) {
    this.report = report;
    this.calls = calls;
    this.isReady = false;
    /** For calls and messages that fit; each is read only as far as it goes itself. */
    this.room = Buffer.allocUnsafeSlow(ROOM_BYTES);
    /** The call that has no answer yet, if there is one. */
    this.call = null;
    /** The last of the pieces that are still being written, if there are any. */
    this.pouring = null;
  }

  /** Return the next call; until it comes, nothing moves in this process. */
  next() {
    if (!this.isReady) {
      this.isReady = true;
      this.say(READY);
    }
    let { room } = this;
    const arrived = read(room, 0, SIZES);
    const head = SIZES + room.readUInt32BE(0);
    const end = head + room.readUInt32BE(4);
    if (end > room.length) {
      room = Buffer.allocUnsafeSlow(end);
      this.room.copy(room, 0, 0, arrived);
    }
    read(room, arrived, end - arrived);
    const [requestId, deadline, functionArn, traceId, clientContext, initSeconds] = JSON.parse(
      room.toString("utf8", SIZES, head),
    );
    const payload = room.toString("utf8", head, end);
    this.call = { requestId, deadline, functionArn, traceId, clientContext, initSeconds, payload };
    this.report.start(this.call);
    return this.call;
  }

  /** Whether the last answer was the last of all. */
  get isSpent() {
    return this.calls <= 0;
  }

  /** Answer a call with JSON. */
  respond(text) {
    return this.answer(RESULT, text);
  }

  /** Answer a call with an error's document. */
  fail(error) {
    return this.answer(ERROR, JSON.stringify(error));
  }

  /** Do the same where the process is about to end. */
  failAndEnd(error) {
    return this.answer(LAST_ERROR, JSON.stringify(error));
  }

  /** Say that there will be no calls. */
  initError(error) {
    return this.say(INIT_ERROR, JSON.stringify(error));
  }

  /** Begin a call's answer, which is written piece by piece. */
  open(call, contentType) {
    if (this.call === call) this.say(BEGAN, contentType.replace(/[^\x20-\x7e]/g, " "));
    return new Pieces(this, call);
  }

  /** Answer the call, unless it has been answered. */
  answer(kind, text) {
    if (this.call === null) return;
    this.call = null;
    this.report.end();
    this.calls -= 1;
    return this.say(this.isSpent ? LAST[kind] : kind, text);
  }

  /** Write a message at once; or, behind pieces that are still being written, return a promise. */
  say(kind, text = "") {
    if (this.pouring !== null) return this.pour(message(kind, Buffer.from(text)));
    const { room } = this;
    if (KIND_AND_SIZE + text.length * CHARACTER_BYTES <= room.length) {
      const size = room.write(text, KIND_AND_SIZE);
      begin(room, kind, size);
      write(room, KIND_AND_SIZE + size);
    } else {
      for (const part of message(kind, Buffer.from(text))) write(part, part.length);
    }
  }

  /** Write in turn, while the function goes on; resolves once all is gone out. */
  async pour(parts) {
    const pouring = written(parts, this.pouring);
    this.pouring = pouring;
    await pouring;
    if (this.pouring === pouring) this.pouring = null;
  }
}

/**
 * A call's answer in pieces.  Its reader may be slow, and the function goes on meanwhile; what it
 * writes when the call has been answered goes nowhere.
 */
class Pieces {
  constructor(line, call) {
    this.line = line;
    this.call = call;
  }

  /** Write a piece; resolves once there is room for the next. */
  async write(piece) {
    if (this.line.call !== this.call) return;
    const parts = [];
    for (let at = 0; at < piece.length; at += PIECE_BYTES) {
      parts.push(...message(PIECE, piece.subarray(at, at + PIECE_BYTES)));
    }
    await this.line.pour(parts);
  }

  /** Write the end; resolves once it is gone out. */
  async end() {
    if (this.line.call === this.call) await this.line.answer(RESULT, "");
  }
}

function message(kind, payload) {
  const head = Buffer.allocUnsafe(KIND_AND_SIZE);
  begin(head, kind, payload.length);
  return [head, payload];
}

function begin(buffer, kind, size) {
  buffer[0] = kind.charCodeAt(0);
  buffer.writeUInt32BE(size, 1);
}

/** Read on from a place in the buffer, so many bytes or more; return where they end. */
function read(buffer, at, least) {
  let end = at;
  try {
    while (end - at < least) {
      const count = readSync(LINE, buffer, end, buffer.length - end, null);
      if (count === 0) process.exit(GONE);
      end += count;
    }
  } catch {
    process.exit(GONE);
  }
  return end;
}

/** Write a buffer's beginning. */
function write(buffer, size) {
  try {
    for (let at = 0; at < size; ) at += writeSync(LINE, buffer, at, size - at);
  } catch {
    process.exit(GONE);
  }
}

/** Write the parts behind what is being written; a thread waits for the reader, nobody else. */
async function written(parts, before) {
  await before;
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  if (size === 0) return;
  try {
    const { bytesWritten } = await writing(LINE, parts);
    if (bytesWritten < size) process.exit(GONE);
  } catch {
    process.exit(GONE);
  }
}

module.exports = { Line };
