import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Stability } from "../../../../src/model/run/stability.ts";
import { renderMarkdown } from "../../../../src/report/format/markdown.ts";
import { runReport } from "../../../../src/report/run/run.ts";
import { phasePlan, plan, result, run, summary, VOLUME } from "../../fixture.ts";

const EVEN: Stability = { warmup: null, steady: null, trend: null, change: null, done: null };

function reportOf(stability: Partial<Stability>): string {
  const phase = phasePlan("read");
  const one = result(phase, [summary("all", 1000, 4096, 1e6)]);
  const measured = { ...one, stability: { ...EVEN, ...stability } };
  return renderMarkdown(runReport(run("levels", VOLUME, plan("levels", [phase]), [measured])));
}

test("lists levels if the rate changed more than once", () => {
  const levels = [
    { fromNs: 0, perSecond: 3000 },
    { fromNs: 4e9, perSecond: 1500 },
    { fromNs: 8e9, perSecond: 300 },
  ];
  expect(reportOf({ levels })).toContain(
    "the rate changed more than once: 3,000/s, 1,500/s from 4 s, 300/s from 8 s",
  );
});

test("states that a change is in the excluded part", () => {
  const change = { atNs: 2e9, beforePerSecond: 3000, afterPerSecond: 300, p: 0.001 };
  const leftOut = "the change is in the excluded part";
  const warmup = { leftOutNs: 5e9, found: true };
  const steady = { reached: true, fromNs: 5e9, lengthNs: 5e9, rangeShare: 0, slopeShare: 0 };
  expect(reportOf({ change })).not.toContain(leftOut);
  expect(reportOf({ change, warmup })).toContain(leftOut);
  expect(reportOf({ change, steady })).toContain(leftOut);
  expect(reportOf({ change: { ...change, atNs: 7e9 }, warmup })).not.toContain(leftOut);
});

describe("a trend of the rate", () => {
  /** A significant one, with the rates at its ends; runs of older versions have no ends. */
  const trend = (changeShare: number, ends: object = {}) => ({
    trend: { changeShare, lowShare: changeShare * 1.5, highShare: changeShare * 0.5, ...ends },
  });

  test("shows the rates of the first and the last quarter", () => {
    expect(reportOf(trend(-1.484, { firstPerSecond: 1800, lastPerSecond: 120 }))).toContain(
      "the rate fell from 1,800/s in the first quarter to 120/s in the last: no steady state",
    );
    expect(reportOf(trend(-0.2, { firstPerSecond: 900, lastPerSecond: 950 }))).toContain(
      "the rate is uneven: 900/s in the first quarter, 950/s in the last",
    );
  });

  test("shows the ends of its line in an older run", () => {
    expect(reportOf(trend(0.5))).toContain("the line through it from 750/s to 1,250/s");
  });

  test("is never more than all of a rate, and no rate is below 0", () => {
    const share = fc.double({ min: -20, max: 20, noNaN: true });
    fc.assert(
      fc.property(share, (changeShare) => {
        const text = reportOf(trend(changeShare)).split("## Stability")[1]?.split("\n## ")[0] ?? "";
        expect(text).not.toMatch(/\d%|-\d|NaN|–\/s/);
      }),
      { numRuns: 50 },
    );
  });
});
