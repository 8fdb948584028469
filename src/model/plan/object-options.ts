import type { StorageClass } from "../target/storage-class.ts";

/** Checksums that S3 stores with an object. */
export const CHECKSUM_ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/**
 * How the body of a PUT is covered by the request's signature: not at all (`unsigned`), by its
 * SHA-256 sent ahead (`signed`), or chunked with its checksum behind it (`trailing`).
 */
export const PAYLOAD_SIGNINGS = ["unsigned", "signed", "trailing"] as const;
export type PayloadSigning = (typeof PAYLOAD_SIGNINGS)[number];

/**
 * Encryption at rest. `none` leaves it to the bucket. The key of `sse-c` is made from the seed when
 * a run begins, is in no file, and protects nothing but test data.
 */
export type ObjectEncryption =
  | { readonly kind: "none" }
  | { readonly kind: "sse-s3" }
  /** `keyId` null: the store's own key. */
  | { readonly kind: "sse-kms"; readonly keyId: string | null }
  | { readonly kind: "sse-c" };

/** What a phase on a bucket asks of the store beside its operation; neutral by default. */
export interface ObjectOptions {
  /** Of what a PUT or upload stores; null: the bucket's default. */
  readonly storageClass: StorageClass | null;
  readonly encryption: ObjectEncryption;
  /** Sent with a PUT, and asked for and checked on a whole GET; null: none. */
  readonly checksum: ChecksumAlgorithm | null;
  readonly payload: PayloadSigning;
  /** `new`: each request opens a connection of its own, so that connecting is part of it. */
  readonly connections: "reused" | "new";
  /** Bytes that a GET brings are checked against the dataset's content, see `verify`. */
  readonly verify: boolean;
}

/** Nothing asked for: what a plain PUT and GET do. */
export const PLAIN_OBJECTS: ObjectOptions = {
  storageClass: null,
  encryption: { kind: "none" },
  checksum: null,
  payload: "unsigned",
  connections: "reused",
  verify: false,
};

/** How objects lie in the store: what of the options holds for a PUT and stays afterwards. */
export type StoredAs = Pick<ObjectOptions, "storageClass" | "encryption" | "checksum">;

/** Whether objects that lie there as `found` are what a phase that asks for `asked` works on. */
export function suits(found: StoredAs, asked: StoredAs): boolean {
  const encrypted = JSON.stringify(found.encryption) === JSON.stringify(asked.encryption);
  // Nothing is said of how they are encrypted, and only `sse-c` has to be said to read them.
  const readable = asked.encryption.kind === "none" && found.encryption.kind !== "sse-c";
  return (
    (asked.storageClass === null || found.storageClass === asked.storageClass) &&
    (encrypted || readable) &&
    (asked.checksum === null || found.checksum === asked.checksum)
  );
}
