import { errorCodeOf, locationOf, regionOf } from "../contract/values.ts";
import type { HeadReader } from "../http/head.ts";
import { describeBody } from "./not-s3-body.ts";
import { readFields, XmlError, type XmlFields } from "./xml.ts";

/** Headers of an error response. */
export interface ErrorHeaders {
  readonly region: string | null;
  readonly location: string | null;
  readonly date: string | null;
  readonly retryAfter: string | null;
  /** `x-amz-retry-after`, in milliseconds. */
  readonly retryAfterMs: string | null;
}

/** Headers of a response without any of these. */
export const NO_HEADERS: ErrorHeaders = {
  region: null,
  location: null,
  date: null,
  retryAfter: null,
  retryAfterMs: null,
};

/** Head of an error response. */
export function errorHeaders(head: HeadReader): ErrorHeaders {
  return {
    region: head.header("x-amz-bucket-region"),
    location: head.header("location"),
    date: head.header("date"),
    retryAfter: head.header("retry-after"),
    retryAfterMs: head.header("x-amz-retry-after"),
  };
}

/** An error response, in the SDK's form, so that both engines report one code. */
export class StoreError extends Error {
  override readonly name: string;
  readonly $metadata: { readonly httpStatusCode: number };
  readonly headers: ErrorHeaders;
  /** The region in the response; null without a valid one. */
  readonly region: string | null;
  /** Description of a body that is not an S3 error document; null if it is one, or empty. */
  readonly page: string | null;

  constructor(status: number, text: string, headers: ErrorHeaders) {
    const fields = fieldsOf(text);
    const isDocument = fields[""] === "Error";
    const page = isDocument || text === "" ? null : describeBody("", text);
    super(
      fields.Message ?? `the S3 server responded with ${status}${detailsOf(status, page, headers)}`,
    );
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

/** Describes an error without an S3 document. A redirect that is followed is not an error. */
function detailsOf(status: number, page: string | null, { location }: ErrorHeaders): string {
  const url = status >= 300 && status < 400 ? locationOf(location, "http://invalid") : null;
  if (url !== null) return ` and a redirect to ${url.origin}, which is not followed`;
  return page === null ? "" : ` with ${page}`;
}

/** Fields of an error document; empty for a proxy's HTML page. */
function fieldsOf(text: string): XmlFields {
  try {
    const fields = readFields(text);
    return fields[""] === "Error" ? fields : {};
  } catch (error) {
    if (error instanceof XmlError) return {};
    throw error;
  }
}
