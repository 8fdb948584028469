import { LatencyCounts } from "../../../src/metrics/histogram/counts.ts";
import type { PhasePlan } from "../../../src/model/plan/plan.ts";
import type { HostRecord } from "../../../src/model/run/hosts.ts";
import { DRAIN, NOTHING_OPENED, type Series } from "../../../src/model/run/measurement.ts";
import type { PhaseResult } from "../../../src/model/run/run.ts";
import { type HostCell, packCell } from "../../../src/run/hosts/cell.ts";
import type { HostEnd, MergeFacts } from "../../../src/run/hosts/host-end.ts";
import { HostsMeasurement, type HostsPhase } from "../../../src/run/hosts/hosts.ts";
import { PhaseIntervals } from "../../../src/run/phase/intervals.ts";
import { phasePlan, result, summary } from "../../report/fixture.ts";

export const WIDTH_NS = 100e6;
const BLOCK = 4096;

export const READS: readonly Series[] = [{ operation: "read", metric: "service" }];

/** What a host did: by interval, the latencies of its operations; negative ones: lower bounds. */
export interface Deeds {
  readonly intervals: readonly (readonly number[])[];
  readonly drain?: readonly number[];
  readonly errors?: number;
}

/** A host as its coordinator sees it. */
export interface SentHost {
  readonly cells: readonly HostCell[];
  readonly hash: string;
}

/** Measures with the classes of a host with two threads, and packs what it sends. */
export function hostOf({ intervals, drain = [], errors = 0 }: Deeds): SentHost {
  const cells: HostCell[] = [];
  const phase = new PhaseIntervals(READS, 2, WIDTH_NS, (interval) =>
    cells.push(throughJson(packCell(interval))),
  );
  const counts = new LatencyCounts(1);
  const add = (worker: number, index: number, all: readonly number[]): void => {
    const own = all.filter((_, at) => at % 2 === worker);
    for (const ns of own) {
      if (ns < 0) counts.recordAtLeast(0, -ns);
      else counts.record(0, ns);
    }
    const done = own.filter((ns) => ns > 0).length;
    const open = own.length - done;
    phase.add({
      ...{ worker, index, widthNs: index === DRAIN ? 0 : WIDTH_NS },
      ...{ operations: [done], bytes: [done * BLOCK], errors: [worker === 0 ? errors : 0] },
      ...{ throttled: [0], opened: NOTHING_OPENED, latencies: [counts.take(0)] },
      ...(open > 0 ? { unfinished: [open] } : {}),
    });
  };
  for (const [index, all] of intervals.entries())
    for (const worker of [0, 1]) add(worker, index, all);
  for (const worker of [0, 1]) {
    add(worker, DRAIN, drain);
    phase.finish(worker);
  }
  const hash = phase.total().whole.hash();
  phase.close();
  return { cells, hash };
}

/** What arrives of a message. */
function throughJson(cell: HostCell): HostCell {
  return JSON.parse(JSON.stringify(cell));
}

/** Merges hosts; cells arrive in the order that `turns` gives. The caller closes it. */
export function merged(
  hosts: readonly SentHost[],
  turns: readonly number[] = [0],
  more: Partial<HostsPhase> = {},
): HostsMeasurement {
  const measurement = new HostsMeasurement({
    phase: timed(Math.max(...hosts.map(({ cells }) => cells.length))),
    intervals: { intervalNs: WIDTH_NS, perRate: 1 },
    series: hosts.map(() => READS),
    ...more,
  });
  const queues = hosts.map(({ cells }) => [...cells]);
  const left = new Set(queues.keys());
  for (let turn = 0; left.size > 0; turn++) {
    const waiting = [...left];
    const place = waiting[(turns[turn % turns.length] ?? 0) % waiting.length] ?? 0;
    const cell = queues[place]?.shift();
    if (cell !== undefined) measurement.add(place, cell);
    else {
      measurement.finish(place);
      left.delete(place);
    }
  }
  return measurement;
}

/** A phase that lasts some intervals. */
export function timed(intervals: number, more: Partial<PhasePlan> = {}): PhasePlan {
  const limit = { kind: "duration", durationNs: intervals * WIDTH_NS } as const;
  return phasePlan("read", { warmupNs: 0, limit, ...more });
}

/** Facts of a phase that ran to its end on hosts with one dataset. */
export function factsOf(phase: PhasePlan, more: Partial<MergeFacts> = {}): MergeFacts {
  return {
    planned: {
      ...{ phase, repetition: 1, startedAt: "2026-01-01T00:00:00.000Z", engine: "sync" },
      ...{ threads: 2, queueDepthPerThread: 1, datasetBytes: 2 ** 30 },
    },
    ...{ scope: "shared", rotation: 0, interrupted: null, endedEarly: false },
    ...more,
  };
}

/** The end of a host that ran to its end. Names are `a`, `b`, `c`. */
export function endOf(
  place: number,
  elapsedNs: number,
  own: Partial<PhaseResult> = {},
  more: Partial<HostEnd> = {},
): HostEnd {
  const all = summary("all", 0, BLOCK, 1e6, { errors: 0 });
  return {
    record: { rank: place, name: "abcdefgh"[place] ?? "z", machine: `${place}`.repeat(16) },
    place,
    result: result(phasePlan("read"), [all], { elapsedNs, engine: "sync", ...own }),
    lost: null,
    firstIssueNs: 1e5,
    clockBoundNs: 2e5,
    clockDriftNs: 1e3,
    ...more,
  };
}

/** A host of a run; names are `a`, `b`, `c`. */
export function hostRecord(rank: number, more: Partial<HostRecord> = {}): HostRecord {
  return {
    ...{ rank, name: "abcdefgh"[rank] ?? "z", hostName: `ip-10-0-0-${rank}` },
    ...{ machine: `${rank}`.repeat(16), cores: 4, memoryBytes: 2 ** 33, kernel: "6.1.0" },
    ...{ nodeVersion: "v24.0.0", instanceType: null, clockBoundNs: 2e5, hasFloors: false },
    ...{ state: "complete", reason: null },
    ...more,
  };
}
