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
import { measureUnit } from "./threshold.ts";
import {
  amount,
  change,
  count,
  counting,
  MAX_ENTRIES,
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
    kind: z.literal("objective"),
    text,
    measured: change.nullable(),
    unit: measureUnit,
    reason: text.exactOptional(),
  } satisfies MissOf<"objective">),
  z.object({ kind: counted, operations: count }),
  z.object({
    kind: z.literal("behind"),
    operations: amount,
    offered: amount,
  } satisfies MissOf<"behind">),
  z.object({
    kind: z.literal("too-short"),
    unseenShare: amount,
    neededNs: ns,
  } satisfies MissOf<"too-short">),
]);

const point = z.object({
  phase: name,
  repetition: counting,
  role: z.enum(["capacity", "bracket", "repeat", "short"]),
  value: amount.nullable(),
  offeredPerSecond: amount.nullable(),
  achievedPerSecond: amount.nullable(),
  responseP50Ns: ns.nullable(),
  responseP99Ns: ns.nullable(),
  serviceP50Ns: ns.nullable(),
  serviceP99Ns: ns.nullable(),
  measured: z.array(change.nullable()).max(MAX_ENTRIES),
  met: z.boolean().nullable(),
  misses: z.array(miss).max(MAX_ENTRIES),
} satisfies Fields<SearchPoint>);

const measures = z.object({
  text,
  unit: measureUnit,
  median: change.nullable(),
  interval: z.object({ low: change, high: change, confidence: share }).nullable(),
} satisfies Fields<SearchBest["measures"][number]>);

const best = z.object({
  value: amount,
  achievedPerSecond: amount,
  repetitions: counting,
  met: count,
  measures: z.array(measures).max(MAX_ENTRIES),
} satisfies Fields<SearchBest>);

const ENDS = [
  ...(["found", "never met", "always met", "unsettled", "interrupted", "failed"] as const),
] as const;

/** A search. Of each point as much was measured as the objective has parts, or nothing. */
export const search = z
  .object({
    phase: name,
    repetition: counting,
    operations: z.array(z.enum(OPERATIONS)).min(1).max(OPERATIONS.length),
    slo: texts,
    by: z.enum(SEARCHED),
    wants: z.enum(["most", "least"]),
    precisionShare: positive,
    capacityPerSecond: amount.nullable(),
    points: z.array(point).max(MAX_ENTRIES),
    best: best.nullable(),
    caveats: texts.exactOptional(),
    ended: z.enum(ENDS).nullable(),
    reason: text.nullable(),
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
  });
