import { describe, expect, test } from "vitest";
import type { Job } from "../../../src/cli/live/steps.ts";
import { CommandWork } from "../../../src/cli/live/work.ts";
import type { PhasePlan } from "../../../src/model/plan/plan.ts";
import { phasePlan } from "../../load/support.ts";
import { jobOf } from "./jobs.ts";

function timed(name: string, seconds: number, warmup = 0): PhasePlan {
  const limit = { kind: "duration", durationNs: seconds * 1e9 } as const;
  return phasePlan({ name, limit, warmupNs: warmup * 1e9 });
}

const MIB = 2 ** 20;

const COUNTED = phasePlan({ name: "counted", limit: { kind: "operations", operations: 100 } });

/** The work of a command, on a clock in seconds that the test sets. */
function workOf(jobs: readonly Job[], keepsData = false) {
  const clock = { seconds: 0 };
  const work = new CommandWork(jobs, keepsData, () => clock.seconds * 1000);
  const at = (seconds: number): CommandWork => {
    clock.seconds = seconds;
    return work;
  };
  return { work, at };
}

describe("the remaining time of phases", () => {
  test("adds durations, warm-ups and repetitions of all runs", () => {
    const job = jobOf({ phases: [timed("a", 10, 5), timed("b", 20)], repetitions: 2, files: 0 });
    const { work } = workOf([job, job, job]);
    // 3 x 2 x (5 + 10 + 20) s
    expect(work.remaining()).toEqual({ ms: 210_000, isLowerBound: false });
    expect(work.phases).toEqual({ at: 1, of: 12 });
    expect(work.runs).toEqual({ at: 1, of: 3 });
  });

  test("falls with the time that a phase has taken", () => {
    const job = jobOf({ phases: [timed("a", 10, 5), timed("b", 20)], files: 0 });
    const { work, at } = workOf([job]);
    work.begin(job.plan, job.target);
    work.measuring("a");
    expect(at(6).remaining().ms).toBe(29_000);
    at(15).finished();
    work.measuring("b");
    expect(at(16).remaining().ms).toBe(19_000);
    expect(work.phases).toEqual({ at: 2, of: 2 });
  });
});

describe("the remaining time of an estimated preparation", () => {
  test("counts data that runs share once, and its removal only at the last of them", () => {
    const job = jobOf({ phases: [timed("a", 10)], files: 100 });
    const first = { ...job, estimate: { prepareNs: 7e9 }, handsOverData: true };
    const last = { ...job, estimate: { prepareNs: 0 }, takesDataOf: "first" };
    expect(workOf([first, last]).work.remaining()).toEqual({ ms: 27_000, isLowerBound: false });
    const many = jobOf({ phases: [timed("a", 10)], files: 5000 });
    const handing = { ...many, estimate: { prepareNs: 0 }, handsOverData: true };
    expect(workOf([handing]).work.remaining().isLowerBound).toBe(false);
  });

  test("includes the estimate of a preparation before it begins", () => {
    const job = {
      ...jobOf({ phases: [timed("a", 10)], files: 100 }),
      estimate: { prepareNs: 7e9 },
    };
    const { work, at } = workOf([job, job]);
    expect(work.remaining()).toEqual({ ms: 34_000, isLowerBound: false });
    work.begin(job.plan, job.target);
    work.preparing("a", 0, 100 * 2 ** 20);
    // The measured rate replaces the estimate: 25 MiB in 5 s.
    at(5).preparing("a", 25 * 2 ** 20, 100 * 2 ** 20);
    expect(work.remaining().ms).toBe(15_000 + 10_000 + 20_000 + 10_000);
  });
});

describe("the remaining time of preparation and cleanup", () => {
  test("is a lower bound while a preparation has no rate, then includes it", () => {
    const job = jobOf({ phases: [timed("a", 10)], files: 100 });
    const { work, at } = workOf([job]);
    work.begin(job.plan, job.target);
    expect(work.remaining()).toEqual({ ms: 10_000, isLowerBound: true });
    work.preparing("a", 0, 100 * 2 ** 20);
    at(5).preparing("a", 25 * 2 ** 20, 100 * 2 ** 20);
    expect(work.remaining()).toEqual({ ms: 25_000, isLowerBound: false });
    at(20).measuring("a");
    expect(work.remaining()).toEqual({ ms: 10_000, isLowerBound: false });
  });

  test("counts the time in which the total of a preparation is unknown", () => {
    const job = jobOf({ phases: [timed("a", 10)], files: 100 });
    const { work, at } = workOf([job]);
    work.begin(job.plan, job.target);
    work.preparing("a", 2 ** 20, 0);
    expect(work.remaining()).toEqual({ ms: 10_000, isLowerBound: true });
    // 25 MiB in 5 s, not at once.
    at(5).preparing("a", 25 * 2 ** 20, 100 * 2 ** 20);
    expect(work.remaining()).toEqual({ ms: 25_000, isLowerBound: false });
  });

  test("expects a dataset of another run to be written at the same rate", () => {
    const [first, second] = [
      jobOf({ phases: [timed("a", 10)], files: 100 }),
      jobOf({ phases: [timed("b", 10)], files: 50 }),
    ];
    const { work, at } = workOf([first, second]);
    work.begin(first.plan, first.target);
    work.preparing("a", 0, 100 * 2 ** 20);
    at(4).preparing("a", 100 * 2 ** 20, 100 * 2 ** 20);
    work.measuring("a");
    // 10 s of load in each run, and 2 s for 50 MiB at 25 MiB/s.
    expect(work.remaining()).toEqual({ ms: 22_000, isLowerBound: false });
  });

  test("includes the cleanup of further runs as it was timed", () => {
    const job = jobOf({ phases: [timed("a", 10)], files: 5000 });
    const { work, at } = workOf([job, job]);
    work.begin(job.plan, job.target);
    work.preparing("a", 0, 5000 * 2 ** 20);
    at(50).preparing("a", 5000 * 2 ** 20, 5000 * 2 ** 20);
    work.measuring("a");
    // Two cleanups of many files are unknown.
    expect(work.remaining()).toEqual({ ms: 70_000, isLowerBound: true });
    at(60).finished();
    work.cleaning(0, 5000 * 2 ** 20);
    at(63).cleaning(2500 * 2 ** 20, 5000 * 2 ** 20);
    expect(work.remaining().ms).toBe(63_000);
    at(66).end();
    expect(work.remaining()).toEqual({ ms: 66_000, isLowerBound: false });
    expect(work.runs).toEqual({ at: 2, of: 2 });
  });

  test("expects no cleanup with kept data", () => {
    const job = jobOf({ phases: [timed("a", 10)], files: 5000 });
    const { work } = workOf([job], true);
    work.begin(job.plan, job.target);
    work.measuring("a");
    expect(work.remaining()).toEqual({ ms: 10_000, isLowerBound: false });
  });
});

describe("the remaining time of several datasets", () => {
  test("takes small objects by number and large ones by bytes, as in a bucket", () => {
    const job = jobOf({
      phases: [timed("small", 10), { ...timed("large", 10), dataset: "large" }],
    });
    const [data] = job.plan.datasets;
    if (data === undefined) throw new Error("no dataset");
    const small = { ...data, count: 900, size: { kind: "fixed", bytes: 16_384 } } as const;
    const size = { kind: "fixed", bytes: 64 * MIB } as const;
    const datasets = [small, { ...data, name: "large", count: 4, size }];
    const bucket = {
      ...job,
      plan: { ...job.plan, datasets },
      // 900 objects at 250 per second, and 256 MiB at 128 MiB/s
      estimate: { prepareNs: 5.6e9 },
      rates: { bytesPerSecond: 128 * MIB, filesPerSecond: 250 },
    };
    const { work, at } = workOf([bucket]);
    work.begin(bucket.plan, bucket.target);
    work.preparing("small", 0, 900 * 16_384);
    // 1.6 MB/s: at that rate the large objects would take 160 s.
    at(8).preparing("small", 720 * 16_384, 900 * 16_384);
    const left = work.remaining();
    expect(left.ms).toBeGreaterThan(2000 + 1900 + 20_000);
    expect(left.ms).toBeLessThan(2000 + 2200 + 20_000);
    expect(left.isLowerBound).toBe(false);
  });
});

describe("the remaining time of phases that a count ends", () => {
  test("extrapolates a phase that a count ends from its own progress", () => {
    const job = jobOf({ phases: [COUNTED], files: 0 });
    const { work, at } = workOf([job]);
    work.begin(job.plan, job.target);
    work.measuring("counted");
    expect(work.remaining()).toEqual({ ms: 0, isLowerBound: true });
    at(3).progress(0.25);
    expect(work.remaining()).toEqual({ ms: 9000, isLowerBound: false });
  });

  test("takes a phase that a count ends from its last repetition", () => {
    const job = jobOf({ phases: [COUNTED], repetitions: 3, files: 0 });
    const { work, at } = workOf([job]);
    work.begin(job.plan, job.target);
    for (const repetition of [1, 2]) {
      work.measuring("counted");
      at(7 * repetition).finished();
    }
    work.measuring("counted");
    expect(work.remaining()).toEqual({ ms: 7000, isLowerBound: false });
  });

  test("includes the usual overhead of a phase", () => {
    const job = jobOf({ phases: [timed("a", 10), timed("b", 10)], files: 0 });
    const { work, at } = workOf([job]);
    work.begin(job.plan, job.target);
    work.measuring("a");
    at(12).finished();
    // The load of 10 s took 12 s.
    expect(work.remaining().ms).toBe(12_000);
  });

  test("is nothing after the last run, and drops the phases of a failed one", () => {
    const job = jobOf({ phases: [timed("a", 10), timed("b", 10)], files: 0 });
    const { work, at } = workOf([job]);
    work.begin(job.plan, job.target);
    work.measuring("a");
    at(4).end();
    expect(work.remaining()).toEqual({ ms: 0, isLowerBound: false });
    expect(work.elapsedMs).toBe(4000);
  });
});

test("a search is one phase, however many points it has", () => {
  const find = {
    ...{ slo: [], by: "queueDepth", wants: "most", from: 1, to: 8, precisionShare: 0.02 },
    ...{ repetitions: 3, arrivals: "fixed", mostBacklog: 1000 },
  };
  const searched = { ...timed("read[blockSize=4KiB]", 10), find } as unknown as PhasePlan;
  const job = jobOf({ phases: [searched, timed("b", 10)], files: 0 });
  const { work, at } = workOf([job]);
  const before = work.remaining().ms;
  work.begin(job.plan, job.target);
  work.measuring("read[blockSize=4KiB,queueDepth=1]");
  at(10).finished();
  work.measuring("read[blockSize=4KiB,queueDepth=2]");
  expect(work.phases).toEqual({ at: 1, of: 2 });
  expect(work.remaining().ms).toBe(before - 10_000);
  at(20).finished();
  work.measuring("b");
  expect(work.phases).toEqual({ at: 2, of: 2 });
  expect(work.remaining().ms).toBe(10_000);
});
