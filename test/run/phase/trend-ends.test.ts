import { expect, test } from "vitest";
import type { PhaseInterval } from "../../../src/run/phase/intervals.ts";
import { RateSeries } from "../../../src/run/phase/stability.ts";
import { phasePlan } from "../../report/fixture.ts";

function interval(index: number, operations: number): PhaseInterval {
  return {
    ...{ index, fromNs: index * 1e9, widthNs: 1e9, operations: [operations] },
    ...{ bytes: [0], errors: [0], throttled: [0], histograms: [], offered: 0, backlogEnd: 0 },
    opened: { late: 0, dropped: 0, backlogMost: 0 },
  };
}

test("the trend of a phase that stalls has the rates of its first and last quarter", () => {
  const series = new RateSeries(phasePlan("read"), { intervalNs: 1e9, perRate: 1 }, []);
  const rates = [...Array.from({ length: 25 }, (_, at) => 990 + at), ...Array<number>(15).fill(20)];
  for (const [at, rate] of rates.entries()) series.closed(interval(at, rate));
  const { trend } = series.stability([]);
  expect(trend?.changeShare).toBeLessThan(-1);
  expect(trend).toMatchObject({ firstPerSecond: 994.5, lastPerSecond: 20 });
});
