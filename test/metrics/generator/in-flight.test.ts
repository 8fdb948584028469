import { describe, expect, test } from "vitest";
import {
  depthWarning,
  type InFlightInput,
  inFlightOf,
  withStorage,
} from "../../../src/metrics/generator/in-flight.ts";
import type { OwnTime } from "../../../src/model/run/harness.ts";
import type { Summary } from "../../../src/model/run/run.ts";
import { phasePlan } from "../../load/support.ts";
import { summary } from "../../report/fixture.ts";

const SECOND = 1e9;
/** `summary` puts the mean at 1.15 times the median: 4 ms. */
const P50_NS = 4e6 / 1.15;
const DURATION = { kind: "duration", durationNs: 10 * SECOND } as const;

/** 10 s of one thread, of which it waited a share for a CPU, in turns of 1 ms. */
function thread(waitedShare: number): OwnTime {
  return {
    watchedNs: 10 * SECOND,
    cpuUserNs: 0.1 * SECOND,
    cpuSystemNs: 0,
    processorWaitNs: waitedShare * 10 * SECOND,
    processorTurns: waitedShare * 10_000,
    collections: { count: 0, totalNs: 0, longestNs: 0 },
    loopDelayLongestNs: null,
  };
}

/** What was in flight at the end, of 4 ms each. */
function tailOf(count: number, ns = 4e6, unfinished = 0) {
  const drainedMostNs = (count - unfinished) * ns;
  return { count, totalNs: count * ns, unfinished, drainedMostNs, drainNs: 10 * SECOND };
}

/** 32 operations of 4 ms in flight for 10 s, by one thread with a ring. */
function input(changes: Partial<InFlightInput> = {}, rate = 8000): InFlightInput {
  return {
    phase: phasePlan({ limit: DURATION }),
    threads: 1,
    depth: 32,
    elapsedNs: [10 * SECOND],
    beginsInFlight: false,
    summary: summary("all", rate, 4096, P50_NS, { operations: rate * 10, drained: 32 }),
    tail: tailOf(32),
    threadPerOperation: false,
    own: [thread(0)],
    kernelThreads: null,
    idleShare: 0.05,
    ...changes,
  };
}

const THREADS = { threads: 32, depth: 1, elapsedNs: Array(32).fill(10 * SECOND) } as const;
const RATE = {
  arrivals: "fixed",
  steps: [{ fromPerSecond: 4000, toPerSecond: 4000, durationNs: null }],
  mostBacklog: 1000,
} as const;
const CREATE = [{ operation: "create", weight: 1 }] as const;
const WRITE = [{ operation: "write", weight: 1 }] as const;
const FSYNC = { call: "fsync", every: 1, directory: false } as const;

function codeOf(given: InFlightInput): string | null {
  return depthWarning(inFlightOf(given))?.code ?? null;
}

describe("operations in flight", () => {
  test("are rate × mean service time", () => {
    const found = inFlightOf(input());
    expect(found).toMatchObject({ planned: 32, waitingForCpu: null });
    expect(found?.reached).toBeCloseTo(32, 1);
    expect(inFlightOf(input({}, 4000))?.reached).toBeCloseTo(16, 1);
  });

  test("of a thread per operation are without those that wait for a CPU", () => {
    const found = inFlightOf(
      input({ ...THREADS, threadPerOperation: true, own: Array(32).fill(thread(0.25)) }),
    );
    expect(found?.waitingForCpu).toBeCloseTo(8, 5);
    expect(found === null ? null : withStorage(found)).toBeCloseTo(24, 1);
  });

  test("of a ring are without those whose kernel thread waits for a CPU", () => {
    const kernelThreads = { count: 32, cpuNs: SECOND, waitNs: 160 * SECOND, turns: 100_000 };
    expect(inFlightOf(input({ kernelThreads }))?.waitingForCpu).toBeCloseTo(16, 5);
    // Woken on idle CPUs, which takes microseconds and is part of any I/O.
    const woken = { ...kernelThreads, turns: 10_000_000 };
    expect(inFlightOf(input({ kernelThreads: woken, idleShare: 0.8 }))?.waitingForCpu).toBe(0);
  });

  test("of a pool are at most its threads, however long the others wait for one", () => {
    const kernelThreads = { count: 20, cpuNs: SECOND, waitNs: 0, turns: 100_000 };
    const found = inFlightOf(input({ kernelThreads, poolThreads: 20 }));
    expect(found).toEqual({ planned: 32, reached: 20, waitingForCpu: 0, poolThreads: 20 });
    expect(depthWarning(found)?.message).toMatch(
      /^Of 32 planned .*, 20 were with the storage on average; 12 waited for one of the 20 threads/,
    );
    // Also where Little's law gives no figure, but not in an open loop.
    const checked = { phase: phasePlan({ verify: true }), poolThreads: 20 };
    expect(inFlightOf(input(checked))?.reached).toBe(20);
    const open = { phase: phasePlan({ limit: DURATION, rate: RATE }), poolThreads: 20 };
    expect(inFlightOf(input(open))).toBeNull();
    expect(inFlightOf(input({ poolThreads: 32 }))).not.toHaveProperty("poolThreads");
  });

  test("count the time of each thread until its own work is done", () => {
    // Half of the threads had half of the work: nothing was in flight on them afterwards.
    const elapsedNs = Array.from({ length: 32 }, (_, i) => (i % 2 === 0 ? 10 : 5) * SECOND);
    const given = {
      ...THREADS,
      elapsedNs,
      phase: phasePlan({ limit: { kind: "epochs", epochs: 1 } }),
    };
    const half = summary("all", 6000, 4096, P50_NS, { operations: 60_000, drained: 0 });
    const tail = tailOf(0);
    expect(inFlightOf(input({ ...given, summary: half, tail }))?.reached).toBeCloseTo(32, 5);
  });
});

describe("operations that outlast the phase", () => {
  /** So many seconds of each slot's 10 with operations that completed inside. */
  const seconds = (each: number, changes: Partial<Summary> = {}) => {
    const operations = (each * 32) / 0.004;
    const base = summary("all", operations / 10, 4096, P50_NS, { operations, ...changes });
    return (tail: ReturnType<typeof tailOf>) => {
      const { latency } = base;
      if (latency === null) throw new Error("a summary has a latency");
      const count = operations + tail.count;
      const meanNs = (operations * 4e6 + tail.totalNs) / count;
      return { tail, summary: { ...base, latency: { ...latency, count, meanNs } } };
    };
  };

  test("that never complete count until the end of the phase, not of the drain", () => {
    // Each slot hung after 8 s: aged 2 s when the phase ended, 12 s when the drain did.
    const hung = { errors: 32, unfinished: 32, drained: 0 };
    expect(inFlightOf(input(seconds(8, hung)(tailOf(32, 12 * SECOND, 32))))?.reached).toBeCloseTo(
      32,
    );
    const idle = input(seconds(4, hung)(tailOf(32, 12 * SECOND, 32)));
    expect(inFlightOf(idle)?.reached).toBeCloseTo(19.2);
    expect(codeOf(idle)).toBe("depth-not-reached");
  });

  test("that never complete beside others that still do", () => {
    // Half of the slots hung after 4 s, the others went on.
    const hung = { errors: 16, unfinished: 16, drained: 16 };
    const short = 16 * 4e6;
    const tail = { ...tailOf(32, 0, 16), totalNs: short + 16 * 16 * SECOND, drainedMostNs: short };
    expect(inFlightOf(input(seconds(7, hung)(tail)))?.reached).toBeCloseTo(32);
    expect(inFlightOf(input(seconds(5, hung)(tail)))?.reached).toBeCloseTo(25.6);
  });

  test("are no figure where it depends on when they were issued", () => {
    const stalled = seconds(8, { drained: 32 })(tailOf(32, 6 * SECOND));
    expect(inFlightOf(input(stalled))).toBeNull();
    expect(inFlightOf(input({ ...stalled, beginsInFlight: true }))).toBeNull();
  });

  test("leave a bound where not even that reaches the depth", () => {
    const idle = input(seconds(4, { drained: 32 })(tailOf(32, 3 * SECOND)));
    expect(inFlightOf(idle)?.reached).toBeCloseTo(22.4);
    expect(codeOf(idle)).toBe("depth-not-reached");
  });

  test("never make it more than planned", () => {
    expect(inFlightOf(input(seconds(10.2)(tailOf(0))))?.reached).toBe(32);
    expect(inFlightOf(input(seconds(12)(tailOf(0))))).toBeNull();
  });
});

describe("a warning that the depth was not reached", () => {
  test.each<readonly [string, InFlightInput, string | null]>([
    ["comes where half were in flight", input({}, 4000), "depth-not-reached"],
    ["comes below 90%", input({}, 7100), "depth-not-reached"],
    ["does not come above", input({}, 7300), null],
    [
      "comes where threads waited for a CPU",
      input({ ...THREADS, threadPerOperation: true, own: Array(32).fill(thread(0.2)) }),
      "depth-not-reached",
    ],
    [
      "does not come in an open loop",
      input({ phase: phasePlan({ limit: DURATION, rate: RATE }) }, 4000),
      null,
    ],
    [
      "does not come where blocks are checked",
      input({ phase: phasePlan({ verify: true }) }, 4000),
      null,
    ],
    [
      "does not come where writes wait for a sync",
      input({ phase: phasePlan({ limit: DURATION, mix: WRITE, sync: FSYNC }) }, 4000),
      null,
    ],
    [
      "comes where a create holds its sync",
      input({ phase: phasePlan({ limit: DURATION, mix: CREATE, sync: FSYNC }) }, 4000),
      "depth-not-reached",
    ],
    [
      "does not come with failures, which have no service time",
      input({
        summary: summary("all", 4000, 4096, P50_NS, {
          operations: 40_000,
          errors: 900,
          drained: 32,
        }),
      }),
      null,
    ],
    [
      "does not come where the phase held a few rounds",
      input({ summary: summary("all", 20, 4096, 400e6, { operations: 200, drained: 32 }) }),
      null,
    ],
  ])("%s", (_, given, code) => {
    expect(codeOf(given)).toBe(code);
  });

  test("names numbers, effect and remedy", () => {
    const message = depthWarning({ planned: 256, reached: 200, waitingForCpu: 82 })?.message;
    expect(message).toBe(
      "Of 256 planned operations in flight, 118 were with the storage on average; 82 waited for " +
        "a CPU of this host, and 56 were not yet issued by the load generator. The rate is that " +
        "of fewer operations in flight and limited by the load generator. Use fewer workers, a " +
        "lower queueDepth, or a host with more free cores.",
    );
  });
});
