/**
 * Requirements on a response, for every client, and its values that decide the next request. Pure:
 * nothing here reads a socket. Read this file first.
 */

/**
 * A response that is a success in HTTP but is not the one that S3 defines for its request. `code`:
 * `ENOTS3` (another kind of response), `EETAG` (no entity tag), `ESIZE` (another size than the
 * object's), `EWRONGRANGE` (bytes other than those requested), `EVERSION` (another version),
 * `EENCODED` (a compressed body), `ELOOP` and `EPROTO` (listings).
 */
export class ContractError extends Error {
  override readonly name = "ContractError";
  readonly code: string;
  /** The received response as a noun; null if the message describes it. */
  readonly got: string | null;

  constructor(code: string, message: string, got: string | null = null) {
    super(message);
    this.code = code;
    this.got = got;
  }
}

/**
 * Success of one kind of request as S3 defines it. Both engines, the preparation and the cleanup
 * check every response. Status 200 alone proves nothing: proxies, login pages and web servers send
 * it too.
 */
export interface ResponseContract {
  /** Name of the request in errors. */
  readonly request: string;
  readonly statuses: readonly number[];
  /** `object`: bytes of an object; `head`: none, lengths are the object's; `any`: not defined. */
  readonly body: "object" | "head" | "none" | "xml" | "any";
  /** Root element of an `xml` body; empty for others. */
  readonly root: string;
  /** Elements directly below the root that must not be empty. */
  readonly required: readonly string[];
  /** Whether an `ETag` header is required. */
  readonly etag: boolean;
  /** Code of an error for a success with another status. */
  readonly otherStatus: string;
}

/** Status and headers of a response that a contract checks. */
export interface ResponseHead {
  readonly status: number;
  /** `Content-Length`; -1 if absent. */
  readonly contentLength: number;
  /** Whether the `Content-Type` is that of an HTML page. */
  readonly html: boolean;
  /** Whether the body is compressed (a `Content-Encoding` that S3 does not add by itself). */
  readonly encoded: boolean;
  readonly hasEtag: boolean;
}

/** The `Content-Range` of a response. */
export interface RangeHead extends ResponseHead {
  /** First and last byte; -1 if absent or malformed. */
  readonly rangeFrom: number;
  readonly rangeTo: number;
  /** Size of the whole object; -1 if unknown. */
  readonly rangeSize: number;
}

const OK = [200] as const;

function make(request: string, more: Partial<ResponseContract>): ResponseContract {
  return {
    request,
    statuses: OK,
    body: "none",
    root: "",
    required: [],
    etag: false,
    otherStatus: "ENOTS3",
    ...more,
  };
}

function xml(request: string, root: string, ...required: readonly string[]): ResponseContract {
  return make(request, { body: "xml", root, required });
}

/** One contract for each kind of request, whichever client sends it. */
export const CONTRACTS = {
  get: make("GET of an object", { body: "object" }),
  // A server may ignore a range that covers the whole object (RFC 9110, section 14.2).
  getRange: make("GET of a range", { body: "object", statuses: [206, 200] }),
  getIfChanged: make("GET of a changed object", { statuses: [304], otherStatus: "EMODIFIED" }),
  head: make("HEAD of an object", { body: "head" }),
  stat: make("HEAD of an object", { body: "head", etag: true }),
  put: make("PUT of an object", { etag: true }),
  putPart: make("PUT of a part", { etag: true }),
  remove: make("DELETE of an object", { statuses: [204] }),
  abortUpload: make("DELETE of an upload", { statuses: [204] }),
  putTags: make("PUT of tags", { statuses: [200, 204] }),
  restore: make("POST of a restore", { statuses: [202, 200] }),
  getTags: xml("GET of tags", "Tagging"),
  copy: xml("copy of an object", "CopyObjectResult", "ETag"),
  list: xml("listing", "ListBucketResult"),
  listVersions: xml("listing of versions", "ListVersionsResult"),
  listUploads: xml("listing of uploads", "ListMultipartUploadsResult"),
  removeMany: xml("POST of a deletion", "DeleteResult"),
  beginUpload: xml("POST of an upload", "InitiateMultipartUploadResult", "UploadId"),
  completeUpload: xml("completion of an upload", "CompleteMultipartUploadResult", "ETag"),
  versioning: xml("GET of the versioning", "VersioningConfiguration"),
  objectLock: xml("GET of the object lock", "ObjectLockConfiguration"),
  session: xml("GET of a session", "CreateSessionResult"),
  buckets: xml("listing of buckets", "ListAllMyBucketsResult"),
  /** Requests that assay does not know: S3 never responds with an HTML page. */
  other: make("request", { body: "any", statuses: [] }),
} as const;

/** Describes a response in the words of an error: `200 with an HTML page`. */
function described({ status, html }: ResponseHead): string {
  return html ? `${status} with an HTML page` : String(status);
}

/** Returns how the head of a success breaks its contract; null if it does not. */
export function headProblem(contract: ResponseContract, head: ResponseHead): ContractError | null {
  const { request, statuses } = contract;
  const fits = statuses.length === 0 || statuses.includes(head.status);
  if (!fits || head.html) {
    const code = fits ? "ENOTS3" : contract.otherStatus;
    const expected = statuses.length === 0 ? "no page" : statuses.join(" or ");
    const got = head.html ? "an HTML page" : `status ${head.status} for a ${request}`;
    return new ContractError(code, `${request}: expected ${expected}, got ${described(head)}`, got);
  }
  if (head.encoded) {
    const message = `${request}: the response is compressed, which was not asked for`;
    return new ContractError("EENCODED", message);
  }
  if (contract.etag && !head.hasEtag) return noTag(request);
  return head.status === 304 ? null : unexpectedBody(contract, head.contentLength);
}

/** The error for bytes where a contract has no body; null if there are none, or `bytes` is -1. */
export function unexpectedBody(
  { request, body }: ResponseContract,
  bytes: number,
): ContractError | null {
  if (body !== "none" || bytes <= 0) return null;
  return new ContractError("ENOTS3", `${request}: expected no body, got ${bytes} bytes`);
}

/** Returns the problem of an entity tag that a contract requires; null if there is none. */
export function tagProblem(
  { request }: ResponseContract,
  tag: string | undefined,
): ContractError | null {
  return isTag(tag) ? null : noTag(request);
}

/** Whether an `ETag` header is there and not empty. */
export function isTag(tag: string | undefined): boolean {
  return (tag ?? "").replace(/[\s"]/g, "") !== "";
}

/** Whether a `Content-Encoding` is one that S3 does not add by itself. */
export function isEncoding(value: string): boolean {
  const coding = value.trim().toLowerCase();
  return coding !== "" && coding !== "identity" && coding !== "aws-chunked";
}

function noTag(request: string): ContractError {
  return new ContractError("EETAG", `${request}: the response has no entity tag`);
}

/**
 * Returns the problem of the version in a response; null if there is none.
 *
 * @param expected its identifier; empty: any version
 */
export function versionProblem(expected: string, got: string | null): ContractError | null {
  const named = got !== null && got !== "" && got !== "null";
  if (expected === "" ? named : got === expected) return null;
  const wanted = expected === "" ? "a version" : `version ${expected}`;
  return new ContractError("EVERSION", `expected ${wanted} of the object, got ${got ?? "none"}`);
}

/** Returns the problem of the size in a HEAD; null if there is none or the size is unknown. */
export function sizeProblem(contentLength: number, objectBytes: number): ContractError | null {
  if (objectBytes < 0 || contentLength === objectBytes) return null;
  const got = contentLength < 0 ? "no Content-Length" : `${contentLength}`;
  const message = `HEAD of an object: expected its size of ${objectBytes} bytes, got ${got}`;
  return new ContractError("ESIZE", message);
}

/**
 * Returns the problem of the range of a response with the right length; null if there is none.
 *
 * @param objectBytes size of the whole object; -1 if unknown
 */
export function rangeProblem(
  head: RangeHead,
  offset: number,
  length: number,
  objectBytes: number,
): ContractError | null {
  const { status, rangeFrom, rangeTo, rangeSize } = head;
  const last = offset + length - 1;
  if (status !== 206) {
    if (offset === 0 && (objectBytes < 0 || objectBytes === length)) return null;
    return wrongRange(offset, last, `${status} and the object from its start`);
  }
  if (rangeFrom !== offset || rangeTo !== last) {
    const got = rangeFrom < 0 ? "no valid Content-Range" : `bytes ${rangeFrom}-${rangeTo}`;
    return wrongRange(offset, last, got);
  }
  if (objectBytes < 0 || rangeSize < 0 || rangeSize === objectBytes) return null;
  const message = `GET of a range: expected an object of ${objectBytes} bytes, got ${rangeSize}`;
  return new ContractError("ESIZE", message);
}

function wrongRange(offset: number, last: number, got: string): ContractError {
  const message = `GET of a range: expected bytes ${offset}-${last}, got ${got}`;
  return new ContractError("EWRONGRANGE", message);
}
