// The line to whoever gives this process its calls: see adapters/runners/_line.py for what is said.

"use strict";

const net = require("node:net");

/** The descriptor that runtimes/start.py leaves the line at. */
const LINE = 3;
const READY = "N";
const RESULT = "R";
const ERROR = "E";
/** An error, after which the process ends: it takes no other call. */
const LAST_ERROR = "L";
const BEGAN = "B";
const PIECE = "P";
const INIT_ERROR = "I";
const HEAD = 8;
const PIECE_BYTES = 64 * 1024;

class Line {
  /** `report` writes what Lambda has in its log before and after a call. */
  constructor(report) {
    this.report = report;
    this.socket = new net.Socket({ fd: LINE, readable: true, writable: true });
    this.socket.on("data", (piece) => this.feed(piece));
    this.socket.on("error", () => process.exit(1));
    this.socket.on("close", () => process.exit(1)); // nobody is at the other end
    this.pieces = [];
    this.size = 0;
    this.wanted = HEAD;
    this.isReady = false;
    /** Who waits for a call, or the call that nobody has waited for yet. */
    this.waiting = null;
    this.call = null;
  }

  /** Wait for a call and return it. */
  next() {
    if (!this.isReady) {
      this.isReady = true;
      this.say(READY);
    }
    this.socket.ref();
    return new Promise((resolve) => {
      this.waiting = resolve;
      if (this.call !== null) this.deliver();
    });
  }

  deliver() {
    const { call, waiting } = this;
    this.call = this.waiting = null;
    this.socket.unref();
    this.report.start(call);
    waiting(call);
  }

  /** Answer a call with JSON, and wait for the next. */
  respondAndNext(text) {
    this.answer(RESULT, text);
    return this.next();
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

  /** Begin an answer that is written piece by piece. */
  open(contentType) {
    this.say(BEGAN, contentType.replace(/[^\x20-\x7e]/g, " "));
    return new Pieces(this);
  }

  answer(kind, text) {
    this.report.end();
    return this.say(kind, text);
  }

  /** Write a message; resolves once it is gone out. */
  say(kind, text = "") {
    const size = Buffer.byteLength(text);
    const head = Buffer.allocUnsafe(5 + (size > PIECE_BYTES ? 0 : size));
    head.write(kind, 0, 1, "latin1");
    head.writeUInt32BE(size, 1);
    return new Promise((resolve) => {
      if (size <= PIECE_BYTES) {
        head.write(text, 5);
        this.socket.write(head, () => resolve());
      } else {
        this.socket.write(head);
        this.socket.write(text, () => resolve());
      }
    });
  }

  feed(piece) {
    this.pieces.push(piece);
    this.size += piece.length;
    if (this.size < this.wanted) return;
    const arrived = this.pieces.length === 1 ? this.pieces[0] : Buffer.concat(this.pieces);
    const headSize = arrived.readUInt32BE(0);
    const end = HEAD + headSize;
    this.wanted = end + arrived.readUInt32BE(4);
    if (this.size < this.wanted) {
      this.pieces = [arrived];
      return;
    }
    const [requestId, deadline, functionArn, traceId, clientContext, initSeconds] = JSON.parse(
      arrived.toString("utf8", HEAD, end),
    );
    this.pieces = [];
    this.size = 0;
    this.wanted = HEAD;
    const payload = arrived.subarray(end);
    this.call = { requestId, deadline, functionArn, traceId, clientContext, initSeconds, payload };
    if (this.waiting !== null) this.deliver();
  }
}

/** An answer that is written in pieces. */
class Pieces {
  constructor(line) {
    this.line = line;
  }

  /** Write a piece; `written` is called once there is room for the next. */
  write(piece, written = () => {}) {
    const { socket } = this.line;
    let room = true;
    for (let at = 0; at < piece.length; at += PIECE_BYTES) {
      const part = piece.subarray(at, at + PIECE_BYTES);
      const head = Buffer.allocUnsafe(5);
      head.write(PIECE, 0, 1, "latin1");
      head.writeUInt32BE(part.length, 1);
      socket.cork();
      socket.write(head);
      room = socket.write(part);
      socket.uncork();
    }
    if (room) written();
    else socket.once("drain", () => written());
  }

  /** Write the end. */
  end() {
    return this.line.answer(RESULT, "");
  }
}

module.exports = { Line };
