// @module-tag system
import { describe, expect, it } from "vitest";
import type { SearchResult } from "../../../src/model/plan/search.ts";
import { LONG } from "../../draws.ts";
import { virtualRun } from "../../run/virtual/virtual.ts";
import { erlang, franx, responseP99OfDeterministic, responseP99OfExponential } from "./queues.ts";

/** One server that takes 10 ms, or 10 ms on average. */
const SERVICE_S = 0.01;

async function searched(
  behaviour: string,
  phase: string,
  lookMs = 0.05,
  code = 0,
): Promise<SearchResult> {
  const { run } = await virtualRun({ behaviour, phases: [phase], interval: "10s", lookMs, code });
  const [search] = run.searches ?? [];
  return search ?? expect.fail();
}

/** The rate found for an objective that a queue of that kind keeps up to `perSecond`. */
async function knee(latency: string, p99S: number): Promise<number> {
  const slo = `response.p99 < ${(p99S * 1e6).toFixed(0)}us`;
  const find = `{ slo: ${slo}, precision: 1%, arrivals: poisson, repetitions: 5 }`;
  const duration = LONG ? "10000s" : "400s";
  const phase = `queueDepth: 8, duration: ${duration}, find: ${find}`;
  const { best, ended } = await searched(`latency=${latency},servers=1`, phase);
  expect(ended).toBe("found");
  return best?.value ?? expect.fail();
}

describe("a search by rate", () => {
  it("finds the knee of an M/M/1 queue within 3 %", async () => {
    const truth = 70;
    const found = await knee("exponential:10ms", responseP99OfExponential(truth, 1 / SERVICE_S));
    expect(Math.abs(found / truth - 1)).toBeLessThan(LONG ? 0.015 : 0.03);
  });

  it("finds the knee of an M/D/1 queue within 3 %", async () => {
    const truth = 80;
    const found = await knee("10ms", responseP99OfDeterministic(truth, SERVICE_S));
    expect(Math.abs(found / truth - 1)).toBeLessThan(LONG ? 0.015 : 0.03);
  });

  it("finds what evenly spaced arrivals leave: all that the server carries", async () => {
    const find = "{ slo: response.p99 < 15ms }";
    const phase = `queueDepth: 64, duration: 100s, find: ${find}`;
    const { best, ended, capacityPerSecond } = await searched("latency=10ms,servers=1", phase);
    expect(ended).toBe("found");
    expect(capacityPerSecond).toBeCloseTo(100, 0);
    expect(best?.value).toBeGreaterThan(97);
    expect(best?.value).toBeLessThanOrEqual(100.1);
  });

  it("rejects a load with a growing backlog for any objective", async () => {
    const find =
      "{ slo: response.p50 < 100s, from: 50/s, to: 250/s, precision: 5%, repetitions: 3 }";
    const phase = `queueDepth: 1024, duration: 10s, find: ${find}`;
    const { best, ended, points } = await searched("latency=10ms,servers=1", phase);
    expect(ended).toBe("found");
    expect(best?.value).toBeGreaterThan(95);
    expect(best?.value).toBeLessThan(106);
    const over = points.filter(({ value }) => (value ?? 0) > 110);
    expect(over.length).toBeGreaterThan(1);
    expect(over.flatMap(({ misses }) => misses.map(({ kind }) => kind))).toContain("behind");
  });
});

describe("a search on credits that no point empties", () => {
  const find =
    "{ slo: response.p99 < 1s, from: 1000/s, to: 4000/s, precision: 5%, repetitions: 1 }";
  const hint = expect.stringContaining("this result holds for the burst");

  it.each([
    ["hints at the burst", "latency=100us,credits=3000/s:300/s:10000000", [hint]],
    ["says nothing without credits", "latency=1ms,servers=3", undefined],
  ])("%s", async (_, behaviour, caveats) => {
    const phase = `queueDepth: 64, duration: 2s, find: ${find}`;
    const { ended, best, caveats: said } = await searched(behaviour, phase, 1e-3);
    expect([ended, said]).toEqual(["found", caveats]);
    expect(Math.abs((best?.value ?? 0) / 3000 - 1)).toBeLessThan(0.06);
  });
});

describe("a search by queue depth", () => {
  const deep = (behaviour: string, find: string, code = 0) =>
    searched(behaviour, `duration: 1s, find: { by: queueDepth, ${find} }`, 1e-3, code);

  it("finds the highest depth that meets a latency: Q in flight take Q ms", async () => {
    const { ended, best } = await deep("latency=1ms,servers=1", "slo: service.p99 < 10.5ms");
    expect([ended, best?.value, best?.met]).toEqual(["found", 10, 6]);
  });

  it("finds the lowest that brings a rate: Q in flight carry 1000 Q a second", async () => {
    const { ended, best } = await deep("latency=1ms", "slo: rate > 5800/s");
    expect([ended, best?.value, best?.met]).toEqual(["found", 6, 6]);
  });

  it("reports if no depth or every depth does", async () => {
    const none = await deep("latency=1ms,servers=4", "slo: rate > 4100/s, to: 32", 4);
    expect([none.ended, none.best, none.points.at(-1)?.value]).toEqual(["never met", null, 32]);
    const all = await deep("latency=1ms", "slo: service.p99 < 10ms, from: 2, to: 16");
    expect([all.ended, all.best?.value]).toEqual(["always met", 16]);
  });
});

it("the two formulas of an M/D/1 queue's waits agree, and with Pollaczek and Khinchine", () => {
  for (const rho of [0.3, 0.7, 0.9]) {
    for (const x of [0, 0.5, 1, 2.3, 5.9]) {
      expect(franx(rho, 1, x)).toBeCloseTo(erlang(rho, 1, x), 9);
    }
    let mean = 0;
    for (let x = 0; x < 200; x += 0.01) mean += 0.01 * (1 - franx(rho, 1, x + 0.005));
    expect(mean).toBeCloseTo(rho / (2 * (1 - rho)), 3);
  }
});
