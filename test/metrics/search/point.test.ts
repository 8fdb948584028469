import { describe, expect, it } from "vitest";
import { answerOf, searchBest, searchPoint } from "../../../src/metrics/search/point.ts";
import type { FindPlan, SearchPoint } from "../../../src/model/plan/search.ts";
import type { OpenLoop, PhaseResult, Summary } from "../../../src/model/run/run.ts";
import { latency, phasePlan, result, summary } from "../../report/fixture.ts";
import { thresholds } from "../../report/thresholds.ts";
import { findPlan } from "./find-plan.ts";

function find(...slo: string[]) {
  return findPlan({ slo: thresholds(slo) });
}

/** Ten seconds at 1000/s, with a p99 of 10 ms unless a summary says otherwise. */
function measured(more: Partial<Summary> = {}, open: Partial<OpenLoop> = {}): PhaseResult {
  const all = summary("all", 1000, 4096, 1e6, { response: latency(2.5e6), ...more });
  const openLoop: OpenLoop = {
    ...{ offered: 10_000, offeredPerSecond: 1000, late: 0, dropped: 0, unissued: 0 },
    ...{ backlogMost: 3, backlogAtEnd: 0, pacing: null },
    ...open,
  };
  return result(phasePlan("read[rate=1000/s]"), [all], { openLoop });
}

const at = { value: 1000, role: "bracket" } as const;
const missed = (plan: FindPlan, of: PhaseResult) =>
  searchPoint(plan, at, of).misses.map(({ kind }) => kind);

describe("a point of a search", () => {
  it("is met where each part of the objective is", () => {
    expect(missed(find("response.p99 < 11ms", "p50 < 3ms"), measured())).toEqual([]);
    expect(missed(find("response.p99 < 11ms", "p50 < 2ms"), measured())).toEqual(["objective"]);
    expect(missed(find("response.p99 < 10ms"), measured())).toEqual(["objective"]);
    expect(missed(find("response.p99 < 11ms"), measured({ response: null }))).toEqual([
      "objective",
    ]);
  });

  it("is not met by a load that failed, was dropped or never issued", () => {
    const plan = find("p99 < 1s");
    expect(missed(plan, measured({ errors: 1 }))).toEqual(["errors"]);
    expect(missed(plan, measured({}, { dropped: 1 }))).toEqual(["dropped"]);
    expect(missed(plan, measured({}, { unissued: 1 }))).toEqual(["unissued"]);
    expect(missed(find("p99 < 1s", "error_rate < 1%"), measured({ errors: 1 }))).toEqual([]);
    const strict = find("p99 < 1s", "errors == 0");
    expect(missed(strict, measured({ errors: 1 }))).toEqual(["objective"]);
    for (const one of [plan, strict]) {
      expect(answerOf(one, searchPoint(one, at, measured({ errors: 1 })))).toEqual({
        met: false,
        fatal: true,
      });
    }
    expect(answerOf(plan, searchPoint(plan, at, measured({}, { dropped: 1 })))).toEqual({
      met: false,
      fatal: false,
    });
  });

  it("is not met where the backlog grew, and is where as many are always on their way", () => {
    const plan = find("p99 < 1h");
    // Offered 1100/s, carried 1000/s for 10 s: the wait grows to 1 s, 0.5 s on average.
    const grown = measured(
      { response: { ...latency(5e8), meanNs: 5e8 } },
      { offered: 11_000, offeredPerSecond: 1100 },
    );
    expect(missed(plan, grown)).toEqual(["behind"]);
    // 500 of 10,500 are on their way at the end, as at any moment: 1000/s x 0.5 s.
    const steady = measured(
      { response: { ...latency(5e8), meanNs: 5e8 } },
      { offered: 10_500, offeredPerSecond: 1050 },
    );
    expect(missed(plan, steady)).toEqual([]);
    // Less than the precision of the search.
    const near = measured({}, { offered: 10_150, offeredPerSecond: 1015 });
    expect(missed(plan, near)).toEqual([]);
  });
});

describe("a point of a search by rate", () => {
  it("compares what piles up, with chance added, with the precision", () => {
    const plan = find("p99 < 1h");
    const pointOf = (operations: number, chance: number, repetitions = 6) => {
      const backlog = { operations, chance, offered: 10_000 };
      const even = { warmup: null, steady: null, trend: null, change: null, done: null };
      const stability = { ...even, backlog };
      return missed({ ...plan, repetitions }, { ...measured(), stability });
    };
    expect(pointOf(0, 0)).toEqual([]);
    expect(pointOf(150, 40)).toEqual(["behind"]);
    expect(pointOf(150, 160)).toEqual(["too-short"]);
    expect(pointOf(30, 10)).toEqual([]);
    expect(pointOf(-300, 100)).toEqual([]);
    // A single repetition confirms nothing: it has to be surer.
    expect(pointOf(40, 110)).toEqual([]);
    expect(pointOf(40, 110, 1)).toEqual(["too-short"]);
  });

  it("is too short where no backlog was watched, for the end point alone", () => {
    const even = { warmup: null, steady: null, trend: null, change: null, done: null };
    const plan = find("p99 < 1h");
    const blind = { ...measured(), stability: { ...even, backlog: null } };
    for (const [role, met] of [
      ["bracket", true],
      ["repeat", false],
    ] as const) {
      const point = searchPoint(plan, { value: 1000, role }, blind);
      expect(point.misses).toMatchObject([{ kind: "too-short", neededNs: 10e9 }]);
      expect(answerOf(plan, point)).toEqual({ met, fatal: false });
    }
  });

  it("is held against nothing in the closed loop of a search by rate", () => {
    const {
      met,
      misses,
      measured: values,
    } = searchPoint(find("p99 < 1ns"), { value: null, role: "capacity" }, measured());
    expect([met, misses, values]).toEqual([null, [], []]);
  });
});

describe("the end point", () => {
  const plan = find("response.p99 < 11ms");
  const points = (p50s: readonly number[]): readonly SearchPoint[] =>
    p50s.map((p50Ns) =>
      searchPoint(plan, { value: 1000, role: "repeat" }, measured({ response: latency(p50Ns) })),
    );

  it("has the median of its repetitions, and an interval from six on", () => {
    const six = [2.1e6, 2.5e6, 2.4e6, 2.2e6, 2.6e6, 2.3e6];
    const best = searchBest(plan, [...points(six), searchPoint(plan, at, measured())], 1000);
    expect(best).toMatchObject({ value: 1000, repetitions: 6, met: 6, achievedPerSecond: 1000 });
    const [measure] = best?.measures ?? [];
    expect(measure?.median).toBeCloseTo(2.35e6 * 4, 3);
    expect(measure?.interval).toEqual({ low: 8.4e6, high: 10.4e6, confidence: 0.96875 });
    expect(searchBest(plan, points(six.slice(1)), 1000)?.measures[0]?.interval).toBeNull();
    expect(searchBest(plan, points(six), null)).toBeNull();
  });
});
