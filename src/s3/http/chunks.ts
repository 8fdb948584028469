import { MalformedResponse } from "./head.ts";

/** Receives the bytes of a body as they arrive. */
export interface BodyListener {
  /** Bytes of the body; valid only during the call. */
  onBody(buffer: Buffer, from: number, to: number): void;
}

/** Maximum bytes of a chunk's extensions and all trailers together; they are ignored. */
const MAX_IGNORED_BYTES = 8 * 1024;
/** Maximum digits of a chunk's size; more cannot be an exact number. */
const MAX_DIGITS = 13;

const STATE = { size: 0, extension: 1, data: 2, dataEnd: 3, trailer: 4, done: 5 } as const;
type State = (typeof STATE)[keyof typeof STATE];

const LF = 10;
const CR = 13;
const SEMICOLON = 59;

/** Decodes chunked coding (RFC 9112, section 7.1) without copying the data. */
export class ChunkReader {
  private readonly listener: BodyListener;
  private state: State = STATE.done;
  private size = 0;
  private digits = 0;
  private ignored = 0;
  /** Bytes so far of the line that ends a chunk or the trailers, CR included. */
  private line = 0;
  private afterCr = false;

  constructor(listener: BodyListener) {
    this.listener = listener;
  }

  get done(): boolean {
    return this.state === STATE.done;
  }

  begin(): void {
    this.beginSize();
    this.ignored = 0;
  }

  /** Reads up to the end of the last chunk; returns the index after the bytes read. */
  feed(buffer: Buffer, from: number, length: number): number {
    let at = from;
    while (at < length && this.state !== STATE.done) {
      if (this.state === STATE.data) {
        const to = Math.min(length, at + this.size);
        this.size -= to - at;
        this.listener.onBody(buffer, at, to);
        at = to;
        if (this.size === 0) this.state = STATE.dataEnd;
      } else this.byte(buffer[at++] ?? 0);
    }
    return at;
  }

  private byte(byte: number): void {
    if (this.afterCr) {
      if (byte !== LF) throw badChunk();
      this.afterCr = false;
      this.lineEnds();
    } else if (byte === CR) this.afterCr = true;
    else if (this.state === STATE.size) this.sizeByte(byte);
    else if (this.state === STATE.dataEnd || byte === LF) throw badChunk();
    else {
      this.line++;
      if (++this.ignored > MAX_IGNORED_BYTES) {
        throw new MalformedResponse("HPE_HEADER_OVERFLOW", "extensions or trailers do not end");
      }
    }
  }

  private sizeByte(byte: number): void {
    const digit = hexDigit(byte);
    if (digit >= 0 && this.digits < MAX_DIGITS) {
      this.size = this.size * 16 + digit;
      this.digits++;
    } else if (byte === SEMICOLON && this.digits > 0) this.state = STATE.extension;
    else throw badChunk();
  }

  private lineEnds(): void {
    const { size, extension, dataEnd } = STATE;
    if (this.state === size || this.state === extension) {
      if (this.digits === 0) throw badChunk();
      this.state = this.size > 0 ? STATE.data : STATE.trailer;
    } else if (this.state === dataEnd) this.beginSize();
    else if (this.line === 0) this.state = STATE.done;
    this.line = 0;
  }

  private beginSize(): void {
    this.state = STATE.size;
    this.size = 0;
    this.digits = 0;
    this.line = 0;
    this.afterCr = false;
  }
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

function badChunk(): MalformedResponse {
  return new MalformedResponse(
    "HPE_INVALID_CHUNK_SIZE",
    "the chunks of the response are malformed",
  );
}
