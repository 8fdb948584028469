import { z } from "zod";
import { type DataKind, MOST_COMPRESSIBLE, MOST_DEDUPABLE, RANDOM_DATA } from "../../model/data.ts";
import type { DatasetPlan, SizeDistribution } from "../../model/dataset.ts";
import { change, count, counting, type Fields, name, positive, text } from "./values.ts";

type Size<Kind extends SizeDistribution["kind"]> = Fields<
  Extract<SizeDistribution, { kind: Kind }>
>;

const size = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("fixed"), bytes: count } satisfies Size<"fixed">),
  z.object({
    kind: z.literal("uniform"),
    minBytes: count,
    maxBytes: count,
  } satisfies Size<"uniform">),
  z.object({
    kind: z.literal("lognormal"),
    meanBytes: positive,
    standardDeviationBytes: count,
    minBytes: count,
    maxBytes: count,
  } satisfies Size<"lognormal">),
]);

const data = z.object({
  compressible: z.number().min(1).max(MOST_COMPRESSIBLE),
  dedupable: z.number().min(1).max(MOST_DEDUPABLE),
  verifiable: z.boolean(),
} satisfies Fields<DataKind>);

/** A dataset of a plan. What it does not know is kept: it makes the plan another one. */
export const dataset = z.looseObject({
  name,
  kind: z.enum(["files", "shards"]),
  count,
  size,
  seed: change,
  shardBytes: count,
  filesPerDirectory: counting,
  tree: z.object({ width: counting, depth: count }).exactOptional(),
  suffix: text,
  // Before data could be compressible it was random.
  data: data.default(RANDOM_DATA),
  versions: counting.exactOptional(),
} satisfies Fields<DatasetPlan>);
