import { z } from "zod";
import type { PhasePlan } from "../../model/plan/plan.ts";
import { ARRIVALS, MAX_BACKLOG } from "../../model/plan/rate.ts";
import { type FindPlan, SEARCHED, type Searched } from "../../model/plan/search.ts";
import { unitOfMeasure, worseWhen } from "../../model/plan/threshold.ts";
import { parseRate } from "../../model/units.ts";
import {
  choice,
  field,
  gotText,
  numeric,
  type Parsed,
  whenRead,
  whole,
} from "../../yaml/fields.ts";
import { MAX_PER_SECOND } from "./rate.ts";
import { parseThreshold, type WrittenThreshold } from "./threshold.ts";
import { parseShare } from "./threshold-bound.ts";

const PRECISION = "2%";
/** Rates are rounded to four digits, so a step must be several units of the last digit. */
const FINEST = 0.005;
const COARSEST = 0.5;

/** Minimum whose median has a 95% confidence interval: 1 - 2 * 0.5^6 is 97%. */
const REPETITIONS = 6;
const MAX_DEPTH = 4096;
/** Default upper end; storage saturates well below this queue depth. */
const DEFAULT_MAX_DEPTH = 256;

/** An end of the search range; its unit determines `by`. */
export interface RangeEnd {
  readonly by: Searched;
  readonly value: number;
  readonly text: string;
}

/** Reads `500/s` or `32`. */
export function parseRangeEnd(input: unknown): Parsed<RangeEnd> {
  const depth = numeric(input);
  const text = String(input);
  if (depth !== null) {
    if (Number.isInteger(depth) && depth >= 1 && depth <= MAX_DEPTH) {
      return { value: { by: "queueDepth", value: depth, text } };
    }
    const expected = `expected a queue depth from 1 to ${MAX_DEPTH} or a rate such as \`500/s\``;
    return { problem: `${expected}, got ${text}` };
  }
  const rate = parseRate(input);
  if ("problem" in rate) return rate;
  if (rate.value > 0 && rate.value <= MAX_PER_SECOND) {
    return { value: { by: "rate", value: rate.value, text } };
  }
  return { problem: `expected more than 0/s and at most 100000000/s, got \`${text}\`` };
}

/** Reads `2%`. */
export function parsePrecision(input: unknown): Parsed<number> {
  const share = parseShare(String(input));
  if ("problem" in share || (share.value >= FINEST && share.value <= COARSEST)) return share;
  return { problem: `expected \`0.5%\` to \`50%\`${gotText(input)}` };
}

const rangeEnd = (description: string, example: string) =>
  field(
    {
      description,
      anyOf: [{ type: "integer", minimum: 1 }, { type: "string" }],
      examples: [example],
    },
    parseRangeEnd,
  );

const slo = field({ type: "string", description: "A threshold." }, parseThreshold);

/** The `find` field of a phase. */
export const FindSchema = z
  .strictObject({
    slo: z.union([slo, z.array(slo).min(1)]).meta({
      description:
        "Objective (SLO): a threshold, or a list of thresholds that must all be met. Failed " +
        "operations miss the objective unless it contains a threshold on errors.",
      examples: ["response.p99 < 10ms"],
    }),
    by: choice(
      "rate: search for the highest offered load in ops/s · queueDepth: search for the highest " +
        "queue depth of a closed loop; with a lower bound such as `rate > 2900/s`, for the " +
        "lowest. Default: rate.",
      SEARCHED,
    ).optional(),
    from: rangeEnd(
      "Lower end of the search: a rate or a queue depth. Default: queue depth 1; no lower end " +
        "for rates.",
      "500/s",
    ).optional(),
    to: rangeEnd(
      "Upper end of the search: a rate or a queue depth. Default: queue depth " +
        `${DEFAULT_MAX_DEPTH}; the achieved rate of a closed loop for rates.`,
      "20000/s",
    ).optional(),
    precision: field(
      {
        type: "string",
        description:
          "Maximum distance between the result and the next load that misses the objective. " +
          `Default: ${PRECISION}.`,
        examples: ["5%"],
      },
      parsePrecision,
    ).optional(),
    repetitions: whole(`Repetitions of the resulting load. Default: ${REPETITIONS}.`, 1, 100)
      .meta({ examples: [10] })
      .optional(),
    arrivals: choice("Arrivals of the open loop, as in `rate`. Default: fixed.", ARRIVALS)
      .meta({ examples: ["poisson"] })
      .optional(),
    backlog: whole(
      `Maximum backlog of the open loop, as in \`rate\`. Default: ${MAX_BACKLOG}.`,
      0,
      1e9,
    )
      .meta({ examples: [1000] })
      .optional(),
  })
  .refine(({ from, by }) => fitsRange(from, by), outOfRange("from"))
  .refine(({ to, by }) => fitsRange(to, by), outOfRange("to"))
  .meta({
    description:
      "Search: runs the phase at several loads to find the highest load at which the target " +
      "meets an objective. Each load runs for the length of the phase. Default: none.",
    examples: [{ slo: "response.p99 < 10ms" }],
  });

function fitsRange(end: RangeEnd | undefined, by: Searched = "rate"): boolean {
  return end === undefined || end.by === by;
}

function outOfRange(end: "from" | "to") {
  return {
    path: [end],
    message: "expected a rate such as `500/s`, or a queue depth with `by: queueDepth`",
    when: whenRead,
  };
}

type FindText = z.output<typeof FindSchema>;

/** A search with all defaults filled; no field if the phase has no search. */
export function planFind(find: FindText | undefined): Pick<PhasePlan, "find"> {
  if (find === undefined) return {};
  const written = Array.isArray(find.slo) ? find.slo : [find.slo];
  const { by = "rate", arrivals = "fixed", backlog = MAX_BACKLOG } = find;
  const wants = by === "queueDepth" && written.some(isAtLeast) ? "least" : "most";
  return {
    find: {
      slo: written.map((one) => ({ ...one, place: null })),
      by,
      wants,
      ...rangeOf(by, find.from?.value ?? null, find.to?.value ?? null),
      precisionShare: find.precision ?? Number.parseFloat(PRECISION) / 100,
      repetitions: find.repetitions ?? REPETITIONS,
      arrivals,
      mostBacklog: backlog,
    },
  };
}

function rangeOf(
  by: Searched,
  from: number | null,
  to: number | null,
): Pick<FindPlan, "from" | "to"> {
  if (by === "rate") return { from, to };
  const lowest = from ?? 1;
  return { from: lowest, to: to ?? Math.max(lowest, DEFAULT_MAX_DEPTH) };
}

/** Whether a threshold is a lower bound of a measure that grows with the load. */
export function isAtLeast({ measure }: WrittenThreshold): boolean {
  return worseWhen(measure) === "lower";
}

/** Whether a threshold passes on one side of some load and fails on the other. */
export function hasKnee({ measure, criterion }: WrittenThreshold): boolean {
  if (criterion.kind !== "bound") return false;
  const { relation } = criterion;
  if (relation === "==") return unitOfMeasure(measure) === "count" && criterion.value === 0;
  return relation.startsWith(worseWhen(measure) === "lower" ? ">" : "<");
}
