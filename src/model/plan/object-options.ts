import type { StorageClass } from "../target/storage-class.ts";

/** Checksums that S3 stores with an object. */
export const CHECKSUM_ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/**
 * Signature of a PUT body: none (`unsigned`), its SHA-256 before the body (`signed`), or chunked
 * with the checksum after the body (`trailing`).
 */
export const PAYLOAD_SIGNINGS = ["unsigned", "signed", "trailing"] as const;
export type PayloadSigning = (typeof PAYLOAD_SIGNINGS)[number];

/**
 * Encryption at rest. `none` uses the bucket's default. The key of `sse-c` is derived from the seed
 * at the start of a run, is not stored in any file, and protects test data only.
 */
export type ObjectEncryption =
  | { readonly kind: "none" }
  | { readonly kind: "sse-s3" }
  /** `keyId` null: the default KMS key. */
  | { readonly kind: "sse-kms"; readonly keyId: string | null }
  | { readonly kind: "sse-c" };

/** Options of the requests of a phase on a bucket. */
export interface ObjectOptions {
  /** Storage class of new objects; null: the bucket's default. */
  readonly storageClass: StorageClass | null;
  readonly encryption: ObjectEncryption;
  /** Sent with each PUT; requested and checked on each whole GET. Null: none. */
  readonly checksum: ChecksumAlgorithm | null;
  readonly payload: PayloadSigning;
  /** `new`: each request opens a connection, which is part of its latency. */
  readonly connections: "reused" | "new";
  /** Whether the body of each GET is compared with the dataset's content. */
  readonly verify: boolean;
}

/** Default options: plain PUT and GET. */
export const PLAIN_OBJECTS: ObjectOptions = {
  storageClass: null,
  encryption: { kind: "none" },
  checksum: null,
  payload: "unsigned",
  connections: "reused",
  verify: false,
};

/** Options of a PUT that are stored with the object. */
export type StoredAs = Pick<ObjectOptions, "storageClass" | "encryption" | "checksum">;

/** Whether objects stored with the options `found` suit a phase that requires `required`. */
export function suits(found: StoredAs, required: StoredAs): boolean {
  const encrypted = JSON.stringify(found.encryption) === JSON.stringify(required.encryption);
  // The phase sets no encryption, and a GET must name the encryption only for `sse-c`.
  const readable = required.encryption.kind === "none" && found.encryption.kind !== "sse-c";
  return (
    (required.storageClass === null || found.storageClass === required.storageClass) &&
    (encrypted || readable) &&
    (required.checksum === null || found.checksum === required.checksum)
  );
}
