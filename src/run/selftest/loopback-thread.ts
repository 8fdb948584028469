import { createServer, type Socket } from "node:net";
import { parentPort } from "node:worker_threads";

/** Size of the one object that every GET is answered with. */
export const LOOPBACK_OBJECT_BYTES = 4096;

const HEAD_END = "\r\n\r\n";
const ENTITY = 'ETag: "0123456789abcdef0123456789abcdef"\r\n';
const OBJECT = Buffer.concat([
  Buffer.from(`HTTP/1.1 200 OK\r\n${ENTITY}Content-Length: ${LOOPBACK_OBJECT_BYTES}${HEAD_END}`),
  Buffer.alloc(LOOPBACK_OBJECT_BYTES, 1),
]);
const STORED = Buffer.from(`HTTP/1.1 200 OK\r\n${ENTITY}Content-Length: 0${HEAD_END}`);

/**
 * One connection. Requests arrive one after the other; a body has a length or is chunked. The
 * content of requests is ignored, so that the server costs as little as possible and the client
 * determines the rate.
 */
class Connection {
  private readonly socket: Socket;
  private pending = "";
  /** Bytes of a body that are still to come; a chunked one ends with its own last chunk. */
  private bodyBytes = 0;
  private chunked = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("data", (bytes) => this.take(bytes.toString("latin1")));
  }

  private take(text: string): void {
    this.pending += text;
    for (;;) {
      if (this.chunked) {
        const end = this.pending.indexOf(`0${HEAD_END}`);
        if (end < 0) return;
        this.pending = this.pending.slice(end + 5);
        this.chunked = false;
        this.socket.write(STORED);
      } else if (this.bodyBytes > 0) {
        if (this.pending.length < this.bodyBytes) return;
        this.pending = this.pending.slice(this.bodyBytes);
        this.bodyBytes = 0;
        this.socket.write(STORED);
      }
      const end = this.pending.indexOf(HEAD_END);
      if (end < 0) return;
      this.begin(this.pending.slice(0, end));
      this.pending = this.pending.slice(end + HEAD_END.length);
    }
  }

  private begin(head: string): void {
    if (head.startsWith("GET")) {
      this.socket.write(OBJECT);
      return;
    }
    if (/^expect: *100-continue/im.test(head))
      this.socket.write(`HTTP/1.1 100 Continue${HEAD_END}`);
    this.chunked = /^transfer-encoding: *chunked/im.test(head);
    this.bodyBytes = this.chunked ? 0 : Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    if (!this.chunked && this.bodyBytes === 0) this.socket.write(STORED);
  }
}

const server = createServer((socket) => new Connection(socket));
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  parentPort?.postMessage(typeof address === "object" && address !== null ? address.port : 0);
});
