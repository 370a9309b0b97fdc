// `awslambda`: answers that are written piece by piece (spec: lambda 7, streaming from the runtime).

"use strict";

const { Writable } = require("node:stream");

const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const BYTES = "application/octet-stream";
const INTEGRATION = "application/vnd.awslambda.http-integration-response";
/** What stands between an answer's metadata and its body. */
const BORDER = Buffer.alloc(8);

/** What a streaming handler writes to; the answer begins with its first piece. */
class ResponseStream extends Writable {
  /** `open` begins the answer with a content type. */
  constructor(open) {
    super();
    this.open = open;
    this.contentType = BYTES;
    this.prelude = null;
    this.answer = null;
  }

  setContentType(contentType) {
    this.contentType = contentType;
  }

  write(piece, ...rest) {
    const plain = typeof piece === "string" || piece instanceof Uint8Array;
    return super.write(plain ? piece : JSON.stringify(piece), ...rest);
  }

  _write(piece, _encoding, written) {
    this.begin();
    this.answer.write(piece).then(written);
  }

  /** Write what has gathered as one piece. */
  _writev(gathered, written) {
    this._write(Buffer.concat(gathered.map(({ chunk }) => chunk)), "buffer", written);
  }

  _final(finished) {
    this.begin();
    this.answer.end().then(finished);
  }

  begin() {
    if (this.answer !== null) return;
    this.answer = this.open(this.contentType);
    if (this.prelude) this.answer.write(this.prelude);
  }
}

/** Give functions the global object that AWS gives them. */
function provide(scope) {
  scope.awslambda = {
    streamifyResponse(handler) {
      handler[STREAMING] = "response";
      return handler;
    },
    HttpResponseStream: {
      /** Have the stream begin with a status and headers. */
      from(stream, metadata) {
        stream.setContentType(INTEGRATION);
        stream.prelude = Buffer.concat([Buffer.from(JSON.stringify(metadata)), BORDER]);
        return stream;
      },
    },
  };
}

function streams(handler) {
  return handler[STREAMING] === "response";
}

module.exports = { ResponseStream, provide, streams };
