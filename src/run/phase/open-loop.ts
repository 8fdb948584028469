import { Arrivals } from "../../load/drive/arrivals.ts";
import { MixTurns } from "../../load/drive/mix-turns.ts";
import { arrivalsPart, type PhaseSetup } from "../../load/task.ts";
import { operationsOfHost } from "../../load/thread-share.ts";
import { CELLS_EACH } from "../../metrics/histogram/cells.ts";
import { LatencyCounts } from "../../metrics/histogram/counts.ts";
import { warmupMs } from "../../model/plan/intervals.ts";
import { longestNs } from "../../model/plan/plan.ts";
import { meanPerSecond, type RatePlan } from "../../model/plan/rate.ts";
import type { LatencyPairs, Series, WorkerMeasurement } from "../../model/run/measurement.ts";
import type { OpenLoop } from "../../model/run/run.ts";
import type { IntervalTotals, PhaseIntervals } from "./intervals.ts";
import { OfferedLoad } from "./offered-load.ts";

/** What the workers of a phase did. */
interface EndedWork {
  readonly workers: readonly WorkerMeasurement[];
  /** Arrivals that workers claimed, warm-up included. */
  readonly claimed: number;
  /** From the start of measuring to the end of the phase. */
  readonly elapsedNs: number;
}

/** An open-loop phase that has ended. */
interface EndedLoop extends EndedWork {
  readonly setup: PhaseSetup;
  readonly rate: RatePlan;
}

/** The open loop of a phase on this host. */
export interface PhaseLoop {
  /** The load that is offered. */
  readonly load: OfferedLoad;
  readonly ended: (work: EndedWork) => EndedPhaseLoop;
}

/** An open loop whose workers have ended. */
interface EndedPhaseLoop {
  /**
   * The operations that were scheduled and never issued. In a phase that a count or its dataset
   * ends, arrivals after the last operation do not count.
   */
  readonly unissued: (intervals: PhaseIntervals) => Unissued;
  /**
   * The offered load of the reported part and its outcome. `left`: operations that were never
   * issued, and those that the drain issued or dropped.
   */
  readonly outcome: (
    left: { readonly operations: number; readonly overdue: number },
    totals: IntervalTotals,
    chosenFromNs: number,
  ) => OpenLoop;
}

/** Makes the open loop of a phase. */
export function makeLoop(setup: PhaseSetup, rate: RatePlan): PhaseLoop {
  return {
    load: new OfferedLoad(arrivalsOf(setup, rate), setup.threads, operationsOfHost(setup)),
    ended: (work) => {
      const loop = { setup, rate, ...work };
      return {
        unissued: (intervals) => unissuedOf(loop, intervals),
        outcome: (...found) => openLoopOf(loop, ...found),
      };
    },
  };
}

/** Scheduled operations that were never issued. */
interface Unissued {
  readonly operations: number;
  /** Their waits when issuing ended, by series: lower bounds of response times. */
  readonly latencies: readonly (LatencyPairs | null)[];
}

function unissuedOf(loop: EndedLoop, intervals: PhaseIntervals): Unissued {
  const { workers, elapsedNs } = loop;
  const { phase, drainNs } = loop.setup;
  const stoppedNs = Math.min(...workers.map((one) => one.stoppedNs ?? Number.POSITIVE_INFINITY));
  const untilNs = Math.min(elapsedNs, stoppedNs);
  const isCounted = longestNs(phase.limit) === null && stoppedNs === Number.POSITIVE_INFINITY;
  const taken = takenOf(loop) + workers.filter(({ exhausted }) => exhausted === true).length;
  if (untilNs <= 0 || isCounted || intervals.due <= taken) return { operations: 0, latencies: [] };
  const scheduled = arrivalsOf(loop.setup, loop.rate).pass(untilNs / 1e6);
  const operations = Math.max(0, Math.min(scheduled - taken, remainingOf(loop)));
  if (operations === 0) return { operations, latencies: [] };
  // Issuing ends with the drain, or when the load is stopped.
  const endNs = Math.min(elapsedNs + drainNs, stoppedNs);
  // The dataset was exhausted: these did not wait for storage.
  if (workers.every(({ exhausted }) => exhausted === true)) return { operations, latencies: [] };
  return {
    operations,
    latencies: waitsOf(loop, intervals.series, scheduled - operations, scheduled, endNs),
  };
}

/** Arrivals that were issued or dropped. */
function takenOf({ workers, claimed }: EndedLoop): number {
  // Of a thread that ended with an error, only its claims are known.
  if (workers.some(({ failure, taken }) => failure !== null && taken === undefined)) return claimed;
  return workers.reduce((sum, { taken = 0 }) => sum + taken, 0);
}

/** Operations that a phase of a planned number had not issued yet; Infinity for any other phase. */
function remainingOf(loop: EndedLoop): number {
  return operationsOfHost(loop.setup) - takenOf(loop);
}

/**
 * Waits of the last scheduled arrivals, as many as were not issued. Workers take arrivals in order,
 * so the ones that were not issued waited at least as long.
 */
function waitsOf(
  loop: EndedLoop,
  series: readonly Series[],
  from: number,
  to: number,
  endNs: number,
): readonly (LatencyPairs | null)[] {
  const { phase } = loop.setup;
  const arrivals = arrivalsOf(loop.setup, loop.rate);
  arrivals.advanceTo(from);
  const waits = new Float64Array(to - from);
  for (const at of waits.keys()) {
    waits[at] = endNs - arrivals.dueMs * 1e6;
    arrivals.advance();
  }
  const counts = new LatencyCounts(series.length);
  const turns = new MixTurns(phase.mix);
  const responses = phase.mix.map((entry) =>
    series.findIndex((s) => s.operation === entry.operation && s.metric === "response"),
  );
  // A percentile is the highest latency of its cell: a lower bound must not exceed the wait.
  for (const ns of waits.reverse()) {
    counts.recordAtLeast(responses[turns.next()] ?? 0, ns * (1 - 1 / CELLS_EACH));
  }
  return series.map((_, index) => counts.take(index));
}

function arrivalsOf(setup: PhaseSetup, rate: RatePlan): Arrivals {
  return new Arrivals(rate, warmupMs(setup.phase), setup.seed, arrivalsPart(setup));
}

function openLoopOf(
  loop: EndedLoop,
  ...[left, { chosen, chosenNs }, chosenFromNs]: Parameters<EndedPhaseLoop["outcome"]>
): OpenLoop {
  const { late, dropped, backlogMost } = chosen.opened;
  const { setup, rate, elapsedNs } = loop;
  const { hosts } = arrivalsPart(setup);
  // If a count ends the phase, arrivals after its last operation are not offered.
  const isCounted = longestNs(setup.phase.limit) === null;
  const most = isCounted ? takenOf(loop) + left.operations : chosen.offered;
  const fromNs = chosenNs === null ? 0 : chosenFromNs;
  return {
    offered: Math.min(chosen.offered, most),
    offeredPerSecond: meanPerSecond(rate, fromNs, fromNs + (chosenNs ?? elapsedNs)) / hosts,
    late,
    dropped,
    unissued: left.operations,
    backlogMost,
    backlogAtEnd: left.overdue + left.operations,
    pacing: chosen.merged("pacing"),
  };
}
