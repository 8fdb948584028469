import { z } from "zod";
import { OPERATIONS } from "../../model/plan/operation.ts";
import {
  type Miss,
  SEARCHED,
  type SearchBest,
  type SearchPoint,
  type SearchResult,
} from "../../model/plan/search.ts";
import type { Fields } from "../../model/run/stored-json.ts";
import { MAX_ENTRIES } from "./bounds.ts";
import { measureUnit } from "./threshold.ts";
import {
  amount,
  change,
  count,
  counting,
  name,
  ns,
  positive,
  share,
  text,
  texts,
} from "./values.ts";

type MissOf<Kind extends Miss["kind"]> = Fields<Extract<Miss, { kind: Kind }>>;

const counted = z.enum(["errors", "dropped", "unissued"]);

const miss = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("objective").describe("a part of the objective is missed"),
    text: text.describe("part of the objective as written"),
    measured: change.nullable().describe("measured value; null if it was not measured"),
    unit: measureUnit.describe("unit of `measured`"),
    reason: text.exactOptional().describe("why `measured` does not decide it"),
  } satisfies MissOf<"objective">),
  z.object({
    kind: counted.describe("operations failed, were dropped, or were never issued"),
    operations: count.describe("number of these operations"),
  }),
  z.object({
    kind: z.literal("behind").describe("the backlog grew"),
    operations: amount.describe("growth of the backlog"),
    offered: amount.describe("operations scheduled in this time"),
  } satisfies MissOf<"behind">),
  z.object({
    kind: z.literal("too-short").describe("the point is too short to exclude a growing backlog"),
    unseenShare: amount.describe("share of the offered load that may accumulate unnoticed"),
    neededNs: ns.describe("duration that a point needs"),
  } satisfies MissOf<"too-short">),
]);

const point = z.object({
  phase: name.describe("name of the measured phase"),
  repetition: counting.describe("repetition of this phase"),
  role: z
    .enum(["capacity", "bracket", "repeat", "short"])
    .describe("closed loop, step of the search, repetition of an end point, or too short"),
  value: amount.nullable().describe("operations/s or queue depth; null for the closed loop"),
  offeredPerSecond: amount.nullable().describe("offered load; null in a closed loop"),
  achievedPerSecond: amount.nullable().describe("achieved rate, operations/s"),
  responseP50Ns: ns.nullable().describe("p50 of the response time; null in a closed loop"),
  responseP99Ns: ns.nullable().describe("p99 of the response time; null in a closed loop"),
  serviceP50Ns: ns.nullable().describe("p50 of the service time"),
  serviceP99Ns: ns.nullable().describe("p99 of the service time"),
  measured: z
    .array(change.nullable())
    .max(MAX_ENTRIES)
    .describe("measured value of each part of the objective, in its unit"),
  met: z.boolean().nullable().describe("whether the objective is met; null if not evaluated"),
  misses: z.array(miss).max(MAX_ENTRIES).describe("why the objective is missed"),
} satisfies Fields<SearchPoint>);

const interval = z.object({
  low: change.describe("lower end"),
  high: change.describe("upper end"),
  confidence: share.describe("confidence level"),
});

const measures = z.object({
  text: text.describe("part of the objective as written"),
  unit: measureUnit.describe("unit of the median and its interval"),
  median: change.nullable().describe("median over the repetitions; null if not measured"),
  interval: interval
    .nullable()
    .describe("confidence interval of the median; null with too few repetitions"),
} satisfies Fields<SearchBest["measures"][number]>);

const best = z.object({
  value: amount.describe("operations/s or queue depth"),
  achievedPerSecond: amount.describe("median achieved rate, operations/s"),
  repetitions: counting.describe("repetitions of the end point"),
  met: count.describe("repetitions that meet the objective"),
  measures: z.array(measures).max(MAX_ENTRIES).describe("parts of the objective"),
} satisfies Fields<SearchBest>);

const ENDS = [
  ...(["found", "never met", "always met", "unsettled", "interrupted", "failed"] as const),
] as const;

/** A search. Each point has as many measured values as the objective has parts, or none. */
export const search = z
  .object({
    phase: name.describe("name of the planned phase"),
    repetition: counting.describe("repetition of the search"),
    operations: z
      .array(z.enum(OPERATIONS))
      .min(1)
      .max(OPERATIONS.length)
      .describe("operations of the phase"),
    slo: texts.describe("parts of the objective as written"),
    by: z.enum(SEARCHED).describe("setting that the search varies"),
    wants: z.enum(["most", "least"]).describe("whether the highest or the lowest value is sought"),
    precisionShare: positive.describe("distance of the end point to the next value, as a share"),
    capacityPerSecond: amount.nullable().describe("closed-loop rate; null if not measured"),
    points: z.array(point).max(MAX_ENTRIES).describe("points in the order of measuring"),
    best: best.nullable().describe("end point; null without one"),
    caveats: texts.exactOptional().describe("known limits of the result"),
    ended: z.enum(ENDS).nullable().describe("outcome; null while the search runs"),
    reason: text.nullable().describe("why the search ended early; null if it did not"),
  } satisfies Fields<SearchResult>)
  .check(({ value: { slo, points, best: found }, issues }) => {
    const expected = `as many entries as \`slo\` has, ${slo.length}`;
    for (const [at, { measured }] of points.entries()) {
      if (measured.length === 0 || measured.length === slo.length) continue;
      const path = ["points", at, "measured"];
      issues.push({ code: "custom", message: expected, path, input: measured });
    }
    if (found === null || found.measures.length === slo.length) return;
    const path = ["best", "measures"];
    issues.push({ code: "custom", message: expected, path, input: found.measures });
  })
  .meta({ id: "Search", description: "Search for the load at which an objective is met." });
