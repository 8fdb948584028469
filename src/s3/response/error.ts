import { errorCodeOf, locationOf, regionOf } from "../contract/values.ts";
import type { HeadReader } from "../http/head.ts";
import { describeBody } from "./not-s3-body.ts";
import { readFields, XmlError, type XmlFields } from "./xml.ts";

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
  /** The region that the store names instead; null if it names none that is valid. */
  readonly region: string | null;
  /** Body that is no error document of S3, as a noun; null if it is one, or empty. */
  readonly page: string | null;

  constructor(status: number, text: string, headers: ErrorHeaders) {
    const fields = fieldsOf(text);
    const isDocument = fields[""] === "Error";
    const page = isDocument || text === "" ? null : describeBody("", text);
    super(fields.Message ?? `the store answered ${status}${saidOf(status, page, headers)}`);
    this.name = errorCodeOf(fields.Code) ?? "Unknown";
    this.$metadata = { httpStatusCode: status };
    this.headers = headers;
    this.region = regionOf(headers.region) ?? regionOf(fields.Region);
    this.page = page;
  }

  get status(): number {
    return this.$metadata.httpStatusCode;
  }
}

/** What an error without words of S3 came with. A redirect that is followed is no error. */
function saidOf(status: number, page: string | null, { location }: ErrorHeaders): string {
  const url = status >= 300 && status < 400 ? locationOf(location, "http://invalid") : null;
  if (url !== null) return ` and a redirect to ${url.origin}, which is not followed`;
  return page === null ? "" : ` with ${page}`;
}

/** A proxy's page of HTML names no code. */
function fieldsOf(text: string): XmlFields {
  try {
    const fields = readFields(text);
    return fields[""] === "Error" ? fields : {};
  } catch (error) {
    if (error instanceof XmlError) return {};
    throw error;
  }
}
