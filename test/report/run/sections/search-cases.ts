import { searchBest, searchPoint } from "../../../../src/metrics/search/point.ts";
import type { SearchResult, SearchRole } from "../../../../src/model/plan/search.ts";
import type { PhaseResult, Run } from "../../../../src/model/run/run.ts";
import { findPlan } from "../../../metrics/search/find-plan.ts";
import { latency, phasePlan, plan, result, run, summary, VOLUME } from "../../fixture.ts";
import { thresholds } from "../../thresholds.ts";

const FIND = findPlan({ slo: thresholds(["response.p99 < 10ms"]), mostBacklog: 1_000_000 });
const PHASE = phasePlan("read", { find: FIND, queueDepth: 32 });

/** Response times as in a queue: the nearer to 8000/s, the longer. */
const p50Ns = (value: number): number => 1e6 / Math.max(0.04, 1 - value / 8000);

function phaseAt(value: number | null, repetition: number): PhaseResult {
  const { find: _, ...planned } = PHASE;
  const name = `read[rate=${value === null ? "closed-loop" : `${value}/s`}]`;
  const rate = value ?? 8000;
  const response = value === null ? null : latency(p50Ns(value) / 8 + repetition * 1e4);
  const all = summary("all", rate, 4096, 8e5, { response });
  const offered = { offered: rate * 10, offeredPerSecond: rate, late: 0, dropped: 0, unissued: 0 };
  const openLoop = { ...offered, backlogMost: 3, backlogAtEnd: 0, pacing: null };
  const more = { repetition, pointOf: "read", ...(value === null ? {} : { openLoop }) };
  return result({ ...planned, name }, [all], more);
}

/** A run that looked at these values, in this order. */
export function searched(
  values: readonly (readonly [number | null, SearchRole])[],
  ended: SearchResult["ended"],
  best: number | null,
): Run {
  const seen = new Map<number | null, number>();
  const phases = values.map(([value]) => {
    const repetition = (seen.get(value) ?? 0) + 1;
    seen.set(value, repetition);
    return phaseAt(value, repetition);
  });
  const points = phases.map((one, index) => {
    const [value = null, role = "bracket"] = values[index] ?? [];
    return searchPoint(FIND, { value, role }, one);
  });
  const search: SearchResult = {
    ...{ phase: "read", repetition: 1, operations: ["read"], slo: ["response.p99 < 10ms"] },
    ...{ by: "rate", wants: "most", precisionShare: 0.02, capacityPerSecond: 8000 },
    ...{ points, best: searchBest(FIND, points, best), ended, reason: null },
  };
  const planned = plan("random-read", [PHASE], { title: "Reads" });
  return run("search", VOLUME, planned, phases, { searches: [search] });
}

const six = (value: number) => Array.from({ length: 6 }, () => [value, "repeat"] as const);
/** A search that found a rate. */
export const found = searched(
  [
    [null, "capacity"],
    [4000, "bracket"],
    [5713, "bracket"],
    [7000, "bracket"],
    [6300, "bracket"],
    ...six(7546),
    ...six(7700).slice(0, 3),
  ],
  "found",
  7546,
);
