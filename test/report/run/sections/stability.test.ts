import { expect, test } from "vitest";
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
