// One connection to the supervisor that started this process: requests and replies in turn.
//
// Node.js's own HTTP client takes twice as long for a small call.  The other end is ours alone:
// every reply has a Content-Length, and there is one request at a time.

"use strict";

const net = require("node:net");

const END_OF_HEAD = Buffer.from("\r\n\r\n");

class Wire {
  constructor(host, port) {
    this.where = { host, port, noDelay: true };
    this.socket = null;
    this.asked = Promise.resolve();
  }

  /** Send a request and return its reply: status, headers in lower case, body. */
  send(method, path, headers, body = "") {
    return this.inTurn(() => {
      const replied = this.expect();
      const head = written(method, path, { ...headers, "Content-Length": Buffer.byteLength(body) });
      if (typeof body === "string" && body.length < 65536) {
        this.socket.write(head + body);
      } else {
        this.socket.cork();
        this.socket.write(head);
        this.socket.write(body);
        this.socket.uncork();
      }
      return replied;
    });
  }

  /** Begin a request whose body is written to the returned object piece by piece. */
  open(method, path, headers) {
    const replied = this.expect();
    this.asked = replied.catch(() => {});
    // Whether there is more to come is the writer's business: it may be stuck.
    this.socket.unref();
    this.socket.write(written(method, path, { ...headers, "Transfer-Encoding": "chunked" }));
    return new Chunks(this.socket, replied);
  }

  /** One after the other: whoever asks meanwhile waits. */
  inTurn(ask) {
    const reply = this.asked.then(ask);
    this.asked = reply.catch(() => {});
    return reply;
  }

  /** Return the reply to come; until then the process has something to wait for. */
  expect() {
    this.socket ??= this.connected();
    this.socket.ref();
    this.pieces = [];
    this.size = 0;
    this.head = null;
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  connected() {
    const socket = net.connect(this.where);
    socket.on("data", (piece) => this.feed(piece));
    socket.on("error", (error) => this.reject(error));
    socket.on("close", () => this.reject(new Error("the supervisor closed the connection")));
    return socket;
  }

  feed(piece) {
    this.pieces.push(piece);
    this.size += piece.length;
    if (!this.head && !this.readHead()) return;
    if (this.size < this.head.length) return;
    const body = this.pieces.length === 1 ? this.pieces[0] : Buffer.concat(this.pieces);
    this.socket.unref();
    this.resolve({ status: this.head.status, headers: this.head.headers, body });
  }

  readHead() {
    const arrived = this.pieces.length === 1 ? this.pieces[0] : Buffer.concat(this.pieces);
    const end = arrived.indexOf(END_OF_HEAD);
    if (end < 0) return false;
    const [first, ...lines] = arrived.toString("latin1", 0, end).split("\r\n");
    const headers = {};
    for (const line of lines) {
      const colon = line.indexOf(":");
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    this.head = { status: Number(first.split(" ")[1]), headers, length: Number(headers["content-length"]) };
    this.pieces = [arrived.subarray(end + END_OF_HEAD.length)];
    this.size = this.pieces[0].length;
    return true;
  }
}

/** A body that is written in chunks. */
class Chunks {
  constructor(socket, replied) {
    this.socket = socket;
    this.replied = replied;
  }

  /** Write a piece; `written` is called once there is room for the next. */
  write(piece, written = () => {}) {
    if (piece.length === 0) return written(); // an empty chunk would be the end
    this.socket.cork();
    this.socket.write(`${piece.length.toString(16)}\r\n`);
    this.socket.write(piece);
    const room = this.socket.write("\r\n");
    this.socket.uncork();
    if (room) written();
    else this.socket.once("drain", () => written());
  }

  /** Write the end, and trailers if there is something to say; resolves when it has arrived. */
  end(trailers = {}) {
    this.socket.ref();
    this.socket.write(`0\r\n${lines(trailers)}\r\n`);
    return this.replied;
  }
}

function written(method, path, headers) {
  return `${method} ${path} HTTP/1.1\r\nHost: runtime\r\n${lines(headers)}\r\n`;
}

function lines(headers) {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${plain(value)}\r\n`)
    .join("");
}

/** Return a header's value without what would end it early. */
function plain(value) {
  return String(value).replace(/[^\x20-\x7e]/g, " ");
}

module.exports = { Wire };
