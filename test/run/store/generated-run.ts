import { addPairs, makeHistogram } from "../../../src/metrics/histogram/histogram.ts";
import type { Operation } from "../../../src/model/plan/operation.ts";
import { DRAIN, NOTHING_OPENED, type Series } from "../../../src/model/run/measurement.ts";
import type { PhaseResult, Run } from "../../../src/model/run/run.ts";
import type { PhaseInterval } from "../../../src/run/phase/intervals.ts";
import { RunStore } from "../../../src/run/store/store.ts";
import { DIRECTORY, latency, phasePlan, plan, result, run, summary } from "../../report/fixture.ts";
import { labelsOf } from "../labels.ts";

/** One operation in one interval: latencies in nanoseconds and how many operations took each. */
export interface Given {
  readonly service: readonly (readonly [ns: number, count: number])[];
  /** Only in an open loop. */
  readonly response?: Given["service"];
  readonly bytes?: number;
  readonly errors?: number;
  readonly throttled?: number;
}

/** One interval by operation of the mix, and its counts of an open loop. */
export interface GivenInterval {
  readonly operations: readonly Given[];
  readonly open?: Partial<Pick<PhaseInterval, "offered" | "backlogEnd"> & PhaseInterval["opened"]>;
}

export interface GivenPhase {
  readonly name: string;
  readonly repetition?: number;
  readonly mix?: readonly Operation[];
  readonly intervalNs: number;
  readonly intervals: Iterable<GivenInterval>;
  /** Completed after the end, by operation. */
  readonly drain?: readonly Given[];
  readonly isOpen?: boolean;
  /** Start of measuring, seconds from the start of the run. */
  readonly startS?: number;
  readonly result?: Partial<PhaseResult>;
}

/** Stores phases of known intervals as a run does; returns the run and its directory. */
export function storeRun(resultsFolder: string, phases: readonly GivenPhase[]) {
  const id = "20261120-100000-generated-0000";
  const store = new RunStore(resultsFolder, labelsOf(id));
  const results = phases.map((phase) => storePhase(store, phase));
  const { folder } = store;
  const planned = plan(
    "generated",
    results.map(({ phase }) => phase),
  );
  const stored: Run = run(id, DIRECTORY, planned, results);
  store.save(stored);
  store.close();
  return { run: stored, folder };
}

function storePhase(store: RunStore, given: GivenPhase): PhaseResult {
  const { name, mix = ["read"], intervalNs, startS = 1, isOpen = false, repetition = 1 } = given;
  const context = { phase: name, repetition, startedAtMs: startS * 1000, matrix: {} };
  const series = mix.flatMap((operation): Series[] => [
    { operation, metric: "service" },
    ...(isOpen ? [{ operation, metric: "response" } as const] : []),
  ]);
  const scratch = series.map(() => makeHistogram("interval"));
  const storeOne = (index: number, one: GivenInterval): void => {
    for (const histogram of scratch) histogram.reset();
    for (const [position, { service, response }] of one.operations.entries()) {
      const at = position * (isOpen ? 2 : 1);
      fill(scratch[at], service);
      if (isOpen) fill(scratch[at + 1], response ?? service);
    }
    store.interval({ ...countsOf(one, index, intervalNs), histograms: scratch }, series, context);
  };
  let intervals = 0;
  const all = { operations: 0, bytes: 0, service: 0, response: 0 };
  const add = (one: GivenInterval): void => {
    for (const { service, response = service } of one.operations) {
      all.service += countIn(service);
      all.response += countIn(response);
    }
  };
  for (const one of given.intervals) {
    storeOne(intervals++, one);
    add(one);
    for (const { service, bytes = 0 } of one.operations) {
      all.operations += countIn(service);
      all.bytes += bytes;
    }
  }
  if (given.drain !== undefined) {
    storeOne(DRAIN, { operations: given.drain });
    add({ operations: given.drain });
  }
  for (const histogram of scratch) histogram.destroy();
  const planned = phasePlan(name, { mix: mix.map((operation) => ({ operation, weight: 1 })) });
  const { operations, bytes } = all;
  const counted = { operations, bytes, latency: latency(1, all.service) };
  const responses = isOpen ? { response: latency(1, all.response) } : {};
  return result(planned, [summary("all", 1, 1, 1, { ...counted, ...responses })], {
    ...{ repetition, intervalNs, intervals, elapsedNs: intervals * intervalNs },
    ...(isOpen ? { openLoop: OPEN_LOOP } : {}),
    ...given.result,
  });
}

function countIn(pairs: Given["service"]): number {
  return pairs.reduce((sum, [, count]) => sum + count, 0);
}

const OPEN_LOOP = {
  ...{ offered: 1, offeredPerSecond: 1, late: 0, dropped: 0, unissued: 0 },
  ...{ backlogMost: 0, backlogAtEnd: 0, pacing: null },
};

function countsOf(
  { operations, open }: GivenInterval,
  index: number,
  intervalNs: number,
): Omit<PhaseInterval, "histograms"> {
  const { offered = 0, backlogEnd = 0, ...opened } = open ?? {};
  return {
    index,
    fromNs: index === DRAIN ? 0 : index * intervalNs,
    widthNs: index === DRAIN ? 0 : intervalNs,
    operations: operations.map(({ service }) => countIn(service)),
    bytes: operations.map(({ bytes = 0 }) => bytes),
    errors: operations.map(({ errors = 0 }) => errors),
    throttled: operations.map(({ throttled = 0 }) => throttled),
    opened: { ...NOTHING_OPENED, ...opened },
    ...{ offered, backlogEnd },
  };
}

function fill(histogram: ReturnType<typeof makeHistogram> | undefined, pairs: Given["service"]) {
  if (histogram !== undefined) addPairs(histogram, Float64Array.from(pairs.flat()));
}
