import { z } from "zod";
import { TARGET_KINDS } from "../../model/target/kind.ts";
import { choice, field, flag, text, throughput, whole } from "../../yaml/fields.ts";
import { ENV_FIELD } from "../../yaml/interpolate.ts";
import { parsePath } from "./path-by-host.ts";
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
  words: "a name of at most 63 letters, digits, dots, hyphens and underscores, such as `gp3-6000`",
} as const;

/** JSON Schema keyword with an example of a value. */
const example = (value: unknown) => ({ examples: [value] });

const PATHS_BY_HOST = {
  type: "object",
  properties: {
    default: {
      description: "Path of all hosts that are not named.",
      type: "string",
      ...example("/mnt/ebs"),
    },
  },
  required: ["default"],
  additionalProperties: { type: "string" },
};

/** One target as written; quantities in base units. */
const TargetSchema = z
  .strictObject({
    kind: choice("Kind of storage, as declared by you; assay never guesses it.", TARGET_KINDS).meta(
      example("ebs-gp3"),
    ),
    path: field(
      {
        description:
          "Directory on a mounted file system, or a block device; relative to this file. If " +
          "hosts mount it elsewhere: `default`, and paths by the names of these hosts in " +
          "`--hosts`. Required for kinds of mounted storage. Default: none.",
        anyOf: [{ type: "string" }, PATHS_BY_HOST],
        ...example("/mnt/gp3"),
      },
      parsePath,
    ).optional(),
    bucket: text(
      "Name of the bucket, or ARN or alias of an access point. Required for buckets. " +
        "Default: none.",
    )
      .meta(example("my-bucket"))
      .optional(),
    prefix: text("Key prefix of all objects that assay creates. Default: none.")
      .meta(example("bench/"))
      .optional(),
    region: text(
      "Region of the bucket. Default: AWS_REGION, the region of the profile, or us-east-1.",
    )
      .meta(example("eu-west-1"))
      .optional(),
    endpoint: text(
      "URL of an S3 endpoint. Workers share several endpoints, separated by commas. Default: " +
        "AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, the endpoint of the profile, or the AWS endpoint.",
      { secret: true },
    )
      .meta(example("http://127.0.0.1:9000"))
      .optional(),
    accelerate: flag(
      "Use S3 Transfer Acceleration, which must be enabled for the bucket. Default: false.",
    ).optional(),
    dualStack: flag(
      "Use the AWS endpoints for IPv4 and IPv6. Default: AWS_USE_DUALSTACK_ENDPOINT, the " +
        "profile, or false.",
    ).optional(),
    fips: flag(
      "Use the AWS endpoints with validated cryptography (FIPS 140). Default: " +
        "AWS_USE_FIPS_ENDPOINT, the profile, or false.",
    ).optional(),
    requesterPays: flag(
      "Charge requests and transfer to this account, not to the owner of the bucket. " +
        "Default: false.",
    ).optional(),
    pathStyle: flag(
      "Send the bucket name in the path instead of the host name. Default: the profile's " +
        "addressing_style, otherwise true with an endpoint that is not AWS's.",
    ).optional(),
    ca: text("PEM file with a private certificate authority; relative to this file. Default: none.")
      .meta(example("./ca.pem"))
      .optional(),
    profile: text("Profile of the shared AWS configuration. Default: AWS_PROFILE.")
      .meta(example("bench"))
      .optional(),
    provisioned: ProvisionedSchema.optional(),
    instance: InstanceSchema.optional(),
    emulated: EmulatedSchema.optional(),
    latency: field(
      {
        description: `Service time, kind \`synthetic\`: ${LATENCY_WORDS}. Default: 1ms.`,
        type: "string",
        ...example("uniform:1ms:2ms"),
      },
      parseLatency,
    ).optional(),
    stalls: z
      .array(field({ description: "A stall: length@start, `2s@3s`.", type: "string" }, parseStall))
      .optional()
      .meta({
        description:
          "Times in which no operation completes, kind `synthetic`: length@start. Default: none.",
        ...example(["2s@3s"]),
      }),
    failures: z
      .array(
        field({ description: "A failure: length@start, `2s@3s`.", type: "string" }, parseFailure),
      )
      .optional()
      .meta({
        description:
          "Times in which each operation fails, kind `synthetic`: length@start. Default: none.",
        ...example(["1s@7s"]),
      }),
    hangEvery: whole(
      "Each n-th operation of a worker never completes, kind `synthetic`; 0: none. Default: 0.",
      0,
      1e9,
    )
      .meta(example(10_000))
      .optional(),
    errorEvery: whole(
      "Each n-th operation of a worker fails, kind `synthetic`; 0: none. Default: 0.",
      0,
      1e9,
    )
      .meta(example(100))
      .optional(),
    bandwidth: throughput("Maximum throughput per worker, kind `synthetic`. Default: unlimited.")
      .meta(example("100MiB/s"))
      .optional(),
    servers: whole(
      "Operations per worker that are served concurrently, kind `synthetic`; 0: no limit. " +
        "Default: 0.",
      0,
      4096,
    )
      .meta(example(8))
      .optional(),
    credits: field(
      {
        description: `Burst credits, kind \`synthetic\`: ${CREDITS_WORDS}. Default: none.`,
        type: "string",
        ...example("3000/s:100/s:6000"),
      },
      parseCredits,
    ).optional(),
    shared: flag(
      "Whether `bandwidth` and `credits` apply to all workers together, as those of a volume do, " +
        "kind `synthetic`. Default: false.",
    ).optional(),
  })
  .describe("Storage to measure. Credentials are not allowed here; AWS's default chain has them.");

export const TargetsSchema = z
  .strictObject({
    env: ENV_FIELD,
    targets: z.record(z.string(), TargetSchema).meta({
      description: "Targets by name.",
      propertyNames: { pattern: TARGET_NAME.rule.source },
    }),
  })
  .meta({
    title: "assay targets",
    description: "Targets: the storage to run scenarios on, by name.",
  });

export const LooseTarget = TargetSchema.partial();

export type TargetText = z.output<typeof LooseTarget>;
