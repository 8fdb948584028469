import { z } from "zod";
import { OPERATIONS } from "../../model/plan/operation.ts";
import {
  type BaselineOutcome,
  type Criterion,
  DISTRIBUTIONS,
  type Measure,
  type MeasureUnit,
  RELATIONS,
  STATISTICS,
  type Threshold,
  type ThresholdOutcome,
} from "../../model/plan/threshold.ts";
import type { Fields } from "../../model/run/stored-json.ts";
import { change, count, counting, name, share, text } from "./values.ts";

export const operationOrAll = z.enum([...OPERATIONS, "all"]);

const AMOUNTS = [
  ...(["rate", "throughput", "errors", "errorShare", "unfinished"] as const),
  ...(["throttled", "late", "dropped", "unissued", "backlog"] as const),
] as const;

const measure = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("time").describe("statistic of a latency distribution"),
    of: z.enum(DISTRIBUTIONS).describe("distribution"),
    statistic: z.enum(STATISTICS).describe("statistic of the distribution"),
  } satisfies Fields<Extract<Measure, { kind: "time" }>>),
  z.object({
    kind: z.literal("amount").describe("rate or count of a phase"),
    of: z.enum(AMOUNTS).describe("rate or count"),
  } satisfies Fields<Extract<Measure, { kind: "amount" }>>),
]);

const criterion = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("bound").describe("comparison with a value"),
    relation: z.enum(RELATIONS).describe("relation between measured value and bound"),
    value: change.describe("bound in the base unit of the measure"),
  } satisfies Fields<Extract<Criterion, { kind: "bound" }>>),
  z.object({
    kind: z.literal("baseline").describe("comparison with a baseline run"),
    share: change.describe("allowed share of the baseline's median"),
  } satisfies Fields<Extract<Criterion, { kind: "baseline" }>>),
]);

/** A position in a scenario. */
export const position = z.object({
  file: text.describe("scenario file"),
  line: counting.describe("line, from 1"),
  column: counting.describe("column, from 1"),
} satisfies Fields<NonNullable<Threshold["place"]>>);

const place = position.nullable();

/** Unit of a measure's values. */
export const measureUnit = z.enum([
  ...(["ns", "operations/s", "bytes/s", "count", "share"] as const),
]) satisfies z.ZodType<MeasureUnit>;

export const threshold = z
  .object({
    text: text.describe("threshold as written in the scenario"),
    operation: operationOrAll.describe("operation of the mix, or `all`"),
    measure: measure.describe("measured quantity"),
    criterion: criterion.describe("condition that passes"),
    place: place.describe("place in the scenario; null for a threshold of the command line"),
  } satisfies Fields<Threshold>)
  .meta({ id: "Threshold", description: "Condition that a phase is tested with." });

const baseline = z.object({
  runId: text.describe("id of the baseline run"),
  median: change.nullable().describe("median of the baseline's repetitions; null without any"),
  repetitions: count.describe("repetitions of this run"),
  baselineRepetitions: count.describe("repetitions of the baseline run"),
  p: share.nullable().describe("p-value of a two-sided rank test; null with too few repetitions"),
  adjustedP: share.nullable().describe("p-value after Holm's correction over all thresholds"),
  shows: z.enum(["worse", "better", "nothing"]).describe("significant difference, if any"),
  driftShare: change
    .exactOptional()
    .describe("difference above which drift of the storage no longer explains it"),
  differs: text.exactOptional().describe("facts that differ from the baseline run"),
  isOtherStorage: z
    .boolean()
    .exactOptional()
    .describe("true if the runs measured different storage, so nothing was compared"),
} satisfies Fields<BaselineOutcome>);

export const thresholdOutcome = z
  .object({
    text: text.describe("threshold as written in the scenario"),
    phase: name.describe("name of the phase"),
    state: z
      .enum(["met", "broken", "unjudged"])
      .describe("passed, failed, or not evaluated because no baseline run was given"),
    unit: measureUnit.describe("unit of `measured`, `bound` and the baseline's median"),
    measured: change.nullable().describe("measured value; null if it was not measured"),
    isLowerBound: z.boolean().exactOptional().describe("whether the true value may be higher"),
    repetition: counting.nullable().describe("repetition of `measured`; null for all of them"),
    bound: change.nullable().describe("value that `measured` is compared with"),
    reason: text.nullable().describe("why it failed or was not evaluated, if numbers do not tell"),
    baseline: baseline.nullable().describe("comparison with the baseline run; null without one"),
    place: place.describe("place in the scenario"),
  } satisfies Fields<ThresholdOutcome>)
  .meta({ id: "ThresholdOutcome", description: "Result of a threshold." });
