import { expect, test } from "vitest";
import { readMeasure } from "../../../src/claim/evidence/measure.ts";
import { MAX_BACKLOG } from "../../../src/model/plan/rate.ts";
import { linesOf, madeRun } from "../../truth/made-storage.ts";
import { TARGET } from "../example.ts";

test("the interval of an open loop's latency is that of its response times", () => {
  const steps = [{ fromPerSecond: 1000, toPerSecond: 1000, durationNs: null }];
  const plan = { rate: { arrivals: "fixed", steps, mostBacklog: MAX_BACKLOG } } as const;
  const made = madeRun(TARGET, [{ seconds: 30, rate: 1000, plan }]);
  const repetitions = made.run.phases.map((result) => {
    return { run: made.run, result, touch: "again" } as const;
  });
  const measure = { kind: "time", of: "latency", statistic: "mean" } as const;
  const source = linesOf([made]);
  const bounds = (withResponse: boolean) => {
    const reading = readMeasure(measure, repetitions, null, (...at) => {
      const line = source(...at);
      const { service } = line?.latencies ?? {};
      if (line === null || service === undefined) return null;
      return { ...line, latencies: withResponse ? { response: service } : { service } };
    });
    return "measured" in reading ? reading.measured.low : undefined;
  };
  expect(bounds(true)).toBeGreaterThan(0);
  expect(bounds(false)).toBeNull();
});
