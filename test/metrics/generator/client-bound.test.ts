import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ClientLoad, clientBound } from "../../../src/metrics/generator/client-bound.ts";
import type { ClientLimit, OwnTime } from "../../../src/model/run/harness.ts";

const SECOND = 1e9;

/** A worker that was busy and waited so much of ten seconds. */
function worker(busy: number, waited: number | null = 0): OwnTime {
  return {
    watchedNs: 10 * SECOND,
    cpuUserNs: busy * 4 * SECOND,
    cpuSystemNs: busy * 6 * SECOND,
    processorWaitNs: waited === null ? null : waited * 10 * SECOND,
    processorTurns: waited === null ? null : 1000,
    collections: { count: 0, totalNs: 0, longestNs: 0 },
    loopDelayLongestNs: null,
  };
}

/** Workers on eight cores, by `sync`, whose process took what they took and a tenth of a core. */
function load(workers: readonly OwnTime[], more: Partial<ClientLoad> = {}): ClientLoad {
  const cpuNs = workers.reduce((sum, own) => sum + own.cpuUserNs + own.cpuSystemNs, 0);
  return {
    engine: "sync",
    elapsedNs: 10 * SECOND,
    processCpuNs: cpuNs + SECOND,
    cores: 8,
    workers,
    operationsPerSecond: 10_000,
    completedShare: null,
    floor: null,
    waitsBusily: false,
    inFlight: null,
    ...more,
  };
}

function floor(operationsPerSecond: number): ClientLimit {
  return {
    engine: "sync",
    direction: "read",
    blockBytes: 4096,
    queueDepth: 1,
    operationsPerSecond,
    cpuPerOperationNs: 1e9 / operationsPerSecond,
    latencyP50Ns: 1000,
    latencyP99Ns: 2000,
  };
}

const many = (count: number, own: OwnTime): readonly OwnTime[] =>
  Array.from({ length: count }, () => own);

/** An open loop that comes to its rate, whatever its floor. */
const KEPT = { completedShare: 0.99, floor: floor(10_000) };

/** A load, and what bound it. */
const CASES: readonly (readonly [string, ClientLoad, string | null])[] = [
  ["the null engine, whatever it took", load([worker(0.2)], { engine: "null" }), "nothing"],
  ["cached reads of one worker, cores left", load([worker(0.97)]), "threads"],
  ["cached reads on all cores", load(many(8, worker(0.99))), "processor"],
  ["more threads than cores", load(many(64, worker(0.123, 0.87))), "processor"],
  ["a quota of a control group", load([worker(0.98)], { cores: 1 }), "processor"],
  ["neighbours on all cores", load([worker(0.4, 0.58)]), "queue"],
  [
    "threads that wait for a CPU most of the time",
    load(many(32, worker(0.01, 0.6)), {
      inFlight: { planned: 32, reached: 32, waitingForCpu: 19 },
    }),
    "queue",
  ],
  ["O_DIRECT at depth 1: a device is waited for", load([worker(0.35, 0.08)]), null],
  ["O_DIRECT at depth 32: the same", load([worker(0.6, 0.04)], { engine: "uring" }), null],
  ["the kernel tells no waits", load([worker(0.4, null)]), null],
  ["an SDK's worker", load([worker(0.93)], { engine: "s3-sdk" }), "threads"],
  ["a device that is polled", load([worker(1)], { waitsBusily: true }), null],
  ["a rate that is kept, by a worker that spins", load([worker(1)], KEPT), null],
  ["a rate that is not kept", load([worker(1)], { completedShare: 0.9 }), "threads"],
  ["a rate that a device does not keep", load([worker(0.4)], { completedShare: 0.9 }), null],
  ["close to the floor", load([worker(0.5)], { floor: floor(12_000) }), "floor"],
  ["far from the floor", load([worker(0.5)], { floor: floor(13_000) }), null],
  ["a floor is a worker's", load([worker(0.5), worker(0.5)], { floor: floor(12_000) }), null],
  [
    "busy polling close to the floor",
    load([worker(1)], { waitsBusily: true, floor: floor(10_000) }),
    "floor",
  ],
  ["too short to tell", load([worker(0.99)], { elapsedNs: 0.09 * SECOND }), null],
  ["nobody measured", load([]), null],
];

describe("limits of the load generator", () => {
  test.each(CASES)("%s", (_, given, by) => {
    expect(clientBound(given)?.by ?? null).toBe(by);
  });

  test("reports numbers and a remedy", () => {
    expect(clientBound(load(many(2, worker(0.97)), { cores: 2 }))).toEqual({
      by: "processor",
      reason: "the load generator used 2.0 of 2 cores: the CPU, not the storage, was the limit",
      advice:
        "use a host with more cores, larger blocks, or `cache: direct` to bypass the page cache",
    });
    const direct = clientBound(load(many(2, worker(0.97)), { cores: 2, isDirect: true }));
    expect(direct?.advice).toBe("use a host with more cores, or larger blocks");
    expect(clientBound(load([worker(0.93)], { engine: "s3-sdk" }))).toEqual({
      by: "threads",
      reason:
        "its only worker was busy 93% of the time (1.0 of 8 cores in use): the CPU, not the " +
        "storage, was the limit",
      advice:
        "use more workers, larger requests, or `engine: s3-wire`, which takes a tenth of the " +
        "CPU time",
    });
    expect(clientBound(load([worker(0.5)], { floor: floor(11_000) }))?.reason).toBe(
      "each worker reached 91% of the client limit of `sync` on this host: the load generator, " +
        "not the storage, was the limit",
    );
  });

  test("workers that wait for their device most of the time never are the limit", () => {
    const waiting = fc
      .tuple(
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        fc.double({ min: 0, max: 0.3, noNaN: true }),
      )
      .map(([busy, waited]) => worker(busy, waited));
    fc.assert(
      fc.property(fc.array(waiting, { minLength: 1, maxLength: 12 }), (workers) => {
        expect(clientBound(load(workers))).toBeNull();
      }),
    );
  });

  test("what is busier stays bound", () => {
    const busy = fc.double({ min: 0.86, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(busy, { minLength: 1, maxLength: 20 }), (shares) => {
        expect(clientBound(load(shares.map((share) => worker(share))))).not.toBeNull();
      }),
    );
  });
});
