import { expect, test } from "vitest";
import { caveatKindsOf } from "../../../src/report/guide/caveats.ts";
import { phasePlan, plan, result, run, summary, VOLUME } from "../fixture.ts";

test.each([
  ["p99.9 alone", 500, false],
  ["the p99, which the guide shows", 50, true],
])("marks a value as few if the sample lacks %s", (_, operations, isFew) => {
  const phase = phasePlan("read");
  const summaries = [summary("all", operations / 10, 4096, 1e6)];
  const one = result(phase, summaries, { elapsedNs: 10e9, warnings: [] });
  const stored = run("run", VOLUME, plan("reads", [phase]), [one]);
  expect(caveatKindsOf(stored, one).includes("few")).toBe(isFew);
});
