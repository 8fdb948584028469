/**
 * What `run.json` may hold, one file for each of its parts; this file is the whole. A run of an
 * older version stays readable: what came later is optional or has a default. Nothing here reads a
 * file or knows what a value means. Read `runSchema` at the end first, then `values.ts`.
 */
import { z } from "zod";
import type { Plan } from "../../model/plan/plan.ts";
import type { Run } from "../../model/run/run.ts";
import type { Fields } from "../../model/run/stored-json.ts";
import { DATASET_FIELDS, RUN_ID } from "../../storage/ownership/dataset-schema.ts";
import { cost } from "./cost.ts";
import { phasePlan } from "./phase-plan.ts";
import { phaseResult, state, warnings } from "./phase-result.ts";
import { search } from "./search.ts";
import { environment, storage } from "./surroundings.ts";
import { target, targetKind } from "./target.ts";
import { thresholdOutcome } from "./threshold.ts";
import { change, counting, instant, MAX_ENTRIES, name, ns, text, texts } from "./values.ts";

/** A dataset of a plan. What it does not know is kept: it makes the plan another one. */
const dataset = z.looseObject(DATASET_FIELDS);

/** What this version does not know of a plan is kept: it makes the plan another one. */
const plan = z.looseObject({
  name,
  title: text,
  description: text,
  guide: texts.default([]),
  targets: z.array(targetKind).max(MAX_ENTRIES).exactOptional(),
  seed: change,
  repetitions: counting,
  intervalNs: ns,
  datasets: z.array(dataset).max(MAX_ENTRIES),
  phases: z.array(phasePlan).min(1).max(MAX_ENTRIES),
} satisfies Fields<Plan>);

/** One plain component of a path: `clean` looks for the run's data under this name. */
const id = z
  .string()
  .max(255)
  .regex(RUN_ID, "the id of a run, such as 20261123-102829-read-local-5f92");

/**
 * `run.json`, version 1. Fields that came later are absent in runs of older versions, or have the
 * value here that says what those did. Fields that only a later version knows are dropped, but for
 * those of plan and target, by which two runs can differ.
 */
export const runSchema = z.object({
  format: z.literal("assay-run"),
  version: z.literal(1),
  id,
  assayVersion: text,
  state,
  reason: text.nullable(),
  startedAt: instant,
  endedAt: instant.nullable(),
  plan,
  planHash: text,
  target,
  environment,
  storage: storage.exactOptional(),
  reusedData: z.boolean().exactOptional(),
  phases: z.array(phaseResult).max(MAX_ENTRIES),
  cost: z
    .object({ estimated: cost.nullable(), actual: cost.nullable() } satisfies Fields<
      NonNullable<Run["cost"]>
    >)
    .exactOptional(),
  searches: z.array(search).max(MAX_ENTRIES).exactOptional(),
  thresholds: z.array(thresholdOutcome).max(MAX_ENTRIES).exactOptional(),
  warnings,
} satisfies Fields<Run>) satisfies z.ZodType<Run>;
