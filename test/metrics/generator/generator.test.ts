import { describe, expect, test } from "vitest";
import { loadGeneratorWarnings } from "../../../src/metrics/generator/generator.ts";
import type { HarnessRecord } from "../../../src/model/run/harness.ts";

type Worker = HarnessRecord["workers"][number];

/** A worker of ten seconds that waited so often for a processor, so long each time. */
function worker(busy: number, turns: number, waitNs: number): Worker {
  return {
    worker: 0,
    watchedNs: 10e9,
    cpuUserNs: busy * 10e9,
    cpuSystemNs: 0,
    processorWaitNs: turns * waitNs,
    processorTurns: turns,
    collections: { count: 0, totalNs: 0, longestNs: 0 },
    loopDelayLongestNs: null,
  };
}

const CLEAN: HarnessRecord = {
  watchedNs: 10e9,
  pauses: { count: 0, totalNs: 0, longestNs: 0, list: [] },
  workers: [worker(0.3, 1000, 8000)],
  stealShare: 0.001,
  involuntarySwitches: 3,
  cores: 8,
  floor: null,
  bound: null,
};

function codes(more: Partial<HarnessRecord>): readonly string[] {
  return loadGeneratorWarnings({ ...CLEAN, ...more }).map(({ code }) => code);
}

function messageOf(more: Partial<HarnessRecord>): string {
  return loadGeneratorWarnings({ ...CLEAN, ...more })[0]?.message ?? "";
}

const STOPPED = { atNs: 3.1e9, lengthNs: 2e9, readyShare: 0 };

describe("warnings about the load generator", () => {
  test("has none if nothing disturbed it", () => {
    expect(loadGeneratorWarnings(CLEAN)).toEqual([]);
    expect(codes({ pauses: null, stealShare: null })).toEqual([]);
  });

  test("reports a pause with its length, start and cause", () => {
    const pauses = { count: 1, totalNs: 2e9, longestNs: 2e9, list: [STOPPED] };
    expect(loadGeneratorWarnings({ ...CLEAN, pauses })).toEqual([
      {
        code: "own-pause",
        message:
          "The load generator was not scheduled for 2.00 s (1 pause, first after 3.10 s): the " +
          "process or the host was stopped. Rates and tail latencies are unreliable. Stop other " +
          "programs and run again.",
        event: { name: "Load generator pauses", value: 2e9, unit: "ns" },
      },
    ]);
    const starved = { ...STOPPED, lengthNs: 60e6, readyShare: 0.9 };
    const short = { count: 2, totalNs: 0.12e9, longestNs: 60e6, list: [starved, starved] };
    expect(messageOf({ pauses: short })).toContain(
      "for 120 ms (2 pauses, longest 60 ms, first after 3.10 s): no CPU was free.",
    );
    // The cause of most of the lost time counts.
    const both = { count: 3, totalNs: 2.12e9, longestNs: 2e9, list: [STOPPED, starved, starved] };
    expect(messageOf({ pauses: both })).toContain("the process or the host was stopped");
  });

  test.each<[string, readonly Worker[], boolean]>([
    ["thousands of wake-ups of ten microseconds are I/O", [worker(0.3, 80_000, 10_000)], false],
    ["turns of milliseconds are others'", [worker(0.5, 1000, 3e6)], true],
    ["a few of them are not worth a word", [worker(0.9, 100, 3e6)], false],
    ["one of two is starved", [worker(0.9, 10, 1e6), worker(0.3, 2000, 3e6)], true],
  ])("%s", (_, workers, starved) => {
    expect(codes({ workers })).toEqual(starved ? ["starved"] : []);
  });
});

describe("waits and stops by their share of the time", () => {
  test.each<[string, number | null, Worker, boolean]>([
    ["no CPU was idle: each wait was for one", 0.02, worker(0.2, 70_000, 81e3), true],
    ["the same waits where it is not known", null, worker(0.2, 70_000, 81e3), false],
    ["waits of 81 µs with CPUs idle in part", 0.3, worker(0.2, 70_000, 81e3), true],
    ["waking of an idle machine, 10 µs", 0.7, worker(0.2, 80_000, 10e3), false],
    ["slow waking of an idle machine, 100 µs", 0.7, worker(0.2, 8000, 100e3), false],
    ["waking of a half idle machine, 11 µs", 0.3, worker(0.2, 80_000, 11e3), false],
    ["waits that take no time", 0, worker(0.9, 1000, 10e3), false],
  ])("%s (idle %s)", (_, idleShare, one, starved) => {
    expect(codes({ workers: [one], idleShare })).toEqual(starved ? ["starved"] : []);
  });

  test("one starved worker is not hidden by another that wakes often", () => {
    const workers = [worker(0.3, 900_000, 4e3), worker(0.3, 1000, 4e6)];
    expect(codes({ workers, idleShare: 0.6 })).toEqual(["starved"]);
  });
});

describe("pauses of the whole process", () => {
  test("reports short pauses by their sum", () => {
    const of = (count: number, totalNs: number) => ({
      pauses: { count: 0, totalNs: 0, longestNs: 0, list: [], short: { count, totalNs } },
    });
    expect(codes(of(50, 2e9))).toEqual(["own-pause"]);
    expect(messageOf(of(50, 2e9))).toContain(
      "about 2.00 s of 10.0 s in pauses of up to 50 ms (50 observed)",
    );
    expect(codes(of(5, 0.19e9))).toEqual([]);
    // In a short phase one look is a share of its own.
    expect(codes({ ...of(1, 20e6), watchedNs: 0.5e9 })).toEqual([]);
  });

  test("a CPU quota, by the share of time that it stopped a worker", () => {
    const of = (throttledNs: number) => ({
      throttling: { periods: 100, throttledPeriods: 43, throttledNs },
    });
    expect(codes(of(3e9))).toEqual(["cpu-throttled"]);
    expect(messageOf(of(3e9))).toContain("in 43 of 100 periods, 30% of the time");
    expect(codes(of(0.1e9))).toEqual([]);
    // Two workers on two CPUs are stopped at the same time.
    const two = [worker(0.3, 1000, 8000), worker(0.3, 1000, 8000)];
    expect(messageOf({ ...of(3e9), workers: two })).toContain("15% of the time");
  });

  test("steal is a share of the CPU time that was asked for", () => {
    expect(codes({ stealShare: 0.01, idleShare: 0.8 })).toEqual(["steal"]);
    expect(codes({ stealShare: 0.01, idleShare: 0.1 })).toEqual([]);
    // A single tick of 10 ms.
    expect(codes({ stealShare: 0.05, idleShare: 0.5, watchedNs: 100e6, cores: 2 })).toEqual([]);
  });
});

describe("other warnings about the load generator", () => {
  test("distinguishes threads that share cores from other programs", () => {
    const crowd = Array.from({ length: 64 }, () => worker(0.124, 3000, 2.9e6));
    expect(messageOf({ workers: crowd })).toContain("64 threads share 8 cores");
    expect(messageOf({ workers: [worker(0.4, 1000, 5e6)] })).toContain("other programs");
  });

  test("reports CPU steal from 2%", () => {
    expect(codes({ stealShare: 0.019 })).toEqual([]);
    expect(codes({ stealShare: 0.02 })).toEqual(["steal"]);
    // Ticks of 10 ms: in a phase of 50 ms one of them would be a fifth.
    expect(codes({ stealShare: 0.2, watchedNs: 50e6 })).toEqual([]);
  });

  test("reports the limit of the load generator with a remedy", () => {
    const bound = { by: "threads", reason: "it was busy", advice: "use more workers" } as const;
    expect(loadGeneratorWarnings({ ...CLEAN, bound })).toEqual([
      {
        code: "client-bound",
        message: "It was busy. The storage may sustain more. Use more workers.",
        event: { name: "Client-bound rate" },
      },
    ]);
  });
});
