import { StringDecoder } from "node:string_decoder";
import {
  headProblem,
  rangeProblem,
  sizeProblem,
  unexpectedBody,
  versionProblem,
} from "../../s3/contract/contract.ts";
import type { HeadReader } from "../../s3/http/head.ts";
import type { TextReader, WireRequest } from "../../s3/http/request.ts";
import { MAX_SHORT_BYTES, MAX_XML_BYTES, tooLong } from "../../s3/response/response.ts";
import { lengthError } from "../objects/errors.ts";

/** Whether the body of a success is kept as text. */
export function keepsText({ contract }: WireRequest): boolean {
  return contract.body === "xml";
}

/** Returns how a success's head breaks the contract or its request; null if it does not. */
export function problemOf(request: WireRequest, head: HeadReader): Error | null {
  const { contract, expects, offset, objectBytes, version } = request;
  const problem = headProblem(contract, head);
  if (problem !== null) return problem;
  if (contract.body === "head") return sizeProblem(head.contentLength, objectBytes);
  if (version !== null) {
    const wrong = versionProblem(version, head.versionId);
    if (wrong !== null) return wrong;
  }
  if (expects < 0) return null;
  // Surplus bytes are not read: they may be a whole object.
  if (head.contentLength > expects) return lengthError(expects, head.contentLength);
  // Missing bytes are detected as the body arrives.
  if (offset < 0 || (head.contentLength >= 0 && head.contentLength < expects)) return null;
  return rangeProblem(head, offset, expects, objectBytes);
}

/** Returns the problem of a success's body length; null if there is none. */
export function bodyProblem({ contract, expects }: WireRequest, received: number): Error | null {
  if (expects >= 0 && received !== expects) return lengthError(expects, received);
  return unexpectedBody(contract, received);
}

/**
 * Bytes of a text that are decoded together. V8 keeps the whole string as long as one name in it is
 * referenced; with short strings, 256 listings in flight keep 2 MB instead of 100.
 */
const DECODED_BYTES = 8 * 1024;

/** The text of a response, piece by piece. */
export class ResponseText {
  private pieces: Buffer[] = [];
  private bytes = 0;
  private decoder: StringDecoder | null = null;

  /**
   * Takes a piece; passes that of a success to the reader, or else copies it. Returns the error for
   * a text above the maximum, or null.
   */
  add(
    buffer: Buffer,
    from: number,
    to: number,
    isSuccess: boolean,
    reader: TextReader | null,
  ): Error | null {
    const maxBytes = isSuccess ? MAX_XML_BYTES : MAX_SHORT_BYTES;
    this.bytes += to - from;
    if (this.bytes > maxBytes) return tooLong(maxBytes);
    if (isSuccess && reader !== null) this.pass(reader, buffer, from, to);
    else this.pieces.push(Buffer.from(buffer.subarray(from, to)));
    return null;
  }

  /** Discards the text. */
  clear(): void {
    this.decoder = null;
    if (this.bytes === 0) return;
    this.pieces = [];
    this.bytes = 0;
  }

  /** Returns and discards the text; of a text that was passed on, an incomplete character. */
  take(): string {
    const text = this.decoder?.end() ?? Buffer.concat(this.pieces).toString("utf8");
    this.clear();
    return text;
  }

  private pass(reader: TextReader, buffer: Buffer, from: number, to: number): void {
    this.decoder ??= new StringDecoder("utf8");
    for (let at = from; at < to; at += DECODED_BYTES) {
      const end = Math.min(to, at + DECODED_BYTES);
      reader.feed(this.decoder.write(buffer.subarray(at, end)));
    }
  }
}
