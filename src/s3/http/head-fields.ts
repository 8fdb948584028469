import { isEncoding } from "../contract/contract.ts";

const SPACE = 32;
const TAB = 9;
const QUOTE = 34;
const DASH = 45;
const SLASH = 47;
const STAR = 42;
/** Maximum digits of a number: enough for any size, and few enough to be exact. */
const MAX_DIGITS = 15;

/**
 * Headers that identify the response to a request, parsed in place without allocation: media
 * type, coding, range, entity tag and version.
 */
export class HeadFields {
  /** Whether the `Content-Type` is that of an HTML page. */
  html = false;
  /** Whether there is a `Content-Encoding` other than `identity` and `aws-chunked`. */
  encoded = false;
  /** First and last byte of `Content-Range`; -1 if it is absent or malformed. */
  rangeFrom = -1;
  rangeTo = -1;
  /** Size of the whole object in `Content-Range`; -1 if unknown. */
  rangeSize = -1;
  private bytes: Buffer = Buffer.alloc(0);
  private etagFrom = 0;
  private etagTo = 0;
  private versionFrom = 0;
  private versionTo = 0;

  /** FNV-1a over the entity tag, never 0; 0 if there is none. Only inside `onHead`. */
  etagHash(): number {
    const to = this.etagTo;
    if (to <= this.etagFrom) return 0;
    return fnv(this.bytes, this.etagFrom, to);
  }

  /** Whether there is an entity tag that is not empty. Only inside `onHead`. */
  get hasEtag(): boolean {
    for (let i = this.etagFrom; i < this.etagTo; i++) {
      const byte = this.bytes[i];
      if (byte !== SPACE && byte !== TAB && byte !== QUOTE) return true;
    }
    return false;
  }

  /** `x-amz-version-id`, null if there is none. Only inside `onHead`. */
  get versionId(): string | null {
    if (this.versionTo <= this.versionFrom) return null;
    return this.bytes.toString("latin1", this.versionFrom, this.versionTo).trim();
  }

  protected beginFields(bytes: Buffer): void {
    this.html = false;
    this.encoded = false;
    this.rangeFrom = -1;
    this.rangeTo = -1;
    this.rangeSize = -1;
    this.bytes = bytes;
    this.etagTo = 0;
    this.versionTo = 0;
  }

  /** Reads one header with its value from `from` to `to`; ignores unknown headers. */
  protected takeField(line: number, colon: number, to: number): void {
    const bytes = this.bytes;
    switch (colon - line) {
      case 4:
        if (startsWith(bytes, line, "etag")) {
          // The hash omits spaces, so that it equals the hash of the SDK's tag.
          this.etagFrom = afterSpaces(bytes, colon + 1, to);
          this.etagTo = beforeSpaces(bytes, this.etagFrom, to);
        }
        break;
      case 12:
        if (startsWith(bytes, line, "content-type")) this.takeType(colon + 1, to);
        break;
      case 13:
        if (startsWith(bytes, line, "content-range")) this.takeRange(colon + 1, to);
        break;
      case 16:
        if (startsWith(bytes, line, "x-amz-version-id")) {
          this.versionFrom = colon + 1;
          this.versionTo = to;
        } else if (startsWith(bytes, line, "content-encoding")) this.takeCoding(colon + 1, to);
        break;
    }
  }

  private takeType(from: number, to: number): void {
    const at = afterSpaces(this.bytes, from, to);
    this.html =
      startsWith(this.bytes, at, "text/html") ||
      startsWith(this.bytes, at, "application/xhtml+xml");
  }

  private takeCoding(from: number, to: number): void {
    this.encoded ||= isEncoding(this.bytes.toString("latin1", from, to));
  }

  /** `bytes 0-99/1000`, with `*` for an unknown size. */
  private takeRange(from: number, to: number): void {
    const bytes = this.bytes;
    this.rangeFrom = -1;
    let at = afterSpaces(bytes, from, to);
    if (!startsWith(bytes, at, "bytes ")) return;
    at = afterSpaces(bytes, at + 6, to);
    const dash = endOfDigits(bytes, at, to);
    const slash = endOfDigits(bytes, dash + 1, to);
    if (bytes[dash] !== DASH || bytes[slash] !== SLASH || slash >= to) return;
    const first = numberAt(bytes, at, dash);
    const last = numberAt(bytes, dash + 1, slash);
    const end = beforeSpaces(bytes, slash + 1, to);
    const known = bytes[slash + 1] !== STAR;
    const size = known ? numberAt(bytes, slash + 1, end) : -1;
    if (first < 0 || last < first || (known && size <= last)) return;
    if (known && endOfDigits(bytes, slash + 1, to) < end) return;
    this.rangeFrom = first;
    this.rangeTo = last;
    this.rangeSize = size;
  }
}

/** The hash of {@link HeadFields.etagHash} for a string; 0 if it is empty. */
export function hashOfTag(tag: string | undefined): number {
  if (tag === undefined || tag.trim() === "") return 0;
  const bytes = Buffer.from(tag.trim(), "latin1");
  return fnv(bytes, 0, bytes.length);
}

function fnv(bytes: Buffer, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  return hash >>> 0 || 1;
}

/** Whether the buffer has these lowercase letters at an index, ignoring case. */
export function startsWith(buffer: Buffer, from: number, letters: string): boolean {
  for (let i = 0; i < letters.length; i++) {
    const byte = buffer[from + i] ?? 0;
    const lower = byte >= 65 && byte <= 90 ? byte + 32 : byte;
    if (lower !== letters.charCodeAt(i)) return false;
  }
  return true;
}

function afterSpaces(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
  return at;
}

function beforeSpaces(bytes: Buffer, from: number, to: number): number {
  let end = to;
  while (end > from && (bytes[end - 1] === SPACE || bytes[end - 1] === TAB)) end--;
  return end;
}

function endOfDigits(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && (bytes[at] ?? 0) >= 48 && (bytes[at] ?? 0) <= 57) at++;
  return at;
}

/** Parses digits; -1 if there are none or too many. */
function numberAt(bytes: Buffer, from: number, to: number): number {
  if (to <= from || to - from > MAX_DIGITS) return -1;
  let value = 0;
  for (let i = from; i < to; i++) value = value * 10 + ((bytes[i] ?? 0) - 48);
  return value;
}
