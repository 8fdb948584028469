import { copyName, fileName } from "../../model/plan/dataset.ts";
import { CONTRACTS, type ResponseContract } from "../../s3/contract/contract.ts";
import type { WireRequest } from "../../s3/http/request.ts";
import { isPlain, sentBody, UNSIGNED } from "../../s3/http/sent-body.ts";
import { objectHeaders, objectParameters } from "../../s3/object-parameters.ts";
import { EMPTY_SHA256, type HeaderSet } from "../../s3/signing/signature.ts";
import { encodeKey, encodeQuery } from "../../s3/signing/uri.ts";
import type { Wire } from "../../s3/wire.ts";
import type { SessionTask } from "../engine.ts";
import { TransferError } from "../objects/errors.ts";

type Headers = Readonly<Record<string, string>>;

/** Defaults of a request. */
const PLAIN = {
  query: "",
  extra: "",
  body: null,
  reader: null,
  expects: -1,
  offset: -1,
  objectBytes: -1,
  version: null,
} as const;

/** Requests of a phase: keys of its objects, and headers of its options. */
export class WireRequests {
  /** Headers of GET and HEAD, of a whole GET, and of other requests. */
  readonly get: HeaderSet;
  readonly checkedGet: HeaderSet;
  readonly plain: HeaderSet;
  /** Storage headers of a PUT, a part and a copy. */
  readonly stored: Headers;
  readonly part: Headers;
  readonly copySource: Headers;
  private readonly wire: Wire;
  private readonly task: SessionTask;
  private readonly root: string;
  private readonly putHeaders: HeaderSet;
  private readonly plainPut: boolean;

  constructor(wire: Wire, task: SessionTask, root: string) {
    this.wire = wire;
    this.task = task;
    this.root = `/${encodeKey(root)}`;
    const { put, part, get, checked, copySource } = objectParameters(
      task.objects,
      task.dataset.seed,
    );
    this.get = wire.headers(objectHeaders(get), EMPTY_SHA256);
    this.checkedGet = wire.headers(objectHeaders(get, checked), EMPTY_SHA256);
    this.plain = wire.headers({}, EMPTY_SHA256);
    this.stored = objectHeaders(put);
    this.part = objectHeaders(part);
    this.copySource = objectHeaders(copySource);
    this.putHeaders = wire.headers(this.stored, UNSIGNED);
    this.plainPut = isPlain(task.objects);
  }

  /** Encoded key of an object, with the leading slash. */
  path(file: number): string {
    return this.root + encodeKey(fileName(this.task.dataset, file));
  }

  copyPath(file: number): string {
    return this.root + encodeKey(copyName(this.task.dataset, file));
  }

  /** A request without a body. */
  simple(
    method: WireRequest["method"],
    path: string,
    more: Pick<WireRequest, "contract"> & Partial<WireRequest>,
  ): WireRequest {
    return { ...PLAIN, method, path, headers: this.plain, ...more };
  }

  /** GET of a whole object, or of a version of it. */
  whole(file: number, length: number, more: Partial<WireRequest> = {}): WireRequest {
    return {
      ...PLAIN,
      method: "GET",
      path: this.path(file),
      headers: this.checkedGet,
      contract: CONTRACTS.get,
      expects: length,
      ...more,
    };
  }

  /** GET of `length` bytes (at least 1) from `offset`. */
  range(file: number, offset: number, length: number): WireRequest {
    if (length === 0) throw new TransferError("EINVAL", "a ranged GET needs at least 1 byte");
    return {
      ...PLAIN,
      method: "GET",
      path: this.path(file),
      headers: this.get,
      extra: `range: bytes=${offset}-${offset + length - 1}\r\n`,
      contract: CONTRACTS.getRange,
      expects: length,
      offset,
      objectBytes: this.task.dataset.sizes[file] ?? -1,
    };
  }

  /** GET of an object from an offset to its end. */
  rest(file: number, offset: number): WireRequest {
    const size = this.task.dataset.sizes[file] ?? 0;
    if (offset === 0) return this.whole(file, size, { headers: this.get });
    return { ...this.range(file, offset, size - offset), extra: `range: bytes=${offset}-\r\n` };
  }

  /** HEAD of an object. */
  head(file: number): WireRequest {
    const objectBytes = this.task.dataset.sizes[file] ?? -1;
    const headers = this.get;
    return this.simple("HEAD", this.path(file), { contract: CONTRACTS.stat, headers, objectBytes });
  }

  /** PUT of an object that repeats a buffer. */
  put(path: string, buffer: Buffer, length: number, version: string | null = null): WireRequest {
    if (this.plainPut && length <= buffer.length && length <= 1048576) {
      return {
        ...PLAIN,
        method: "PUT",
        path,
        headers: this.putHeaders,
        extra: `content-length: ${length}\r\n`,
        body: buffer.subarray(0, length),
        contract: CONTRACTS.put,
        version,
      };
    }
    const { request } = this.sending(path, "", this.stored, buffer, length, CONTRACTS.put);
    return { ...request, version };
  }

  /** PUT of one part, and its checksum for the completion. */
  sendPart(
    path: string,
    query: Headers,
    buffer: Buffer,
    length: number,
  ): { readonly request: WireRequest; readonly checksum: string | null } {
    return this.sending(path, encodeQuery(query), this.part, buffer, length, CONTRACTS.putPart);
  }

  /** A request with a text body. */
  texting(
    contract: ResponseContract,
    method: WireRequest["method"],
    path: string,
    query: Headers,
    text: string,
    headers: Headers = {},
  ): WireRequest {
    const body = Buffer.from(text);
    const set = this.wire.headers(headers, UNSIGNED);
    return {
      ...PLAIN,
      method,
      path,
      query: encodeQuery(query),
      headers: set,
      extra: `content-length: ${body.length}\r\n`,
      body: body.length === 0 ? null : body,
      contract,
    };
  }

  private sending(
    path: string,
    query: string,
    own: Headers,
    buffer: Buffer,
    length: number,
    contract: ResponseContract,
  ) {
    const sent = sentBody(buffer, length, this.task.objects);
    // The checksum's header names the algorithm, except in a request that announces parts.
    const { "x-amz-checksum-algorithm": _, ...stored } = own;
    const request: WireRequest = {
      ...PLAIN,
      method: "PUT",
      path,
      query,
      headers: this.wire.headers({ ...stored, ...sent.headers }, sent.payload),
      extra: `content-length: ${sent.wireBytes}\r\n`,
      body: sent.body,
      contract,
    };
    return { request, checksum: sent.checksum };
  }
}
