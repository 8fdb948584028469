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
    z.strictObject({ kind: z.literal("fixed"), bytes } satisfies Size<"fixed">),
    z.strictObject({
      kind: z.literal("uniform"),
      minBytes: bytes,
      maxBytes: bytes,
    } satisfies Size<"uniform">),
    z.strictObject({
      kind: z.literal("lognormal"),
      meanBytes: z.number().min(1).max(Number.MAX_SAFE_INTEGER),
      standardDeviationBytes: z.number().min(0).max(Number.MAX_SAFE_INTEGER),
      minBytes: bytes,
      maxBytes: bytes,
    } satisfies Size<"lognormal">),
  ])
  .refine((value) => value.kind === "fixed" || value.minBytes <= value.maxBytes, {
    path: ["maxBytes"],
    message: "a number that is not below `minBytes`",
  });

const data = z.strictObject({
  compressible: z.number().min(1).max(MAX_COMPRESSIBLE),
  dedupable: z.number().min(1).max(MAX_DEDUPABLE),
  verifiable: z.boolean(),
} satisfies Fields<DataKind>);

/** One plain path component: nothing that is read back may name what lies outside its folder. */
export const component = z
  .string()
  .max(255)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/, "a plain name of a file");

/** A run's id: one plain component of a path or key, too. */
export const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Fields of a dataset's plan as manifests and stored runs have it. */
export const DATASET_FIELDS = {
  name: z.string().min(1).max(255),
  kind: z.enum(["files", "shards"]),
  count: z.number().int().min(0).max(MAX_FILES),
  size,
  seed: z.number(),
  shardBytes: bytes,
  filesPerDirectory: z.number().int().positive(),
  tree: z
    .strictObject({
      width: z.number().int().min(1).max(999_999),
      depth: z.number().int().min(0).max(16),
    })
    .exactOptional(),
  suffix: z
    .string()
    .max(255)
    .regex(/^(\.[A-Za-z0-9._-]+)?$/, "a dot and a file ending"),
  // Before data could be compressible it was random.
  data: data.default(RANDOM_DATA),
  versions: z.number().int().positive().max(1_000_000).exactOptional(),
} satisfies Fields<DatasetPlan>;
