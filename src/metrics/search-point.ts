import type { PhaseResult } from "../model/run.ts";
import type { FindPlan, Miss, SearchPoint, SearchRole } from "../model/search.ts";
import { type Threshold, unitOfMeasure } from "../model/threshold.ts";
import { overall } from "./compare-repetitions.ts";
import { exactLatencyNs } from "./latency-figure.ts";
import type { Answer } from "./search.ts";
import { isMet, LOWER_BOUND } from "./threshold-judge.ts";
import { isCounted, valueIn } from "./threshold-values.ts";

/** A phase of a search held against the objective. `value` is null for its closed loop. */
export function searchPoint(
  find: FindPlan,
  { value, role }: { readonly value: number | null; readonly role: SearchRole },
  result: PhaseResult,
): SearchPoint {
  const all = overall(result);
  const misses = value === null ? [] : missesOf(find, result);
  return {
    phase: result.phase.name,
    repetition: result.repetition,
    role,
    value,
    offeredPerSecond: result.openLoop?.offeredPerSecond ?? null,
    achievedPerSecond: all?.operationsPerSecond ?? null,
    responseP50Ns: exactLatencyNs(all?.response, "p50"),
    responseP99Ns: exactLatencyNs(all?.response, "p99"),
    serviceP50Ns: exactLatencyNs(all?.latency, "p50"),
    serviceP99Ns: exactLatencyNs(all?.latency, "p99"),
    measured: value === null ? [] : find.slo.map((one) => valueIn(result, one).value),
    met: value === null ? null : misses.length === 0,
    misses,
  };
}

/** What a search makes of a point: what is counted must not happen even once. */
export function answerOf(find: FindPlan, { met, misses }: SearchPoint): Answer {
  const counted = new Set(find.slo.filter(isCounted).map(({ text }) => text));
  const fatal = misses.some(
    (miss) => miss.kind === "errors" || (miss.kind === "objective" && counted.has(miss.text)),
  );
  return { met: met === true, fatal };
}

function missesOf(find: FindPlan, result: PhaseResult): readonly Miss[] {
  const objectives = find.slo.flatMap((one) => missOf(one, result));
  const errors = overall(result)?.errors ?? 0;
  const unsaid = !find.slo.some(({ measure }) => ERRORS.has(measure.of));
  return [
    ...objectives,
    ...(errors > 0 && unsaid ? [{ kind: "errors", operations: errors } as const] : []),
    ...uncarried(find, result),
  ];
}

const ERRORS: ReadonlySet<string> = new Set(["errors", "errorShare"]);

function missOf(slo: Threshold, result: PhaseResult): readonly Miss[] {
  const { text, measure, criterion } = slo;
  const measured = valueIn(result, slo);
  if (criterion.kind === "bound" && isMet(criterion.relation, measured, criterion.value)) return [];
  const { value, absent } = measured;
  const reason = absent ?? (measured.isLowerBound ? LOWER_BOUND : null);
  const unit = unitOfMeasure(measure);
  return [{ kind: "objective", text, measured: value, unit, ...(reason && { reason }) }];
}

/** In flight and waiting may be so many times what Little's law says of the phase as a whole. */
const GROWN = 1.5;
/** Chance, in standard deviations of a count. */
const DEVIATIONS = 3;

/**
 * What of an offered load was not carried: a percentile of the response time over a short phase can
 * look good while a queue grows. By Little's law (J. Little, Operations Research 9, 1961) rate of
 * completions times mean response are waiting or in flight on average. Of a queue that grows evenly
 * from nothing, twice as many are there at the end: (l - m) T of them at a load l, a capacity m and
 * a length T, and the mean response is (l - m) T / 2m. More than halfway to that, and more than the
 * precision of the search, is a load that is not carried.
 */
function uncarried(find: FindPlan, result: PhaseResult): readonly Miss[] {
  const { openLoop: open } = result;
  const all = overall(result);
  if (open === undefined || all === null) return [];
  const misses: Miss[] = [];
  for (const kind of ["dropped", "unissued"] as const) {
    if (open[kind] > 0) misses.push({ kind, operations: open[kind] });
  }
  const undone = open.offered - open.dropped - all.operations - all.errors;
  const average = (all.operationsPerSecond * (all.response?.meanNs ?? 0)) / 1e9;
  const usual = GROWN * average + DEVIATIONS * Math.sqrt(average);
  if (undone > open.offered * find.precisionShare && undone > usual) {
    misses.push({ kind: "behind", operations: undone, offered: open.offered });
  }
  return misses;
}
