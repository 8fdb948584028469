import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { startStub } from "../../engine/objects/stub.ts";
import {
  loopDevice,
  makeExt4,
  makeReadOnly,
  mountDevice,
  mountMemory,
  smallFileSystem,
} from "../../storage/loop.ts";
import { scratch } from "../../storage/support.ts";
import type { ProcessOptions } from "../assay.ts";

const DIRECT = "operation: read, access: random, duration: 100ms, cache: direct";
export const WARM = "operation: read, access: random, duration: 100ms, cache: warm";
/** A scenario on a target, and what both commands have to say of it. */
export interface Situation {
  readonly phase?: string;
  readonly dataset?: string;
  /** Null where the situation cannot be made here. */
  readonly target: (cwd: string) => string | null | Promise<string | null>;
  readonly more?: readonly string[];
  readonly around?: ProcessOptions;
  /** 0 where both commands accept it, with `says` null. */
  readonly code: 0 | 2 | 3;
  readonly says: RegExp | null;
}

/** An ext4 on a device whose blocks have 4,096 bytes. */
function on4kSectors(): string | null {
  const device = loopDevice(64, { sectorBytes: 4096 });
  if (device === null) return null;
  makeExt4(device.path);
  return mountDevice(device.path);
}

/** A store that is empty, and denies what `denies` names. */
export async function store(
  denies: (request: IncomingMessage, query: URLSearchParams) => string | null,
) {
  const respond = (request: IncomingMessage, response: ServerResponse): void => {
    request.resume();
    const { searchParams } = new URL(request.url ?? "", "http://store");
    const code = denies(request, searchParams) ?? answerCode(request, searchParams);
    const status = { AccessDenied: 403, NoSuchBucket: 404, NoSuchUpload: 404, NoSuchKey: 404 }[
      code
    ];
    const body =
      status === undefined ? code : `<Error><Code>${code}</Code><Message>no</Message></Error>`;
    response.writeHead(status ?? 200, { "content-type": "application/xml" });
    response.end(request.method === "HEAD" ? undefined : body);
  };
  const stub = await startStub(respond);
  onTestFinished(() => stub[Symbol.asyncDispose]());
  return stub.address.endpoint ?? "";
}

/** The response of an empty bucket: a document, or the code of an error. */
function answerCode({ method }: IncomingMessage, query: URLSearchParams): string {
  if (query.has("uploadId")) return "NoSuchUpload";
  if (query.has("versioning")) return "<VersioningConfiguration/>";
  if (query.has("list-type")) {
    const prefix = query.get("prefix") ?? "";
    const fields = `<Name>assay</Name><Prefix>${prefix}</Prefix><KeyCount>0</KeyCount>`;
    return `<ListBucketResult>${fields}<IsTruncated>false</IsTruncated></ListBucketResult>`;
  }
  return method === "GET" || method === "HEAD" ? "NoSuchKey" : "";
}

export const KEYS = { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" };

export const SITUATIONS: Readonly<Record<string, Situation>> = {
  "nothing is wrong": { target: () => scratch(), code: 0, says: null },
  "direct I/O of 4 KiB on sectors of 4,096 B": {
    phase: `${DIRECT}, blockSize: 4KiB`,
    target: on4kSectors,
    code: 0,
    says: null,
  },
  "direct I/O of 512 B on sectors of 4,096 B": {
    phase: `${DIRECT}, blockSize: 512B`,
    target: on4kSectors,
    code: 3,
    says: /takes direct I\/O in blocks of 4096 B, blockSize is 512 B; use a multiple/,
  },
  "direct I/O of 512 B on a device with blocks of 4,096 B": {
    phase: `${DIRECT}, blockSize: 512B`,
    target: () => loopDevice(16, { sectorBytes: 4096 })?.path ?? null,
    code: 3,
    says: /takes direct I\/O in blocks of 4096 B, blockSize is 512 B; use a multiple/,
  },
  "direct I/O where there is none": {
    phase: `${DIRECT}, blockSize: 4KiB`,
    target: () => mountMemory("ramfs", "mode=755"),
    code: 3,
    says: /does not support direct I\/O \(O_DIRECT\); use cache: dropped or warm/,
  },
  "a dataset larger than the space": {
    dataset: "count: 1, size: 1TiB",
    target: () => smallFileSystem(16),
    code: 3,
    says: /dataset "d" needs 1059061\.8 MiB at .* free some space, or make the dataset smaller/,
  },
  "more files than inodes": {
    dataset: "count: 2000, size: 1KiB",
    phase: "operation: fetch, duration: 100ms, cache: warm",
    target: () => mountMemory("tmpfs", "size=64m,nr_inodes=242"),
    code: 3,
    says: /dataset "d" needs 2001 files at .* has \d+ inodes left; delete some files/,
  },
  "a dataset larger than the device": {
    dataset: "count: 2, size: 16MiB",
    target: () => loopDevice(16)?.path ?? null,
    code: 3,
    says: /dataset "d" takes 33554432 B and .* has 16777216 B; use fewer or smaller files/,
  },
  "a read-only file system": {
    target: () => {
      const path = smallFileSystem(16);
      if (path !== null) makeReadOnly(path);
      return path;
    },
    code: 3,
    says: /the file system is mounted read-only \(EROFS\); remount it/,
  },
  "no permission": {
    target: (cwd) => {
      if (process.getuid?.() !== 0) return null;
      chmodSync(cwd, 0o777);
      const path = join(cwd, "closed");
      mkdirSync(path, { mode: 0o755 });
      return path;
    },
    around: { uid: 65_534 },
    code: 3,
    says: /no permission as user 65534 \(EACCES\); change its owner or mode/,
  },
  "a target that is not there": {
    target: (cwd) => join(cwd, "gone"),
    code: 3,
    says: /the target directory .*gone does not exist; create it, or mount its file system first/,
  },
  "a target that is a file": {
    target: (cwd) => {
      const path = join(cwd, "file");
      writeFileSync(path, "");
      return path;
    },
    code: 3,
    says: /is not a directory; name a directory to work in/,
  },
  "a file system of the kernel's own": {
    target: () => "/proc",
    code: 3,
    says: /cannot create the run's folder in \/proc: that file system takes no new folders/,
  },
  "an operation that a path does not have": {
    phase: "operation: upload, duration: 100ms",
    target: () => scratch(),
    code: 3,
    says: /upload: a path has no multipart upload; use create or write/,
  },
  "too few descriptors": {
    dataset: "count: 200, size: 4KiB",
    target: () => scratch(),
    around: { ulimit: "-n 150" },
    code: 3,
    says: /io: too many open files: .*, and `ulimit -n` is 150; raise it/,
  },
  "hardly any descriptors": {
    target: () => scratch(),
    around: { ulimit: "-n 30" },
    code: 3,
    says: /assay needs at least 40 open files \(EMFILE\), and `ulimit -n` is 30; raise it/,
  },
  "no io_uring": {
    phase: `${WARM}, engine: uring, blockSize: 4KiB`,
    target: () => scratch(),
    around: { node: ["--import", `${new URL("../no-io-uring.ts", import.meta.url).href}?EPERM`] },
    code: 3,
    says: /the uring engine cannot be used here: .*; use engine auto/,
  },
  "nothing listens": {
    target: () => "s3://assay/x/",
    more: ["--endpoint", "http://127.0.0.1:1", "--region", "us-east-1"],
    around: { env: KEYS },
    code: 3,
    says: /cannot reach http:\/\/127\.0\.0\.1:1: nothing listens there \(ECONNREFUSED\)/,
  },
};

const RETENTION =
  "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>" +
  "<DefaultRetention><Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention></Rule>" +
  "</ObjectLockConfiguration>";

function versions(query: URLSearchParams, more = ""): string | null {
  const inner = `<Status>Enabled</Status>${more}`;
  return query.has("versioning")
    ? `<VersioningConfiguration>${inner}</VersioningConfiguration>`
    : null;
}

/** Stores that deny something, and the sentence for each. */
export const STORES: Readonly<Record<string, readonly [Parameters<typeof store>[0], RegExp]>> = {
  "no bucket": [() => "NoSuchBucket", /there is no bucket "assay" at .*; create it or correct/],
  "no permission at all": [() => "AccessDenied", /bucket "assay" at .* denies access/],
  "no permission to list": [
    (_, query) => (query.has("list-type") ? "AccessDenied" : null),
    /bucket "assay" at .* denies access \(AccessDenied\); the credentials need s3:ListBucket/,
  ],
  "no permission to write": [
    ({ method }) => (method === "PUT" ? "AccessDenied" : null),
    /bucket "assay" at .* denies access \(AccessDenied\); the credentials need s3:PutObject/,
  ],
  "no permission to delete": [
    ({ method }) => (method === "DELETE" ? "AccessDenied" : null),
    /the credentials need s3:DeleteObject.* could not be removed/,
  ],
  "a retention by default": [
    (_, query) => versions(query) ?? (query.has("object-lock") ? RETENTION : null),
    /locks each object for 1 day \(Object Lock, COMPLIANCE\).*nothing was written/,
  ],
  "MFA delete": [
    (_, query) => versions(query, "<MfaDelete>Enabled</MfaDelete>"),
    /removes versions only with a second factor \(MFA delete\)/,
  ],
  "no permission to delete versions": [
    ({ method }, query) =>
      versions(query) ??
      (query.has("object-lock") ? "<ObjectLockConfiguration/>" : null) ??
      (method === "DELETE" ? "AccessDenied" : null),
    /the credentials need s3:DeleteObjectVersion.* could not be removed/,
  ],
};
