import { z } from "zod";
import {
  CHECKSUM_ALGORITHMS,
  type ObjectEncryption,
  type ObjectOptions,
  PAYLOAD_SIGNINGS,
  PLAIN_OBJECTS,
} from "../../model/plan/object-options.ts";
import {
  type ListingPlan,
  MAX_KEYS,
  PLAIN_LISTING,
  RESTORE_TIERS,
  type RestorePlan,
} from "../../model/plan/plan.ts";
import { STORAGE_CLASSES } from "../../model/target/storage-class.ts";
import { choice, duration, field, flag, type Parsed, whole } from "../../yaml/fields.ts";
import { oneOf } from "../../yaml/nearest.ts";

const ENCRYPTIONS = ["none", "sse-s3", "sse-kms", "sse-c"] as const;

const encryption = field(
  {
    description:
      "Encryption at rest. none: the bucket's own way · sse-s3: keys of S3's · sse-kms: the " +
      "store's KMS key, or { sse-kms: key id } · sse-c: a key that is made for the run, over TLS.",
    anyOf: [
      { enum: ENCRYPTIONS },
      {
        type: "object",
        properties: { "sse-kms": { type: "string", description: "Id or ARN of the key." } },
        required: ["sse-kms"],
        additionalProperties: false,
      },
      { type: "string", pattern: "\\$\\{" },
    ],
  },
  readEncryption,
);

function readEncryption(input: unknown): Parsed<ObjectEncryption> {
  if (typeof input === "object" && input !== null) {
    const [[key, id] = [], ...others] = Object.entries(input);
    if (key === "sse-kms" && typeof id === "string" && id !== "" && others.length === 0) {
      return { value: { kind: "sse-kms", keyId: id } };
    }
    return { problem: "expected a key such as `{ sse-kms: alias/bench }`" };
  }
  const kind = ENCRYPTIONS.find((known) => known === input);
  if (kind === "sse-kms") return { value: { kind, keyId: null } };
  if (kind !== undefined) return { value: { kind } };
  return { problem: `\`${String(input)}\` was found, expected ${oneOf(ENCRYPTIONS)}` };
}

const listing = z
  .strictObject({
    prefix: choice(
      "directory: the prefix of one directory at a time. dataset: that of all objects. " +
        "Default: directory.",
      ["directory", "dataset"],
    ).optional(),
    delimiter: flag("One level of names, with the delimiter `/`. Default: false.").optional(),
    pageSize: whole("Keys of one page at most. Default: 1000.", 1, MAX_KEYS).optional(),
  })
  .describe("What list and listVersions ask a bucket for; all pages are read.");

const restore = z
  .strictObject({
    tier: choice("How quickly: Standard, Bulk or Expedited. Default: Standard.", [
      ...RESTORE_TIERS,
    ]).optional(),
    days: whole("Days for which the restored copy is kept. Default: 1.", 1, 3650).optional(),
    poll: duration("From one look at the object to the next. Default: 30s.", "10ms").optional(),
    deadline: duration("An object that takes longer is an error. Default: 12h.").optional(),
  })
  .describe("How restore asks for archived objects, and how long it waits for each.");

/** Fields of a phase that say something to a bucket only. */
export const OBJECT_FIELDS = {
  storageClass: choice("Of the objects, as they are put. Default: the bucket's.", [
    ...STORAGE_CLASSES,
  ]).optional(),
  encryption: encryption.optional(),
  checksum: choice("Sent with each PUT, checked on whole GETs. Default: none.", [
    "none",
    ...CHECKSUM_ALGORITHMS,
  ]).optional(),
  payload: choice(
    "How a PUT's body is signed. unsigned: not at all · signed: by its SHA-256, sent ahead · " +
      "trailing: in chunks, its checksum behind it. Default: unsigned.",
    [...PAYLOAD_SIGNINGS],
  ).optional(),
  connections: choice("new: each request opens one of its own. Default: reused.", [
    "reused",
    "new",
  ]).optional(),
  listing: listing.optional(),
  restore: restore.optional(),
  keysPerRequest: whole(
    "Objects of one deleteObjects request. Default: 1000.",
    1,
    MAX_KEYS,
  ).optional(),
} as const;

const ObjectFields = z.strictObject(OBJECT_FIELDS);
type ObjectText = z.output<typeof ObjectFields>;

/** Options of a phase's objects with every default filled. */
export function planObjects(text: ObjectText, verify: boolean): ObjectOptions {
  const { storageClass, encryption, checksum, payload, connections } = text;
  return {
    storageClass: storageClass ?? PLAIN_OBJECTS.storageClass,
    encryption: encryption ?? PLAIN_OBJECTS.encryption,
    checksum: checksum === undefined || checksum === "none" ? null : checksum,
    payload: payload ?? PLAIN_OBJECTS.payload,
    connections: connections ?? PLAIN_OBJECTS.connections,
    verify,
  };
}

/** What listings ask for. */
export function planListing({ listing: text = {} }: ObjectText): ListingPlan {
  return {
    prefix: text.prefix ?? PLAIN_LISTING.prefix,
    delimiter: text.delimiter ?? PLAIN_LISTING.delimiter,
    pageSize: text.pageSize ?? PLAIN_LISTING.pageSize,
  };
}

/** How a phase that restores does so. */
export function planRestore({ restore: text = {} }: ObjectText): RestorePlan {
  const { tier = "Standard", days = 1, poll = 30e9, deadline = 12 * 3600e9 } = text;
  return { tier, days, pollNs: poll, deadlineNs: deadline };
}
