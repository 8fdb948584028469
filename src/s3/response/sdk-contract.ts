import { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import {
  CONTRACTS,
  headProblem,
  isEncoding,
  isTag,
  type ResponseContract,
  type ResponseHead,
  unexpectedBody,
} from "../contract/contract.ts";
import { dateMsOf } from "../contract/values.ts";
import { type ErrorHeaders, StoreError } from "./error.ts";
import { isHtmlType } from "./not-s3-body.ts";
import { MAX_SHORT_BYTES, MAX_XML_BYTES, readResponse, tooLong } from "./response.ts";

/** Status that the SDK assigns to an error document with status 200. */
const LATE_ERROR = 500;

/** Contract of each command; others have the contract `other`. */
const COMMANDS: Readonly<Record<string, ResponseContract>> = {
  // Callers that store data with it check the entity tag: see `tagProblem`.
  PutObjectCommand: { ...CONTRACTS.put, etag: false },
  UploadPartCommand: CONTRACTS.putPart,
  HeadObjectCommand: CONTRACTS.head,
  DeleteObjectCommand: CONTRACTS.remove,
  DeleteObjectsCommand: CONTRACTS.removeMany,
  CopyObjectCommand: CONTRACTS.copy,
  ListObjectsV2Command: CONTRACTS.list,
  ListObjectVersionsCommand: CONTRACTS.listVersions,
  ListMultipartUploadsCommand: CONTRACTS.listUploads,
  CreateMultipartUploadCommand: CONTRACTS.beginUpload,
  CompleteMultipartUploadCommand: CONTRACTS.completeUpload,
  AbortMultipartUploadCommand: CONTRACTS.abortUpload,
  PutObjectTaggingCommand: CONTRACTS.putTags,
  GetObjectTaggingCommand: CONTRACTS.getTags,
  RestoreObjectCommand: CONTRACTS.restore,
  GetBucketVersioningCommand: CONTRACTS.versioning,
  GetObjectLockConfigurationCommand: CONTRACTS.objectLock,
  CreateSessionCommand: CONTRACTS.session,
  ListBucketsCommand: CONTRACTS.buckets,
};

interface RawResponse {
  statusCode: number;
  headers: Record<string, string>;
  body?: unknown;
}

/**
 * Makes a client check every response before the SDK parses it: the SDK accepts any page with
 * status 200 as an empty success.
 */
export function checkContracts(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      const { response } = result;
      if (isRaw(response)) await check(contractOf(context.commandName, args.request), response);
      return result;
    },
    { step: "deserialize", name: "assayContract", priority: "low" },
  );
}

function contractOf(command: string | undefined, request: unknown): ResponseContract {
  if (command !== "GetObjectCommand") return COMMANDS[command ?? ""] ?? CONTRACTS.other;
  return hasRange(request) ? CONTRACTS.getRange : CONTRACTS.get;
}

function hasRange(request: unknown): boolean {
  if (typeof request !== "object" || request === null || !("headers" in request)) return false;
  const { headers } = request;
  return typeof headers === "object" && headers !== null && "range" in headers;
}

function isRaw(response: unknown): response is RawResponse {
  return typeof response === "object" && response !== null && "statusCode" in response;
}

async function check(contract: ResponseContract, response: RawResponse): Promise<void> {
  // The SDK sets its clock by this header without a check.
  if (dateMsOf(response.headers.date ?? null) === null) delete response.headers.date;
  if (response.statusCode < 200 || response.statusCode >= 300) {
    await checkRefusal(contract, response);
    return;
  }
  const problem = headProblem(contract, headOf(response));
  if (problem !== null) {
    if (response.body instanceof Readable) response.body.destroy();
    throw problem;
  }
  if (contract.body === "xml") await checkXml(contract, response);
  else if (contract.body === "none") await checkEmpty(contract, response);
}

function headOf({ statusCode, headers }: RawResponse): ResponseHead {
  const length = headers["content-length"] ?? "";
  return {
    status: statusCode,
    contentLength: /^\d{1,15}$/.test(length) ? Number(length) : -1,
    html: isHtmlType(headers["content-type"] ?? ""),
    encoded: isEncoding(headers["content-encoding"] ?? ""),
    hasEtag: isTag(headers.etag),
  };
}

async function checkXml(contract: ResponseContract, response: RawResponse): Promise<void> {
  const body = await collect(response, MAX_XML_BYTES);
  try {
    readResponse(contract, body.toString("utf8"));
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    response.statusCode = LATE_ERROR;
  }
}

async function checkEmpty(contract: ResponseContract, response: RawResponse): Promise<void> {
  const { length } = await collect(response, MAX_SHORT_BYTES);
  const problem = unexpectedBody(contract, length);
  if (problem !== null) throw problem;
}

/** An error without an S3 document comes from a proxy or another server. */
async function checkRefusal(contract: ResponseContract, response: RawResponse): Promise<void> {
  if (contract.body === "head") return;
  const text = (await collect(response, MAX_SHORT_BYTES)).toString("utf8");
  const { statusCode, headers } = response;
  if (contract.statuses.includes(statusCode) || statusCode === 304) return;
  const error = new StoreError(statusCode, text, errorHeadersOf(headers));
  if (error.page !== null || (statusCode < 400 && error.name === "Unknown")) throw error;
}

function errorHeadersOf(headers: Readonly<Record<string, string>>): ErrorHeaders {
  return {
    region: headers["x-amz-bucket-region"] ?? null,
    location: headers.location ?? null,
    date: headers.date ?? null,
    retryAfter: headers["retry-after"] ?? null,
    retryAfterMs: headers["x-amz-retry-after"] ?? null,
  };
}

/** Reads a short body; the SDK then receives its bytes instead of the stream. */
async function collect(response: RawResponse, most: number): Promise<Buffer> {
  const { body } = response;
  const chunks: Buffer[] = [];
  let length = 0;
  if (body instanceof Readable) {
    for await (const chunk of body) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > most) throw tooLong(most);
    }
  } else if (body instanceof Uint8Array) chunks.push(Buffer.from(body));
  const bytes = Buffer.concat(chunks);
  response.body = bytes;
  return bytes;
}
