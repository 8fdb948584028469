import { z } from "zod";
import {
  CHECKSUM_ALGORITHMS,
  type ObjectEncryption,
  type ObjectOptions,
  PAYLOAD_SIGNINGS,
} from "../../model/plan/object-options.ts";
import { type ListingPlan, RESTORE_TIERS, type RestorePlan } from "../../model/plan/plan.ts";
import type { Fields } from "../../model/run/stored-json.ts";
import { STORAGE_CLASSES } from "../../model/target/storage-class.ts";
import { count, counting, ns, text } from "./values.ts";

const encryption = z.discriminatedUnion("kind", [
  z.object({
    kind: z.enum(["none", "sse-s3", "sse-c"]).describe("`none`: the bucket's default"),
  }),
  z.object({
    kind: z.literal("sse-kms").describe("encryption with a KMS key"),
    keyId: text.nullable().describe("KMS key; null for the AWS managed key"),
  } satisfies Fields<Extract<ObjectEncryption, { kind: "sse-kms" }>>),
]);

export const objects = z.object({
  storageClass: z
    .enum(STORAGE_CLASSES)
    .nullable()
    .describe("storage class of written objects; null for the bucket's default"),
  encryption: encryption.describe("encryption of written objects"),
  checksum: z.enum(CHECKSUM_ALGORITHMS).nullable().describe("checksum algorithm; null for none"),
  payload: z
    .enum(PAYLOAD_SIGNINGS)
    .describe("signature of the body: none, sent before it, or chunked with a trailing checksum"),
  connections: z.enum(["reused", "new"]).describe("`new`: one connection per request"),
  verify: z.boolean().describe("whether a GET compares the bytes with the dataset"),
} satisfies Fields<ObjectOptions>);

export const listing = z.object({
  prefix: z
    .enum(["directory", "dataset"])
    .describe("prefix of one directory at a time, or of the dataset"),
  delimiter: z.boolean().describe("whether only one level is listed, with the delimiter `/`"),
  pageSize: counting.describe("maximum keys per page"),
} satisfies Fields<ListingPlan>);

export const restore = z.object({
  tier: z.enum(RESTORE_TIERS).describe("restore tier"),
  days: count.describe("days that the restored copy is kept"),
  pollNs: ns.describe("time between two checks of an object"),
  deadlineNs: ns.describe("maximum wait for an object; afterwards it counts as an error"),
} satisfies Fields<RestorePlan>);
