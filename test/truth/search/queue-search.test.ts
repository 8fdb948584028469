// @module-tag system
import { describe, expect, test } from "vitest";
import { trialsOf } from "../../../src/metrics/search/search.ts";
import { longestNs } from "../../../src/model/plan/plan.ts";
import type { FindPlan, SearchResult } from "../../../src/model/plan/search.ts";
import { Random } from "../../../src/model/random/random.ts";
import { runSearch } from "../../../src/run/search.ts";
import { LONG } from "../../draws.ts";
import { phasePlan, VOLUME } from "../../report/fixture.ts";
import { thresholds } from "../../report/thresholds.ts";
import { type Queue, queuePoint } from "./queue-points.ts";

/** Of 40 draws the share that falls short varies by chance: the long form draws 200 at random. */
const SEED = Number(process.env.ASSAY_SEED ?? (LONG ? Date.now() % 1e6 : 1));
const DRAWS = LONG ? 200 : 40;
/** Operations of a point at capacity: what a case may cost. */
const MAX_OPERATIONS = LONG ? 30_000 : 20_000;

interface Case {
  readonly queue: Queue;
  readonly find: FindPlan;
  readonly seconds: number;
}

/** A number from one to the other, as often in each octave. */
function between(random: Random, low: number, high: number): number {
  return low * (high / low) ** random.unit();
}

function drawn(random: Random): Case {
  const capacity = Math.round(between(random, 500, 50_000));
  const most = Math.max(1, Math.min(30, MAX_OPERATIONS / capacity));
  const find: FindPlan = {
    // Loose: what ends the search is the backlog alone.
    slo: thresholds(["response.p99 < 1h"]),
    by: "rate",
    wants: "most",
    from: null,
    to: random.unit() < 0.5 ? null : Math.round(capacity * (1.02 + 2 * random.unit())),
    precisionShare: [0.01, 0.02, 0.05][random.below(3)] ?? 0.02,
    repetitions: [1, 3, 6][random.below(3)] ?? 6,
    arrivals: random.unit() < 0.5 ? "fixed" : "poisson",
    mostBacklog: 1e9,
  };
  const servers = Math.round(between(random, 1, 64));
  const service = random.unit() < 0.5 ? "fixed" : "exponential";
  const seconds = Math.round(10 * between(random, 1, most)) / 10;
  return { queue: { capacity, servers, service }, find, seconds };
}

/** Searches a queue by the search that `assay find` runs; phases are simulated. */
async function searched({ queue, find, seconds }: Case, random: Random): Promise<SearchResult> {
  const limit = { kind: "duration", durationNs: seconds * 1e9 } as const;
  let takenNs = 0;
  let last: SearchResult | null = null;
  const ended = await runSearch({
    target: VOLUME,
    phase: phasePlan("read", { limit, warmupNs: 0, find }),
    find,
    repetition: 1,
    measure: async (phase) => {
      takenNs += longestNs(phase.limit) ?? 0;
      return { result: queuePoint(queue, phase, random), end: null };
    },
    keep: (search) => {
      last = search;
    },
    evaluated: () => undefined,
  });
  expect(ended).toBeNull();
  // Longer points take no more time and requests than announced.
  expect(takenNs).toBeLessThanOrEqual(trialsOf(find).most * limit.durationNs * (1 + 1e-9));
  return last ?? expect.fail();
}

/** How a search came out: `over` is the value found as a multiple of the capacity, less 1. */
interface Row extends Case {
  readonly ended: SearchResult["ended"];
  readonly over: number | null;
  readonly points: number;
  readonly short: number;
}

describe(`a search for what a queue of known capacity sustains (ASSAY_SEED=${SEED})`, () => {
  test("does not exceed the capacity by more than its precision, nor falls far short", {
    timeout: 600_000,
  }, async () => {
    const random = new Random(SEED);
    const rows: Row[] = [];
    for (let draw = 0; draw < DRAWS; draw++) {
      const one = drawn(random);
      const { best, ended, points } = await searched(one, random);
      const over = best === null ? null : best.value / one.queue.capacity - 1;
      const short = points.filter(({ misses }) => misses.some((m) => m.kind === "too-short"));
      rows.push({ ...one, ended, over, short: short.length, points: points.length });
    }
    if (LONG) process.stdout.write(`${rows.map((row) => JSON.stringify(row)).join("\n")}\n`);
    const wrong = rows.filter(({ over, find }) => (over ?? 0) > find.precisionShare);
    const chance = 0.01 * DRAWS + 3 * Math.sqrt(0.01 * DRAWS);
    expect(wrong.length, JSON.stringify(wrong)).toBeLessThanOrEqual(chance);
    const low = rows.filter(({ over }) => over === null || over < -0.15);
    expect(low.length, JSON.stringify(low)).toBeLessThanOrEqual(0.15 * DRAWS);
  });
});
