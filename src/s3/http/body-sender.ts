import type net from "node:net";
import type { RequestBody } from "./request.ts";

/** Pieces of a body on their way at once, so that the network never waits for the next. */
const PIECES_AHEAD = 2;

/** Sends a request's body behind its head, no faster than the network takes it. */
export class BodySender {
  private readonly onPiece: () => void;
  private readonly onSent: () => void;
  private socket: net.Socket | null = null;
  private rest: Iterator<Buffer> | null = null;
  private pieces = 0;
  private readonly pieceSent = (error?: Error | null): void => {
    if (error === undefined || error === null) this.pieceWent();
  };

  /** @param onPiece told of progress · @param onSent of the last byte handed to the network */
  constructor(onPiece: () => void, onSent: () => void) {
    this.onPiece = onPiece;
    this.onSent = onSent;
  }

  /** Whether bytes of a body are still to be sent. */
  get busy(): boolean {
    return this.rest !== null || this.pieces > 0;
  }

  /** Head and (the first piece of) the body leave together. */
  send(socket: net.Socket, head: string, body: RequestBody): void {
    this.socket = socket;
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

  /** Forgets a body whose connection is gone. */
  reset(): void {
    this.socket = null;
    this.rest = null;
    this.pieces = 0;
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
