import type net from "node:net";
import type { RequestBody } from "./request.ts";

/** Pieces of a body in the socket's queue, so that the network never waits for the next one. */
const PIECES_AHEAD = 2;

/** Maximum body that is copied behind its head: one write of one buffer costs less than of two. */
const MAX_JOINED_BYTES = 16 * 1024;

/** Heads differ in length by their keys. */
const SPARE_BYTES = 256;

/** Sends a request's body after its head, at the pace of the network. */
export class BodySender {
  private readonly onPiece: () => void;
  private readonly onSent: () => void;
  private socket: net.Socket | null = null;
  private rest: Iterator<Buffer> | null = null;
  private pieces = 0;
  /** Head and body of a small request; free again when its body has been sent. */
  private joined = Buffer.alloc(0);
  private readonly pieceSent = (error?: Error | null): void => {
    if (error === undefined || error === null) this.pieceWent();
  };

  /** @param onPiece called after each piece · @param onSent called after the last byte */
  constructor(onPiece: () => void, onSent: () => void) {
    this.onPiece = onPiece;
    this.onSent = onSent;
  }

  /** Whether a body has bytes left to send. */
  get busy(): boolean {
    return this.rest !== null || this.pieces > 0;
  }

  /** Sends the head together with the body or its first piece. */
  send(socket: net.Socket, head: string, body: RequestBody): void {
    this.socket = socket;
    if (Buffer.isBuffer(body) && body.length <= MAX_JOINED_BYTES) {
      this.pieces = 1;
      socket.write(this.join(head, body), this.pieceSent);
      return;
    }
    socket.cork();
    socket.write(head, "latin1");
    if (Buffer.isBuffer(body)) {
      this.pieces = 1;
      socket.write(body, this.pieceSent);
    } else {
      this.rest = body;
      this.pump(socket);
    }
    socket.uncork();
  }

  /** Drops the body of a lost connection. */
  reset(): void {
    // The socket of a lost connection may still refer to it.
    if (this.busy) this.joined = Buffer.alloc(0);
    this.socket = null;
    this.rest = null;
    this.pieces = 0;
  }

  private join(head: string, body: Buffer): Buffer {
    const length = head.length + body.length;
    if (length > this.joined.length) this.joined = Buffer.allocUnsafeSlow(length + SPARE_BYTES);
    this.joined.write(head, 0, "latin1");
    body.copy(this.joined, head.length);
    return this.joined.subarray(0, length);
  }

  private pump(socket: net.Socket): void {
    while (this.rest !== null && this.pieces < PIECES_AHEAD) {
      const next = this.rest.next();
      if (next.done === true) {
        this.rest = null;
        return;
      }
      this.pieces++;
      socket.write(next.value, this.pieceSent);
    }
  }

  private pieceWent(): void {
    if (this.socket === null || this.pieces === 0) return;
    this.pieces--;
    this.onPiece();
    this.pump(this.socket);
    if (!this.busy) this.onSent();
  }
}
