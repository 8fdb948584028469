/**
 * Shared parts of `s3-sdk` and `s3-wire`: failures as results; checks of contents, entity tags and
 * listings; common steps of operations with several requests. Nothing here sends a request. Read
 * this file first.
 */

import { errorCodeOf } from "../../s3/contract/values.ts";
import { CANCELLED, failureCode, failureMessage } from "../../s3/failure/failure.ts";
import type { EngineError } from "../engine.ts";

/** An operation that failed in this process, with its code. */
export class TransferError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Failure of an operation that the end of a run aborted. */
export function cancelled(): TransferError {
  return new TransferError(CANCELLED, "the operation was aborted before its completion");
}

/** Failure of an operation whose connection was closed during its response. */
export function cutOff(): TransferError {
  return new TransferError("ECONNRESET", "the connection was closed during a response");
}

/** `ESHORT` for fewer bytes than requested, `ELONG` for more: the server ignored the range. */
export function lengthError(asked: number, received: number): TransferError {
  const code = received < asked ? "ESHORT" : "ELONG";
  return new TransferError(code, `expected ${asked} bytes, got ${received}`);
}

/** An object that DeleteObjects could not delete, from its response. */
interface Undeleted {
  readonly Key?: string | undefined;
  readonly Code?: string | undefined;
  readonly Message?: string | undefined;
}

/** Failure of a deletion of many objects, with the first one left; null if none is left. */
export function undeleted(errors: readonly Undeleted[]): TransferError | null {
  const [first, ...others] = errors;
  if (first === undefined) return null;
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  const reason = first.Message ?? "no reason given";
  const message = `cannot delete ${first.Key}${more}: ${reason}`;
  return new TransferError(errorCodeOf(first.Code) ?? "UNKNOWN", message);
}

/** Converts errors to negative results, one per code, and back to messages. */
export class ErrorTable {
  private readonly results = new Map<string, number>();
  private readonly errors: EngineError[] = [];

  /** First error of each code. */
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
    return error ?? { code: "UNKNOWN", message: `result ${result} is not from this session` };
  }
}
