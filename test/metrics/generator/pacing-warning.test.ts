import { expect, test } from "vitest";
import { pacingWarning } from "../../../src/metrics/generator/generator.ts";
import type { OpenLoop } from "../../../src/model/run/run.ts";
import { latency } from "../../report/fixture.ts";

/** Latencies with this p99, of as many operations. */
function p99(ns: number, count = 1000) {
  return { ...latency(ns / 10, count), p99Ns: ns };
}

function openLoop(pacing: OpenLoop["pacing"]): OpenLoop {
  const counts = { late: 0, dropped: 0, unissued: 0, backlogMost: 0, backlogAtEnd: 0 };
  return { offered: 1000, offeredPerSecond: 100, ...counts, pacing };
}

test.each([
  [0.09e6, 1e6, []],
  [0.1e6, 1e6, ["pacing-error"]],
  [4e6, 5e6, ["pacing-error"]],
])("a pacing error of %d ns beside a response of %d ns", (pacingNs, responseNs, codes) => {
  const found = pacingWarning(openLoop(p99(pacingNs)), { response: p99(responseNs) });
  expect(found.map(({ code }) => code)).toEqual(codes);
});

test("nothing is said in a closed loop, or of too few operations for a p99", () => {
  expect(pacingWarning(null, { response: null })).toEqual([]);
  expect(pacingWarning(openLoop(null), { response: p99(1e6) })).toEqual([]);
  expect(pacingWarning(openLoop(p99(1e6, 99)), { response: p99(1e6, 99) })).toEqual([]);
});
