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
import { choice, duration, field, flag, gotText, type Parsed, whole } from "../../yaml/fields.ts";
import { oneOf } from "../../yaml/nearest.ts";

const ENCRYPTIONS = ["none", "sse-s3", "sse-kms", "sse-c"] as const;

const encryption = field(
  {
    description:
      "Encryption at rest. none: the bucket's default · sse-s3: keys managed by S3 · " +
      "sse-kms: the default KMS key, or `{ sse-kms: <key id> }` · sse-c: a key created for the " +
      "run; needs TLS. Default: none.",
    examples: ["sse-kms"],
    anyOf: [
      { enum: ENCRYPTIONS },
      {
        type: "object",
        properties: {
          "sse-kms": {
            type: "string",
            description: "Id or ARN of the KMS key.",
            examples: ["alias/bench"],
          },
        },
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
  return { problem: `expected ${oneOf(ENCRYPTIONS)}${gotText(input)}` };
}

const listing = z
  .strictObject({
    prefix: choice(
      "Prefix per listing. directory: one directory · dataset: all objects. Default: directory.",
      ["directory", "dataset"],
    ).optional(),
    delimiter: flag(
      "Use the delimiter `/`, so that a listing returns one level of names. Default: false.",
    ).optional(),
    pageSize: whole("Maximum keys per page. Default: 1000.", 1, MAX_KEYS)
      .meta({ examples: [100] })
      .optional(),
  })
  .meta({
    description:
      "Parameters of `list` and `listVersions`, which read all pages. Default: its keys' defaults.",
    examples: [{ prefix: "dataset" }],
  });

const restore = z
  .strictObject({
    tier: choice("Retrieval tier, which sets speed and price. Default: Standard.", [
      ...RESTORE_TIERS,
    ]).optional(),
    days: whole("Lifetime of the restored copy, days. Default: 1.", 1, 3650)
      .meta({ examples: [2] })
      .optional(),
    poll: duration("Time between two checks of the object. Default: 30s.", "10ms")
      .meta({ examples: ["1m"] })
      .optional(),
    deadline: duration(
      "Maximum time to restore an object; then the operation fails with ETIMEDOUT. Default: 12h.",
    )
      .meta({ examples: ["6h"] })
      .optional(),
  })
  .meta({
    description:
      "Parameters of `restore`, which restores archived objects. Default: its keys' defaults.",
    examples: [{ tier: "Bulk" }],
  });

/** Fields of a phase that affect buckets only. */
export const OBJECT_FIELDS = {
  storageClass: choice("Storage class of new objects. Default: the bucket's class.", [
    ...STORAGE_CLASSES,
  ]).optional(),
  encryption: encryption.optional(),
  checksum: choice(
    "Checksum algorithm, sent with each PUT and checked on each whole GET. Default: none.",
    ["none", ...CHECKSUM_ALGORITHMS],
  )
    .meta({ examples: ["CRC32C"] })
    .optional(),
  payload: choice(
    "Signature of a PUT body. unsigned: none · signed: its SHA-256, sent before the body · " +
      "trailing: chunked, with the checksum after the body. Default: unsigned.",
    [...PAYLOAD_SIGNINGS],
  )
    .meta({ examples: ["signed"] })
    .optional(),
  connections: choice(
    "reused: requests share open connections · new: each request opens a connection. " +
      "Default: reused.",
    ["reused", "new"],
  )
    .meta({ examples: ["new"] })
    .optional(),
  listing: listing.optional(),
  restore: restore.optional(),
  keysPerRequest: whole("Objects per `deleteObjects` request. Default: 1000.", 1, MAX_KEYS)
    .meta({ examples: [100] })
    .optional(),
} as const;

const ObjectFields = z.strictObject(OBJECT_FIELDS);
type ObjectText = z.output<typeof ObjectFields>;

/** Object options of a phase with all defaults filled. */
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

/** Parameters of a phase's listings with all defaults filled. */
export function planListing({ listing: text = {} }: ObjectText): ListingPlan {
  return {
    prefix: text.prefix ?? PLAIN_LISTING.prefix,
    delimiter: text.delimiter ?? PLAIN_LISTING.delimiter,
    pageSize: text.pageSize ?? PLAIN_LISTING.pageSize,
  };
}

/** Parameters of a phase that restores objects, with all defaults filled. */
export function planRestore({ restore: text = {} }: ObjectText): RestorePlan {
  const { tier = "Standard", days = 1, poll = 30e9, deadline = 12 * 3600e9 } = text;
  return { tier, days, pollNs: poll, deadlineNs: deadline };
}
