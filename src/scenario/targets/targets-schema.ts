import { z } from "zod";
import { TARGET_KINDS } from "../../model/target/kind.ts";
import { choice, field, flag, text, throughput, whole } from "../../yaml/fields.ts";
import { ENV_FIELD } from "../../yaml/interpolate.ts";
import { EmulatedSchema, InstanceSchema, ProvisionedSchema } from "./provisioned-schema.ts";
import {
  CREDITS_WORDS,
  LATENCY_WORDS,
  parseCredits,
  parseFailure,
  parseLatency,
  parseStall,
} from "./synthetic.ts";

/** Names of targets appear in file names and table headings. */
export const TARGET_NAME = {
  rule: /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
  words: "a name of letters, digits, dots, hyphens and underscores, such as `gp3-6000`",
} as const;

/** One target as written; quantities in base units. */
const TargetSchema = z
  .strictObject({
    kind: choice("What this target is. It is declared, never guessed.", TARGET_KINDS),
    path: text(
      "Folder of a mounted file system, or a block device; relative to this file.",
    ).optional(),
    bucket: text("Name of the bucket, or ARN or alias of an access point.").optional(),
    prefix: text("Key prefix that everything is put under.").optional(),
    region: text("Default: AWS_REGION, the region of the profile, else us-east-1.").optional(),
    endpoint: text(
      "URL of an S3 endpoint; several, separated by commas, take turns. Default: " +
        "AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, that of the profile, else AWS's own.",
      { secret: true },
    ).optional(),
    accelerate: flag("Transfer Acceleration, which the bucket must allow.").optional(),
    dualStack: flag("AWS's endpoints for IPv4 and IPv6.").optional(),
    fips: flag("AWS's endpoints with validated cryptography (FIPS 140).").optional(),
    requesterPays: flag("This account pays for its requests, not the bucket's.").optional(),
    pathStyle: flag(
      "Bucket in the path, not in the host name. Default: as the profile says, else with an own " +
        "endpoint.",
    ).optional(),
    ca: text("PEM file of a private certificate authority; relative to this file.").optional(),
    profile: text("Profile of the shared AWS configuration. Default: AWS_PROFILE.").optional(),
    provisioned: ProvisionedSchema.optional(),
    instance: InstanceSchema.optional(),
    emulated: EmulatedSchema.optional(),
    latency: field(
      { description: `Synthetic: ${LATENCY_WORDS}. Default: 1ms.`, type: "string" },
      parseLatency,
    ).optional(),
    stalls: z
      .array(field({ description: "Length@start, `2s@3s`.", type: "string" }, parseStall))
      .optional()
      .describe("Synthetic: times in which nothing is served."),
    failures: z
      .array(field({ description: "Length@start, `2s@3s`.", type: "string" }, parseFailure))
      .optional()
      .describe("Synthetic: times in which every operation fails."),
    hangEvery: whole("Synthetic: every n-th operation never completes.", 0, 1e9).optional(),
    errorEvery: whole("Synthetic: every n-th operation of a worker fails.", 0, 1e9).optional(),
    bandwidth: throughput("Synthetic: cap of each worker.").optional(),
    servers: whole("Synthetic: operations served at a time; 0: any number.", 0, 4096).optional(),
    credits: field(
      { description: `Synthetic: a bucket that runs dry, ${CREDITS_WORDS}.`, type: "string" },
      parseCredits,
    ).optional(),
  })
  .describe("Storage to measure. Credentials never stand here: the AWS default chain finds them.");

export const TargetsSchema = z
  .strictObject({
    env: ENV_FIELD,
    targets: z.record(z.string(), TargetSchema).meta({
      description: "By name.",
      propertyNames: { pattern: TARGET_NAME.rule.source },
    }),
  })
  .meta({ title: "assay targets", description: "Storage to run scenarios against, by name." });

export const LooseTarget = TargetSchema.partial();

export type TargetText = z.output<typeof LooseTarget>;
