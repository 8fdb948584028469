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
    kind: z.literal("time"),
    of: z.enum(DISTRIBUTIONS),
    statistic: z.enum(STATISTICS),
  } satisfies Fields<Extract<Measure, { kind: "time" }>>),
  z.object({
    kind: z.literal("amount"),
    of: z.enum(AMOUNTS),
  } satisfies Fields<Extract<Measure, { kind: "amount" }>>),
]);

const criterion = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("bound"),
    relation: z.enum(RELATIONS),
    value: change,
  } satisfies Fields<Extract<Criterion, { kind: "bound" }>>),
  z.object({
    kind: z.literal("baseline"),
    share: change,
  } satisfies Fields<Extract<Criterion, { kind: "baseline" }>>),
]);

const place = z
  .object({ file: text, line: counting, column: counting } satisfies Fields<
    NonNullable<Threshold["place"]>
  >)
  .nullable();

/** Unit of a measure's values. */
export const measureUnit = z.enum([
  ...(["ns", "operations/s", "bytes/s", "count", "share"] as const),
]) satisfies z.ZodType<MeasureUnit>;

export const threshold = z.object({
  text,
  operation: operationOrAll,
  measure,
  criterion,
  place,
} satisfies Fields<Threshold>);

const baseline = z.object({
  runId: text,
  median: change.nullable(),
  repetitions: count,
  baselineRepetitions: count,
  p: share.nullable(),
  adjustedP: share.nullable(),
  shows: z.enum(["worse", "better", "nothing"]),
  driftShare: change.exactOptional(),
  differs: text.exactOptional(),
  isOtherStorage: z.boolean().exactOptional(),
} satisfies Fields<BaselineOutcome>);

export const thresholdOutcome = z.object({
  text,
  phase: name,
  state: z.enum(["met", "broken", "unjudged"]),
  unit: measureUnit,
  measured: change.nullable(),
  isLowerBound: z.boolean().exactOptional(),
  repetition: counting.nullable(),
  bound: change.nullable(),
  reason: text.nullable(),
  baseline: baseline.nullable(),
  place,
} satisfies Fields<ThresholdOutcome>);
