/**
 * What `s3-sdk` and `s3-wire` share: failures as results; the checks of contents, entity tags and
 * listings; what operations of several requests have in common. Nothing here sends a request. Read
 * this file first.
 */

import { errorCodeOf } from "../../s3/contract/values.ts";
import { CANCELLED, failureCode, failureMessage } from "../../s3/failure/failure.ts";
import type { EngineError } from "../engine.ts";

/** An operation that failed on this side of the wire, with its code. */
export class TransferError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What an operation is that the end of a run cut off. */
export function cancelled(): TransferError {
  return new TransferError(CANCELLED, "the operation was ended before it was complete");
}

/** What an operation is whose connection was closed before its response was complete. */
export function cutOff(): TransferError {
  return new TransferError("ECONNRESET", "the connection was closed in the middle of an answer");
}

/** `ESHORT` for fewer bytes than asked, `ELONG` for more: a store that ignored the range. */
export function lengthError(asked: number, received: number): TransferError {
  const code = received < asked ? "ESHORT" : "ELONG";
  return new TransferError(code, `asked for ${asked} bytes and received ${received}`);
}

/** What a response to DeleteObjects says of an object that stays. */
interface Undeleted {
  readonly Key?: string | undefined;
  readonly Code?: string | undefined;
  readonly Message?: string | undefined;
}

/** The failure of a deletion of many objects: the first one that stays; null if none does. */
export function undeleted(errors: readonly Undeleted[]): TransferError | null {
  const [first, ...others] = errors;
  if (first === undefined) return null;
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  const reason = first.Message ?? "no reason given";
  const message = `${first.Key}${more} could not be deleted: ${reason}`;
  return new TransferError(errorCodeOf(first.Code) ?? "UNKNOWN", message);
}

/** Turns what was thrown into a negative result, one for each code, and back into words. */
export class ErrorTable {
  private readonly results = new Map<string, number>();
  private readonly errors: EngineError[] = [];

  /** The message of the first error of a code stands for all of them. */
  record(error: unknown): number {
    const code = failureCode(error);
    const known = this.results.get(code);
    if (known !== undefined) return known;
    const result = -(this.errors.length + 1);
    this.results.set(code, result);
    this.errors.push({ code, message: failureMessage(error) });
    return result;
  }

  explain(result: number): EngineError {
    const error = this.errors[-result - 1];
    return error ?? { code: "UNKNOWN", message: `result ${result} is not one of this session's` };
  }
}
