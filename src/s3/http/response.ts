import { type BodyListener, ChunkReader } from "./chunks.ts";
import { HeadReader, MalformedResponse } from "./head.ts";

/** Receives one response as it arrives: head, body in any number of parts, end. */
export interface ResponseListener extends BodyListener {
  /** The head is complete; its headers are only valid now. Not called for interim responses. */
  onHead(head: HeadReader): void;
  /** The response is complete, and the next request may be sent. */
  onEnd(): void;
}

/** Typed as numbers: otherwise the compiler assumes that calls do not change the state. */
const STATE: Readonly<Record<"idle" | "head" | "length" | "untilClose" | "chunked", number>> = {
  idle: 0,
  head: 1,
  length: 2,
  untilClose: 3,
  chunked: 4,
};

/**
 * Parses HTTP/1.1 responses (RFC 9112) in a reused buffer. Bytes of a body are counted and passed
 * on without a copy. Invalid HTTP throws {@link MalformedResponse} with the codes of Node's parser.
 */
export class ResponseParser {
  /** Whether the connection can be reused; known after the end of a response. */
  keepAlive = false;
  private readonly listener: ResponseListener;
  private readonly head = new HeadReader();
  private readonly chunks: ChunkReader;
  private state = STATE.idle;
  private bodiless = false;
  private left = 0;
  /** Increases with every request: a listener may start the next one during a call. */
  private turn = 0;

  constructor(listener: ResponseListener) {
    this.listener = listener;
    this.chunks = new ChunkReader(listener);
  }

  /** Expects a response; with `bodiless` (to a HEAD) it has no body, whatever its length. */
  begin(bodiless: boolean): void {
    this.turn++;
    this.state = STATE.head;
    this.bodiless = bodiless;
    this.head.begin();
  }

  /** Whether a response is expected or incomplete. */
  get busy(): boolean {
    return this.state !== STATE.idle;
  }

  /** Whether the head is incomplete. */
  get inHead(): boolean {
    return this.state === STATE.head;
  }

  /** Parses the first `length` bytes of the buffer. */
  feed(buffer: Buffer, length: number): void {
    const turn = this.turn;
    let at = 0;
    while (at < length) {
      switch (this.state) {
        case STATE.head:
          at = this.head.feed(buffer, at, length);
          if (this.head.complete) this.headComplete();
          if (this.turn === turn && this.state === STATE.length && this.left === 0)
            this.end(at < length);
          break;
        case STATE.length: {
          const to = Math.min(length, at + this.left);
          this.left -= to - at;
          this.listener.onBody(buffer, at, to);
          at = to;
          if (this.turn === turn && this.state === STATE.length && this.left === 0)
            this.end(at < length);
          break;
        }
        case STATE.untilClose:
          this.listener.onBody(buffer, at, length);
          return;
        case STATE.chunked:
          at = this.chunks.feed(buffer, at, length);
          if (this.turn === turn && this.state === STATE.chunked && this.chunks.done)
            this.end(at < length);
          break;
        default:
          throw new MalformedResponse(
            "HPE_CLOSED_CONNECTION",
            "the server sent bytes without a request",
          );
      }
      if (this.state === STATE.idle || this.turn !== turn) return;
    }
  }

  /** Handles a closed connection; true if that ends the response. */
  closed(): boolean {
    if (this.state !== STATE.untilClose) return false;
    this.end(false);
    return true;
  }

  /** Drops a response that is no longer expected. */
  reset(): void {
    this.state = STATE.idle;
  }

  /** With `surplus`, bytes follow that belong to no response: the connection cannot be reused. */
  private end(surplus: boolean): void {
    this.state = STATE.idle;
    if (surplus) this.keepAlive = false;
    this.listener.onEnd();
  }

  private headComplete(): void {
    const { status, contentLength, chunked, keepAlive } = this.head;
    const none = this.bodiless || status === 204 || status === 304 || contentLength === 0;
    const untilClose = !none && !chunked && contentLength < 0;
    this.keepAlive = keepAlive && !untilClose;
    this.left = none ? 0 : contentLength;
    if (chunked && !none) {
      this.chunks.begin();
      this.state = STATE.chunked;
    } else this.state = untilClose ? STATE.untilClose : STATE.length;
    this.listener.onHead(this.head);
  }
}
