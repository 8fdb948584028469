import { expect, test } from "vitest";
import type { OpenLoop } from "../../../src/model/run/run.ts";
import { carriedRate } from "../../../src/run/phase/probe.ts";
import { phasePlan } from "../../load/support.ts";

const step = (from: number, to = from) => ({
  fromPerSecond: from,
  toPerSecond: to,
  durationNs: 5e9,
});
const rated = (...steps: readonly ReturnType<typeof step>[]) =>
  phasePlan({ rate: { arrivals: "fixed", steps, mostBacklog: 1000 } });
const open = (changes: Partial<OpenLoop> = {}): OpenLoop => ({
  offered: 1000,
  offeredPerSecond: 100,
  late: 0,
  dropped: 0,
  unissued: 0,
  backlogMost: 0,
  backlogAtEnd: 0,
  pacing: null,
  ...changes,
});

test.each<readonly [string, ReturnType<typeof rated>, Partial<OpenLoop>, boolean]>([
  ["all of it was issued in time", rated(step(100)), {}, true],
  ["what waited was issued", rated(step(100)), { late: 300, backlogMost: 100 }, true],
  ["no more waits than there are slots", rated(step(100)), { backlogAtEnd: 16 }, true],
  ["it fell behind", rated(step(100)), { backlogMost: 60, backlogAtEnd: 60 }, false],
  ["some was never issued", rated(step(100)), { unissued: 1 }, false],
  ["some was dropped", rated(step(100)), { dropped: 1 }, false],
  [
    "its highest step was made up for later",
    rated(step(180), step(20)),
    { backlogMost: 60 },
    false,
  ],
  ["the end of its ramp was made up for later", rated(step(20, 180)), { backlogMost: 60 }, false],
  ["every step was issued in time", rated(step(180), step(20)), { backlogMost: 16 }, true],
])("whether a phase carried its rate: %s", (_, phase, changes, expected) => {
  expect(carriedRate(phase, open(changes), 16)).toBe(expected);
});

test("a closed loop has none to carry", () => {
  expect(carriedRate(phasePlan({ rate: null }), null, 16)).toBe(false);
});
