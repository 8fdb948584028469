import { loadGeneratorWarnings } from "../../src/metrics/generator/generator.ts";
import type { ClientLimit, HarnessRecord } from "../../src/model/run/harness.ts";
import type { Run } from "../../src/model/run/run.ts";
import { phasePlan, plan, result, run, summary, VOLUME } from "./fixture.ts";

type Worker = HarnessRecord["workers"][number];

/** A worker of ten seconds, busy for a share of them. */
export function worker(number: number, busy: number, more: Partial<Worker> = {}): Worker {
  return {
    worker: number,
    watchedNs: 10e9,
    cpuUserNs: busy * 6e9,
    cpuSystemNs: busy * 4e9,
    processorWaitNs: 0.004 * 10e9,
    processorTurns: 60_000,
    collections: { count: 12, totalNs: 9.1e6, longestNs: 1.9e6 },
    loopDelayLongestNs: null,
    ...more,
  };
}

/** Eight workers that waited for a volume, undisturbed. */
export const CALM: HarnessRecord = {
  watchedNs: 10e9,
  pauses: { count: 0, totalNs: 0, longestNs: 0, list: [] },
  workers: Array.from({ length: 8 }, (_, number) => worker(number, 0.11 + number / 1000)),
  stealShare: 0.0004,
  involuntarySwitches: 312,
  cores: 2,
  floor: null,
  bound: null,
};

export const FLOOR: ClientLimit = {
  engine: "sync",
  direction: "read",
  blockBytes: 4096,
  queueDepth: 1,
  operationsPerSecond: 512_000,
  cpuPerOperationNs: 1950,
  latencyP50Ns: 1800,
  latencyP99Ns: 2600,
};

/** A run whose phases were watched, one record each, with the warnings that follow from them. */
export function watched(...records: readonly HarnessRecord[]): Run {
  const phases = records.map((_, index) => phasePlan(`read-${index + 1}`));
  const planned = plan("random-read", phases, { title: "4 KiB random reads" });
  const results = records.map((harness, index) =>
    result(phases[index] ?? phasePlan("read"), [summary("all", 5987.4, 4096, 812_000)], {
      harness,
      warnings: loadGeneratorWarnings(harness),
    }),
  );
  return run("20261120T100000-random-read-gp3", VOLUME, planned, results);
}

/** One phase was undisturbed, one stood still on a machine that was not its own, one was cached. */
export function disturbed(): Run {
  return watched(
    CALM,
    {
      ...CALM,
      pauses: {
        count: 2,
        totalNs: 2.07e9,
        longestNs: 2e9,
        list: [
          { atNs: 3.1e9, lengthNs: 2e9, readyShare: 0 },
          { atNs: 7e9, lengthNs: 70e6, readyShare: 0.9 },
        ],
      },
      workers: [worker(0, 0.3, { processorWaitNs: 2.8e9, processorTurns: 1400 })],
      stealShare: 0.031,
    },
    {
      ...CALM,
      pauses: null,
      workers: [worker(0, 0.97, { processorWaitNs: null, processorTurns: null })],
      stealShare: null,
      floor: FLOOR,
      bound: {
        by: "threads",
        reason: "its only worker was busy 97 % of the time",
        advice: "use more workers",
      },
    },
  );
}
