import { expect, test } from "vitest";
import { Arrivals } from "../../../src/load/drive/arrivals.ts";
import { OfferedLoad } from "../../../src/run/phase/offered-load.ts";

const RATE = {
  arrivals: "fixed",
  steps: [{ fromPerSecond: 400, toPerSecond: 400, durationNs: null }],
  mostBacklog: 1000,
} as const;

/** 400/s in intervals of 100 ms: by interval, what two workers claim in it. */
function closed(claims: readonly number[], most?: number, exhausted: readonly number[] = []) {
  const load = new OfferedLoad(new Arrivals(RATE, 0, 1), 2, most);
  return claims.map((arrivals, index) =>
    load.close((index + 1) * 100e6, { arrivals, exhausted: exhausted[index] ?? 0 }),
  );
}

test("the backlog grows by what is scheduled in intervals in which nothing is claimed", () => {
  const load = closed([40, 38, 0, 0, 0, 122, 40]);
  expect(load.map(({ offered }) => offered)).toEqual(Array.from({ length: 7 }, () => 40));
  expect(load.map(({ backlogEnd }) => backlogEnd)).toEqual([0, 2, 42, 82, 122, 40, 40]);
});

test("workers that claimed arrivals ahead of their time leave no backlog", () => {
  expect(closed([42, 38, 42]).map(({ backlogEnd }) => backlogEnd)).toEqual([0, 0, 0]);
});

test("the backlog ends with the operations of the phase", () => {
  expect(closed([40, 10, 0, 0], 70).map(({ backlogEnd }) => backlogEnd)).toEqual([0, 20, 20, 20]);
});

test("nothing waits once no worker has an operation left", () => {
  const load = closed([40, 20, 0, 0], undefined, [0, 1, 1, 0]);
  expect(load.map(({ backlogEnd }) => backlogEnd)).toEqual([0, 20, 0, 0]);
});

test("arrivals of the warm-up are in no interval, but wait if nothing claimed them", () => {
  const load = new OfferedLoad(new Arrivals(RATE, 500, 1), 1);
  expect(load.scheduled).toBe(200);
  expect(load.close(100e6, { arrivals: 150, exhausted: 0 })).toEqual({
    offered: 40,
    backlogEnd: 90,
  });
});
