import { HeadFields, startsWith } from "./head-fields.ts";

/** A response that is not valid HTTP/1.1, with the code of Node's parser (llhttp). */
export class MalformedResponse extends Error {
  override readonly name = "MalformedResponse";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Maximum bytes of a head, as in Node's parser. */
const MAX_HEAD_BYTES = 16 * 1024;
/** Maximum interim responses (100, 103) before the final one. */
const MAX_INTERIM = 16;

const LF = 10;
const CR = 13;
const COLON = 58;

/**
 * Parses the status line and headers of a response in place; they are copied only if they arrive
 * in several pieces. Invalid HTTP throws {@link MalformedResponse}.
 */
export class HeadReader extends HeadFields {
  status = 0;
  /** `Content-Length`; -1 if absent. */
  contentLength = -1;
  chunked = false;
  /** Whether the server keeps the connection open. */
  keepAlive = false;
  complete = false;
  private interim = 0;
  /** The beginning of an incomplete head. */
  private held = Buffer.alloc(0);
  private head: Buffer = this.held;
  private headFrom = 0;
  private headTo = 0;

  begin(): void {
    this.complete = false;
    this.interim = 0;
    if (this.held.length > 0) this.held = Buffer.alloc(0);
  }

  /** A header's value; null if absent. Only valid inside `onHead`. */
  header(name: string): string | null {
    const text = this.head.toString("latin1", this.headFrom, this.headTo);
    const lower = text.toLowerCase();
    const at = lower.indexOf(`\r\n${name}:`);
    if (at < 0) return null;
    const from = at + name.length + 3;
    return text.slice(from, text.indexOf("\r\n", from)).trim();
  }

  /**
   * Reads up to the end of the head and returns the index after the bytes read. Skips interim
   * responses.
   */
  feed(buffer: Buffer, at: number, length: number): number {
    if (this.held.length === 0) {
      const end = this.parseHead(buffer, at, length);
      if (end >= 0) return end;
      this.held = Buffer.from(buffer.subarray(at, length));
    } else {
      const before = this.held.length;
      const more = buffer.subarray(at, Math.min(length, at + MAX_HEAD_BYTES + 1));
      const joined = Buffer.concat([this.held, more]);
      this.held = joined;
      if (more.includes(LF)) {
        const end = this.parseHead(joined, 0, joined.length);
        if (end >= 0) return at + end - before;
      }
    }
    if (this.held.length > MAX_HEAD_BYTES) throw tooLong();
    return length;
  }

  /** Returns the index after a complete head and reports it; -1 if it is incomplete. */
  private parseHead(buffer: Buffer, from: number, length: number): number {
    this.contentLength = -1;
    this.chunked = false;
    this.beginFields(buffer);
    this.head = buffer;
    this.headFrom = from;
    const limit = Math.min(length, from + MAX_HEAD_BYTES);
    let line = from;
    let colon = -1;
    let first = true;
    for (let i = from; i < limit; i++) {
      const byte = buffer[i] ?? 0;
      if (byte === LF) {
        if (i === from || buffer[i - 1] !== CR) throw badHeader();
        if (first) this.parseStatus(buffer, line, i - 1);
        else if (i - 1 === line) return this.completed(from, i + 1);
        else this.parseHeader(buffer, line, colon, i - 1);
        first = false;
        line = i + 1;
        colon = -1;
      } else if (byte === COLON) {
        if (colon < 0) colon = i;
      } else if (byte < 32 && byte !== 9) {
        // A carriage return is only valid before a line feed, which may not have arrived yet.
        if (byte !== CR || (i + 1 < limit && buffer[i + 1] !== LF)) throw badHeader();
      }
    }
    if (limit < length) throw tooLong();
    return -1;
  }

  /** `HTTP/1.1 200 OK`; the reason is optional. */
  private parseStatus(buffer: Buffer, from: number, to: number): void {
    const minor = (buffer[from + 7] ?? 0) - 48;
    if (to - from < 12 || !startsWith(buffer, from, "http/1.") || (minor !== 0 && minor !== 1)) {
      throw new MalformedResponse("HPE_INVALID_CONSTANT", "the response is not HTTP/1.1");
    }
    const hundreds = (buffer[from + 9] ?? 0) - 48;
    const tens = (buffer[from + 10] ?? 0) - 48;
    const ones = (buffer[from + 11] ?? 0) - 48;
    const spaced = buffer[from + 8] === 32 && (to === from + 12 || buffer[from + 12] === 32);
    const digits = isDigit(tens) && isDigit(ones) && hundreds >= 1 && hundreds <= 5;
    if (!spaced || !digits) {
      throw new MalformedResponse("HPE_INVALID_STATUS", "the response has no valid status");
    }
    this.status = hundreds * 100 + tens * 10 + ones;
    this.keepAlive = minor === 1;
  }

  private parseHeader(buffer: Buffer, from: number, colon: number, to: number): void {
    const first = buffer[from] ?? 0;
    // RFC 7230 made continuation lines obsolete; an empty name was never valid.
    if (colon <= from || first === 32 || first === 9 || buffer[colon - 1] === 32) throw badHeader();
    switch (colon - from) {
      case 10:
        if (startsWith(buffer, from, "connection")) this.parseConnection(buffer, colon + 1, to);
        break;
      case 14:
        if (startsWith(buffer, from, "content-length")) this.parseLength(buffer, colon + 1, to);
        break;
      case 17:
        if (startsWith(buffer, from, "transfer-encoding")) this.parseCoding(buffer, colon + 1, to);
        break;
      default:
        this.takeField(from, colon, to);
    }
  }

  private parseConnection(buffer: Buffer, from: number, to: number): void {
    const value = buffer.toString("latin1", from, to).trim().toLowerCase();
    if (value === "close") this.keepAlive = false;
    else if (value === "keep-alive") this.keepAlive = true;
  }

  private parseLength(buffer: Buffer, from: number, to: number): void {
    const text = buffer.toString("latin1", from, to).trim();
    const length = Number(text);
    if (!/^\d{1,15}$/.test(text) || (this.contentLength >= 0 && this.contentLength !== length)) {
      throw new MalformedResponse(
        "HPE_INVALID_CONTENT_LENGTH",
        "the Content-Length is not a number",
      );
    }
    this.contentLength = length;
  }

  private parseCoding(buffer: Buffer, from: number, to: number): void {
    const coding = buffer.toString("latin1", from, to).trim().toLowerCase();
    if (coding !== "chunked" || this.chunked) {
      const message = "the response has a Transfer-Encoding other than `chunked`";
      throw new MalformedResponse("HPE_INVALID_TRANSFER_ENCODING", message);
    }
    this.chunked = true;
  }

  private completed(from: number, end: number): number {
    this.headFrom = from;
    this.headTo = end;
    if (this.status < 200) {
      if (this.status === 101 || ++this.interim > MAX_INTERIM) throw tooLong();
      this.held = Buffer.alloc(0);
      return end;
    }
    if (this.chunked && this.contentLength >= 0) {
      const message = "the response has both a Content-Length and a Transfer-Encoding";
      throw new MalformedResponse("HPE_UNEXPECTED_CONTENT_LENGTH", message);
    }
    this.complete = true;
    return end;
  }
}

function isDigit(value: number): boolean {
  return value >= 0 && value <= 9;
}

function badHeader(): MalformedResponse {
  return new MalformedResponse("HPE_INVALID_HEADER_TOKEN", "a header of the response is malformed");
}

function tooLong(): MalformedResponse {
  return new MalformedResponse("HPE_HEADER_OVERFLOW", "the response head is too long");
}
