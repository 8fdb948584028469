import { z } from "zod";
import type { PhasePlan } from "../../model/plan/plan.ts";
import { ARRIVALS, MAX_BACKLOG } from "../../model/plan/rate.ts";
import { type FindPlan, SEARCHED, type Searched } from "../../model/plan/search.ts";
import { unitOfMeasure, worseWhen } from "../../model/plan/threshold.ts";
import { parseRate } from "../../model/units.ts";
import { choice, field, numeric, type Parsed, whenRead, whole } from "../../yaml/fields.ts";
import { MAX_PER_SECOND } from "./rate.ts";
import { parseThreshold, type WrittenThreshold } from "./threshold.ts";
import { parseShare } from "./threshold-bound.ts";

const PRECISION = "2%";
/** Rates are rounded to four digits: a step must be several of the last one. */
const FINEST = 0.005;
const COARSEST = 0.5;

/** The fewest whose median has an interval of 95 %: 1 - 2 * 0.5^6 is 97 %. */
const REPETITIONS = 6;
const MAX_DEPTH = 4096;
/** A depth at which storage that gains by more of it has long ceased to. */
const DEEPEST = 256;

/** An end of the range: what it is an amount of tells what it was meant for. */
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
    return { problem: `${text} was found, ${expected}` };
  }
  const rate = parseRate(input);
  if ("problem" in rate) return rate;
  if (rate.value > 0 && rate.value <= MAX_PER_SECOND) {
    return { value: { by: "rate", value: rate.value, text } };
  }
  return { problem: `\`${text}\` was found, expected more than 0/s and at most 100000000/s` };
}

/** Reads `2%`. */
export function parsePrecision(input: unknown): Parsed<number> {
  const share = parseShare(String(input));
  if ("problem" in share || (share.value >= FINEST && share.value <= COARSEST)) return share;
  return { problem: `\`${String(input)}\` was found, expected from \`0.5%\` to \`50%\`` };
}

const rangeEnd = (description: string) =>
  field(
    { description, anyOf: [{ type: "integer", minimum: 1 }, { type: "string" }] },
    parseRangeEnd,
  );

const slo = field({ type: "string", description: "A threshold." }, parseThreshold);

/** The `find` of a phase. */
export const FindSchema = z
  .strictObject({
    slo: z
      .union([slo, z.array(slo).min(1)])
      .describe(
        "What has to be kept, a threshold or a list of them: `response.p99 < 10ms`. Failed " +
          "operations break it unless it speaks of errors.",
      ),
    by: choice(
      "rate: the most operations a second that can be offered · queueDepth: the highest depth of " +
        "a closed loop, or with `rate > 2900/s` the lowest. Default: rate.",
      SEARCHED,
    ).optional(),
    from: rangeEnd(
      "Nothing below it is measured: `500/s`, or a depth. Default: 1, or none.",
    ).optional(),
    to: rangeEnd(
      "Nothing above it is measured. Default: what a closed loop carries, or a depth of 256.",
    ).optional(),
    precision: field(
      {
        type: "string",
        description: `How near to the end point the next one is that fails. Default: ${PRECISION}.`,
      },
      parsePrecision,
    ).optional(),
    repetitions: whole(`Of the end point. Default: ${REPETITIONS}.`, 1, 100).optional(),
    arrivals: choice("As those of a `rate`. Default: fixed.", ARRIVALS).optional(),
    backlog: whole("As that of a `rate`.", 0, 1e9).optional(),
  })
  .refine(({ from, by }) => fitsRange(from, by), outOfRange("from"))
  .refine(({ to, by }) => fitsRange(to, by), outOfRange("to"))
  .describe(
    "Runs the phase at one load after the other to find the most the target carries within an " +
      "objective; each point is as long as the phase.",
  );

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

/** A search with every default filled; undefined where the phase is run once. */
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
  return { from: lowest, to: to ?? Math.max(lowest, DEEPEST) };
}

/** Whether it asks for much of a measure of which there is more at a higher load. */
export function isAtLeast({ measure }: WrittenThreshold): boolean {
  return worseWhen(measure) === "lower";
}

/** Whether a threshold is kept on one side of some load and broken on the other. */
export function hasKnee({ measure, criterion }: WrittenThreshold): boolean {
  if (criterion.kind !== "bound") return false;
  const { relation } = criterion;
  if (relation === "==") return unitOfMeasure(measure) === "count" && criterion.value === 0;
  return relation.startsWith(worseWhen(measure) === "lower" ? ">" : "<");
}
