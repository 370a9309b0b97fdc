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
  async send(...request) {
    return (await this.sendAll([request]))[0];
  }

  /** Send requests (method, path, headers, body) at once; return their replies, once all are here. */
  sendAll(requests) {
    return this.inTurn(() => {
      const replied = this.expect(requests.length);
      this.socket.cork();
      for (const [method, path, headers, body = ""] of requests) {
        const length = { "Content-Length": Buffer.byteLength(body) };
        this.socket.write(written(method, path, body ? { ...headers, ...length } : { ...headers }));
        if (body) this.socket.write(body);
      }
      this.socket.uncork();
      return replied;
    });
  }

  /** Begin a request whose body is written to the returned object piece by piece. */
  open(method, path, headers) {
    const replied = this.expect(1);
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

  /** Return the replies to come; until then the process has something to wait for. */
  expect(count) {
    this.socket ??= this.connected();
    this.socket.ref();
    this.count = count;
    this.replies = [];
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
    while (this.head || this.readHead()) {
      const { status, headers, length } = this.head;
      if (this.size < length) return;
      const body = this.pieces.length === 1 ? this.pieces[0] : Buffer.concat(this.pieces);
      this.replies.push({ status, headers, body: body.subarray(0, length) });
      this.pieces = [body.subarray(length)];
      this.size -= length;
      this.head = null;
      if (this.replies.length === this.count) {
        this.socket.unref();
        this.resolve(this.replies);
        return;
      }
    }
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
