import { expect, test } from "vitest";
import { ratesBySecond, shareOfSeconds } from "../../../src/claim/evidence/seconds.ts";
import type { OwnPause } from "../../../src/model/run/harness.ts";
import type { PhaseResult } from "../../../src/model/run/run.ts";
import { phasePlan, plan, result, run } from "../../report/fixture.ts";
import { HARNESS } from "../../truth/made-storage.ts";
import { TARGET } from "../example.ts";

function line(widthNs: number, operations: readonly number[]) {
  return {
    widthsNs: Float64Array.from(operations, () => widthNs),
    operations: Float64Array.from(operations),
    bytes: Float64Array.from(operations, (count) => count * 4096),
    latencies: {},
  };
}

const ratesOf = (...asked: Parameters<typeof ratesBySecond>) =>
  ratesBySecond(...asked)?.map(({ rate }) => rate);

test("joins tenths of a second to seconds; the rest at the end is none", () => {
  const tenths = Array.from({ length: 25 }, (_, at) => (at < 10 ? 10 : 20));
  expect(ratesOf(line(1e8, tenths), "operations")).toEqual([100, 200]);
  expect(ratesOf(line(1e9, [5, 7]), "bytes")).toEqual([5 * 4096, 7 * 4096]);
});

/** Share of seconds with at least 90/s in one phase. */
function shareIn(widthNs: number, operations: readonly number[], more: Partial<PhaseResult> = {}) {
  const one = { ...result(phasePlan("read"), []), ...more };
  const made = run("made", TARGET, plan("made", [one.phase]), [one]);
  const repetitions = [{ run: made, result: one, touch: "again" }] as const;
  return shareOfSeconds(repetitions, "operations", 90, () => line(widthNs, operations));
}

test("takes no second from intervals of several: one slow one would not show", () => {
  const absent = expect.stringContaining("`interval: 1s`");
  for (const widthNs of [2e9, 3e9, 1e10, 6e10]) {
    const perInterval = Array.from({ length: 200 }, () => widthNs / 1e7);
    expect(shareIn(widthNs, perInterval)).toEqual({ absent });
  }
  expect(
    shareIn(
      1e9,
      Array.from({ length: 200 }, () => 100),
    ),
  ).toHaveProperty("measured");
});

test("leaves open whose fault a slow second with a pause of the load generator is", () => {
  const operations = Array.from({ length: 600 }, (_, at) => (at % 30 === 0 ? 10 : 100));
  const pauseAt = (second: number): OwnPause => ({
    ...{ atNs: second * 1e9 + 2e8, lengthNs: 6e8, readyShare: null },
  });
  const measured = (list: readonly OwnPause[]) => {
    const pauses = { count: list.length, totalNs: 0, longestNs: 0, list };
    const found = shareIn(1e9, operations, { harness: { ...HARNESS, pauses } });
    return "measured" in found ? found.measured : expect.fail(found.absent);
  };
  const blamed = measured([]);
  const excused = measured([60, 150, 300, 420].map(pauseAt));
  expect(blamed.value).toBe(580 / 600);
  expect(excused.value).toBe(580 / 596);
  expect(excused.how).toContain("4 slow ones with a pause of the load generator");
  expect(excused.low).toBe(blamed.low);
  expect(excused.high).toBeGreaterThan(blamed.high ?? 1);
  // A pause while which the rate was kept all the same changes nothing.
  expect(measured([pauseAt(50)])).toMatchObject({ value: blamed.value, high: blamed.high });
});

test("counts pauses from the start of measuring, also where a warm-up is left out", () => {
  const operations = Array.from({ length: 60 }, (_, at) => (at === 10 ? 10 : 100));
  const list = [{ atNs: 25.5e9, lengthNs: 1e8, readyShare: null }];
  const harness = { ...HARNESS, pauses: { count: 1, totalNs: 0, longestNs: 0, list } };
  const valueAfter = (leftOutNs: number) => {
    const warmup = { leftOutNs, found: true };
    const stability = { warmup, steady: null, trend: null, change: null, done: null };
    const found = shareIn(1e9, operations, { harness, stability });
    return "measured" in found ? found.measured.value : Number.NaN;
  };
  expect(valueAfter(15e9)).toBe(1);
  expect(valueAfter(0)).toBe(59 / 60);
});
