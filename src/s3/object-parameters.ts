import { createHash, hkdfSync } from "node:crypto";
import type { ObjectEncryption, StoredAs } from "../model/plan/object-options.ts";
import { concealSecret } from "./signing/secrets.ts";

const KEY_BYTES = 32;
const AES256 = "AES256";

/**
 * Returns the key of `sse-c`, base64, derived from a dataset's seed by HKDF (RFC 5869). All workers
 * and the main thread derive the same key, and no file contains it. It protects only test data.
 */
export function customerKey(seed: number): string {
  const bytes = hkdfSync("sha256", String(seed), "assay", "sse-c", KEY_BYTES);
  const key = Buffer.from(bytes).toString("base64");
  concealSecret(key);
  return key;
}

/**
 * Returns the request parameters for object options, named as in the SDK's commands.
 *
 * @param seed of the dataset
 */
export function objectParameters(stored: StoredAs, seed: number) {
  const customer = customerOf(stored.encryption, seed);
  const key = customer === null ? {} : { SSECustomerAlgorithm: AES256, SSECustomerKey: customer };
  const source =
    customer === null
      ? {}
      : { CopySourceSSECustomerAlgorithm: AES256, CopySourceSSECustomerKey: customer };
  return {
    /** For PUT, the start of an upload, and a copy. */
    put: {
      ...key,
      ...serverSide(stored.encryption),
      ...(stored.storageClass === null ? {} : { StorageClass: stored.storageClass }),
      ...(stored.checksum === null ? {} : { ChecksumAlgorithm: stored.checksum }),
    },
    /** For each part of an upload. */
    part: {
      ...key,
      ...(stored.checksum === null ? {} : { ChecksumAlgorithm: stored.checksum }),
    },
    /** For GET and HEAD. */
    get: key,
    /** For a GET of a whole object, whose checksum can be verified. */
    checked: stored.checksum === null ? {} : { ChecksumMode: "ENABLED" as const },
    /** For a copy, in addition to `put`: how its source is read. */
    copySource: source,
  };
}

export type ObjectParameters = ReturnType<typeof objectParameters>;

function customerOf(encryption: ObjectEncryption, seed: number): string | null {
  return encryption.kind === "sse-c" ? customerKey(seed) : null;
}

function serverSide(encryption: ObjectEncryption) {
  if (encryption.kind === "sse-s3") return { ServerSideEncryption: "AES256" as const };
  if (encryption.kind !== "sse-kms") return {};
  const { keyId } = encryption;
  return {
    ServerSideEncryption: "aws:kms" as const,
    ...(keyId === null ? {} : { SSEKMSKeyId: keyId }),
  };
}

/** Headers by the names of the SDK's parameters. */
const HEADER_OF: Readonly<Record<string, string>> = {
  StorageClass: "x-amz-storage-class",
  ServerSideEncryption: "x-amz-server-side-encryption",
  SSEKMSKeyId: "x-amz-server-side-encryption-aws-kms-key-id",
  SSECustomerAlgorithm: "x-amz-server-side-encryption-customer-algorithm",
  SSECustomerKey: "x-amz-server-side-encryption-customer-key",
  CopySourceSSECustomerAlgorithm: "x-amz-copy-source-server-side-encryption-customer-algorithm",
  CopySourceSSECustomerKey: "x-amz-copy-source-server-side-encryption-customer-key",
  ChecksumAlgorithm: "x-amz-checksum-algorithm",
  ChecksumMode: "x-amz-checksum-mode",
};

type Parameters = Readonly<Record<string, string | undefined>>;

/** Object parameters as headers; adds the MD5 of a customer key, as S3 requires. */
export function objectHeaders(...parameters: readonly Parameters[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of parameters.flatMap((some) => Object.entries(some))) {
    const header = HEADER_OF[name];
    if (header === undefined) throw new Error(`no header is known for ${name}`);
    if (value === undefined) continue;
    headers[header] = value;
    if (!name.endsWith("CustomerKey")) continue;
    const key = Buffer.from(value, "base64");
    headers[`${header}-md5`] = createHash("md5").update(key).digest("base64");
  }
  return headers;
}
