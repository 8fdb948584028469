import type { HeadReader } from "./answer-head.ts";
import { readFields, XmlError } from "./xml.ts";

/** What an answer's headers tell of an error. */
export interface ErrorHeaders {
  readonly region: string | null;
  readonly location: string | null;
  readonly date: string | null;
  readonly retryAfter: string | null;
  /** `x-amz-retry-after`, in milliseconds. */
  readonly retryAfterMs: string | null;
}

/** Of an answer that has none of them. */
export const NO_HEADERS: ErrorHeaders = {
  region: null,
  location: null,
  date: null,
  retryAfter: null,
  retryAfterMs: null,
};

/** What is kept of the head of an error answer. */
export function errorHeaders(head: HeadReader): ErrorHeaders {
  return {
    region: head.header("x-amz-bucket-region"),
    location: head.header("location"),
    date: head.header("date"),
    retryAfter: head.header("retry-after"),
    retryAfterMs: head.header("x-amz-retry-after"),
  };
}

/** An error answer of the store, in the form the SDK gives it, so that both have one code. */
export class StoreError extends Error {
  override readonly name: string;
  readonly $metadata: { readonly httpStatusCode: number };
  readonly headers: ErrorHeaders;
  /** The region that the store names instead. */
  readonly region: string | null;

  constructor(status: number, text: string, headers: ErrorHeaders) {
    const fields = fieldsOf(text);
    super(fields.Message ?? `the store answered ${status}`);
    this.name = fields.Code ?? "Unknown";
    this.$metadata = { httpStatusCode: status };
    this.headers = headers;
    this.region = headers.region ?? fields.Region ?? null;
  }

  get status(): number {
    return this.$metadata.httpStatusCode;
  }
}

/** A proxy's page of HTML names no code. */
function fieldsOf(text: string): Readonly<Record<string, string>> {
  try {
    const fields = readFields(text);
    return fields[""] === "Error" ? fields : {};
  } catch (error) {
    if (error instanceof XmlError) return {};
    throw error;
  }
}
