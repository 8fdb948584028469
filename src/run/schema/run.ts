/**
 * Schema of `run.json`; this file has the whole, the others its parts. Runs of older versions stay
 * readable: later fields are optional or have a default. Descriptions are the source of
 * `docs/data-dictionary.md` and `docs/run.schema.json`. Nothing here reads a file or interprets a
 * value. Start with `runSchema` at the end, then `values.ts`.
 */
import { z } from "zod";
import { AMOUNT_LIMITS, type AutoAmount } from "../../model/plan/auto.ts";
import type { Plan } from "../../model/plan/plan.ts";
import type { Run, SkippedPhase } from "../../model/run/run.ts";
import type { Fields } from "../../model/run/stored-json.ts";
import { DATASET_FIELDS } from "../../storage/ownership/dataset-schema.ts";
import { MAX_ENTRIES, RUN_ID } from "./bounds.ts";
import { cost } from "./cost.ts";
import { hostRecord, hostScope } from "./hosts.ts";
import { phasePlan } from "./phase-plan.ts";
import { phaseResult, warnings } from "./phase-result.ts";
import { search } from "./search.ts";
import { environment, storage } from "./surroundings.ts";
import { target, targetKind } from "./target.ts";
import { thresholdOutcome } from "./threshold.ts";
import { change, counting, instant, name, ns, state, text, texts } from "./values.ts";

/** A dataset of a plan. Unknown fields are kept: they make the plan a different one. */
const dataset = z.looseObject(DATASET_FIELDS).meta({ id: "Dataset", description: "Test data." });

const autoAmount = z
  .object({
    dataset: name.describe("name of the dataset"),
    field: z.enum(["size", "count"]).describe("field of the dataset that was `auto`"),
    min: counting.describe("smallest amount, bytes or files"),
    max: counting.describe("amount without a limit of the target, bytes or files"),
    limitedBy: z
      .enum(AMOUNT_LIMITS)
      .exactOptional()
      .describe("limit that determined the amount; `earlier`: a baseline run or kept data"),
  } satisfies Fields<AutoAmount>)
  .meta({ id: "AutoAmount", description: "A size or number of files chosen for the target." });

/** Unknown fields are kept: they make the plan a different one. */
export const plan = z
  .looseObject({
    name: name.describe("name of the scenario"),
    title: text.describe("title of the scenario"),
    description: text.describe("description of the scenario"),
    guide: texts.default([]).describe("statements of the guide that the scenario applies to"),
    targets: z
      .array(targetKind)
      .max(MAX_ENTRIES)
      .exactOptional()
      .describe("target kinds that the scenario is meant for; absent: any"),
    seed: change.describe("seed of all random numbers"),
    repetitions: counting.describe("repetitions of every phase"),
    intervalNs: ns.describe("width of an interval; 0: chosen by the length of the phase"),
    datasets: z.array(dataset).max(MAX_ENTRIES).describe("test data of the scenario"),
    autoAmounts: z
      .array(autoAmount)
      .max(MAX_ENTRIES)
      .exactOptional()
      .describe("amounts of the datasets that were chosen to fit the target"),
    phases: z.array(phasePlan).min(1).max(MAX_ENTRIES).describe("phases in their order"),
  } satisfies Fields<Plan>)
  .meta({ id: "Plan", description: "Scenario with every default filled." });

/** One plain path component: `clean` looks for the data of the run under this name. */
const id = z.string().regex(RUN_ID, "the id of a run, such as 20261123-102829-read-local-5f92");

const costs = z.object({
  estimated: cost.nullable().describe("estimate before the run; null if there is none"),
  actual: cost.nullable().describe("cost of the counted requests; null if unknown"),
} satisfies Fields<NonNullable<Run["cost"]>>);

const skippedPhase = z.object({
  phase: name.describe("name of the phase"),
  reason: text.describe("why the target does not support it"),
  thresholds: z.number().int().min(0).describe("its thresholds, which are not evaluated"),
} satisfies Fields<SkippedPhase>);

/**
 * `run.json`, version 1. Later fields are absent in runs of older versions, or have a default that
 * describes what those did. Fields that only a later version has are dropped, except those of plan
 * and target, by which two runs can differ.
 */
export const runSchema = z.object({
  format: z.literal("assay-run").describe("marks a stored run"),
  version: z.literal(1).describe("version of the format"),
  id: id.describe("id of the run, the name of its directory"),
  assayVersion: text.describe("version of assay"),
  state: state.describe("state of the run; `partial`: ended early"),
  reason: text.nullable().describe("why the run is not complete; null if it is"),
  startedAt: instant.describe("start of the run"),
  endedAt: instant.nullable().describe("end of the run; null while it runs"),
  plan: plan.describe("scenario with every default filled"),
  skippedPhases: z
    .array(skippedPhase)
    .max(MAX_ENTRIES)
    .exactOptional()
    .describe("phases of the scenario that the target does not support; absent: none"),
  planHash: text.describe("SHA-256 of the plan; runs with equal hashes did the same work"),
  target: target.describe("target as declared"),
  environment: environment.describe("host and software"),
  hosts: z
    .array(hostRecord)
    .min(1)
    .max(MAX_ENTRIES)
    .exactOptional()
    .describe("hosts of the run, by rank; absent without a list of hosts"),
  hostScope: hostScope.exactOptional().describe("whether the hosts shared one dataset"),
  storage: storage.exactOptional().describe("facts about the target, each with its source"),
  reusedData: z.boolean().exactOptional().describe("true if the data existed before the run"),
  sharedFrom: text
    .exactOptional()
    .describe("run of the same command that created the data; absent: this run"),
  phases: z.array(phaseResult).max(MAX_ENTRIES).describe("results, one per phase and repetition"),
  cost: costs.exactOptional().describe("S3 request cost; absent for other targets"),
  searches: z.array(search).max(MAX_ENTRIES).exactOptional().describe("searches"),
  thresholds: z
    .array(thresholdOutcome)
    .max(MAX_ENTRIES)
    .exactOptional()
    .describe("results of the thresholds"),
  warnings: warnings.describe("caveats of the whole run"),
} satisfies Fields<Omit<Run, "declaredAfter" | "hostRuns">>) satisfies z.ZodType<Run>;
