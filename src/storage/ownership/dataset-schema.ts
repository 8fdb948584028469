import { z } from "zod";
import {
  type DataKind,
  MAX_COMPRESSIBLE,
  MAX_DEDUPABLE,
  RANDOM_DATA,
} from "../../model/plan/data.ts";
import { type DatasetPlan, MAX_FILES, type SizeDistribution } from "../../model/plan/dataset.ts";
import type { Fields } from "../../model/run/stored-json.ts";

const bytes = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

type Size<Kind extends SizeDistribution["kind"]> = Fields<
  Extract<SizeDistribution, { kind: Kind }>
>;

const size = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("fixed").describe("all files have the same size"),
      bytes: bytes.describe("size in bytes"),
    } satisfies Size<"fixed">),
    z.strictObject({
      kind: z.literal("uniform").describe("uniform distribution of sizes"),
      minBytes: bytes.describe("minimum size in bytes"),
      maxBytes: bytes.describe("maximum size in bytes"),
    } satisfies Size<"uniform">),
    z.strictObject({
      kind: z.literal("lognormal").describe("log-normal distribution of sizes"),
      meanBytes: z
        .number()
        .min(1)
        .max(Number.MAX_SAFE_INTEGER)
        .describe("mean of the distribution in bytes"),
      standardDeviationBytes: z
        .number()
        .min(0)
        .max(Number.MAX_SAFE_INTEGER)
        .describe("standard deviation of the distribution in bytes"),
      minBytes: bytes.describe("minimum size in bytes"),
      maxBytes: bytes.describe("maximum size in bytes"),
    } satisfies Size<"lognormal">),
  ])
  .refine((value) => value.kind === "fixed" || value.minBytes <= value.maxBytes, {
    path: ["maxBytes"],
    message: "a number of at least `minBytes`",
  });

const data = z.strictObject({
  compressible: z.number().min(1).max(MAX_COMPRESSIBLE).describe("compression ratio; 1 for none"),
  dedupable: z.number().min(1).max(MAX_DEDUPABLE).describe("deduplication ratio; 1 for none"),
  verifiable: z.boolean().describe("whether blocks identify themselves, so reads can be verified"),
} satisfies Fields<DataKind>);

/** One plain path component, so that a manifest cannot name files outside its directory. */
export const component = z
  .string()
  .max(255)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/, "a plain file name");

/** Pattern of a run id: one plain component of a path or key. */
export const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Fields of a dataset's plan in manifests and stored runs. */
export const DATASET_FIELDS = {
  name: z.string().min(1).max(255).describe("name of the dataset"),
  kind: z.enum(["files", "shards"]).describe("files (objects), or samples packed in tar shards"),
  count: z.number().int().min(0).max(MAX_FILES).describe("number of files or samples"),
  size: size.describe("sizes of the files or samples"),
  seed: z.number().describe("seed of sizes and contents"),
  shardBytes: bytes.describe("size at which a tar shard is closed; 0 for files"),
  filesPerDirectory: z.number().int().positive().describe("maximum number of files per directory"),
  tree: z
    .strictObject({
      width: z.number().int().min(1).max(999_999).describe("directories per level"),
      depth: z.number().int().min(0).max(16).describe("levels of directories"),
    })
    .exactOptional()
    .describe("directory tree; absent: only as many directories as necessary"),
  suffix: z
    .string()
    .max(255)
    .regex(/^(\.[A-Za-z0-9._-]+)?$/, "a dot and a file extension")
    .describe("file extension with its dot"),
  // Manifests of older versions lack this field; their data is random.
  data: data.default(RANDOM_DATA).describe("kind of content"),
  versions: z
    .number()
    .int()
    .positive()
    .max(1_000_000)
    .exactOptional()
    .describe("versions per object in a versioned bucket; absent: one"),
} satisfies Fields<DatasetPlan>;
