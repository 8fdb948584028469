import { hkdfSync } from "node:crypto";
import type { ObjectEncryption, StoredAs } from "../model/plan/object-options.ts";
import { concealSecret } from "./secrets.ts";

const KEY_BYTES = 32;
const AES256 = "AES256";

/**
 * The key of `sse-c`, base64, made from a dataset's seed by HKDF (RFC 5869): every worker and the
 * main thread come to the same one, and no file holds it. It protects nothing but test data.
 */
export function customerKey(seed: number): string {
  const bytes = hkdfSync("sha256", String(seed), "assay", "sse-c", KEY_BYTES);
  const key = Buffer.from(bytes).toString("base64");
  concealSecret(key);
  return key;
}

/**
 * What the options of objects add to requests, in the words of the SDK's commands.
 *
 * @param seed that of the dataset.
 */
export function objectParameters(stored: StoredAs, seed: number) {
  const customer = customerOf(stored.encryption, seed);
  const key = customer === null ? {} : { SSECustomerAlgorithm: AES256, SSECustomerKey: customer };
  const source =
    customer === null
      ? {}
      : { CopySourceSSECustomerAlgorithm: AES256, CopySourceSSECustomerKey: customer };
  return {
    /** Of PUT, of the request that begins an upload and of a copy. */
    put: {
      ...key,
      ...serverSide(stored.encryption),
      ...(stored.storageClass === null ? {} : { StorageClass: stored.storageClass }),
      ...(stored.checksum === null ? {} : { ChecksumAlgorithm: stored.checksum }),
    },
    /** Of each part of an upload. */
    part: {
      ...key,
      ...(stored.checksum === null ? {} : { ChecksumAlgorithm: stored.checksum }),
    },
    /** Of GET and HEAD. */
    get: key,
    /** Of a GET that brings the whole object, whose checksum can be held against it. */
    checked: stored.checksum === null ? {} : { ChecksumMode: "ENABLED" as const },
    /** Of a copy beside `put`: how its source is read. */
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
