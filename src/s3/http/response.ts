import { type BodyListener, ChunkReader } from "./chunks.ts";
import { HeadReader, MalformedResponse } from "./head.ts";

/** Told of one answer as it arrives, in this order: head, any number of times body, end. */
export interface ResponseListener extends BodyListener {
  /** The head is complete; its headers can be asked for only now. Interim answers are not told. */
  onHead(head: HeadReader): void;
  /** The answer is complete, and the next request may be sent. */
  onEnd(): void;
}

/** Widened, so that calls in between are not taken to leave the state as it was. */
const STATE: Readonly<Record<"idle" | "head" | "length" | "untilClose" | "chunked", number>> = {
  idle: 0,
  head: 1,
  length: 2,
  untilClose: 3,
  chunked: 4,
};

/**
 * Parses HTTP/1.1 answers (RFC 9112) from the reused buffer they are read into. Bytes of a body are
 * counted and passed on, never copied. What no server may send throws {@link MalformedResponse},
 * with the codes of Node's own parser.
 */
export class ResponseParser {
  /** Whether the connection can be used again; known when an answer has ended. */
  keepAlive = false;
  private readonly listener: ResponseListener;
  private readonly head = new HeadReader();
  private readonly chunks: ChunkReader;
  private state = STATE.idle;
  private bodiless = false;
  private left = 0;
  /** Goes up with every request: a listener may begin the next one in the middle of a call. */
  private turn = 0;

  constructor(listener: ResponseListener) {
    this.listener = listener;
    this.chunks = new ChunkReader(listener);
  }

  /** Expects an answer; with `bodiless` (to a HEAD) its lengths announce nothing. */
  begin(bodiless: boolean): void {
    this.turn++;
    this.state = STATE.head;
    this.bodiless = bodiless;
    this.head.begin();
  }

  /** Whether an answer is under way or waited for. */
  get busy(): boolean {
    return this.state !== STATE.idle;
  }

  /** Whether the head has yet to be completed. */
  get inHead(): boolean {
    return this.state === STATE.head;
  }

  /** Takes the first `length` bytes of the buffer. */
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
          throw new MalformedResponse("HPE_CLOSED_CONNECTION", "bytes came that nobody asked for");
      }
      if (this.state === STATE.idle || this.turn !== turn) return;
    }
  }

  /** The connection was closed: true where that is how the answer ends. */
  closed(): boolean {
    if (this.state !== STATE.untilClose) return false;
    this.end(false);
    return true;
  }

  /** Forgets an answer that is not waited for any more. */
  reset(): void {
    this.state = STATE.idle;
  }

  /** With `surplus`, bytes follow that belong to no answer: the connection is spoilt. */
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
