// @module-tag system
import { describe, expect, test } from "vitest";
import type { PhaseResult, Run } from "../../../src/model/run/run.ts";
import { readSeries } from "../../../src/run/store/read-series.ts";
import { readIntervals } from "../support.ts";
import { virtualRun } from "./virtual.ts";

const LOOK = { lookMs: 1e-2 };

/** Percentiles are the highest of their cell, lower bounds a thousandth less than what was seen. */
const CELL = 1.003;

interface Outcome {
  readonly run: Run;
  readonly result: PhaseResult;
  readonly all: PhaseResult["summaries"][number];
  readonly open: NonNullable<PhaseResult["openLoop"]>;
}

type Expected = Pick<Parameters<typeof virtualRun>[0], "code" | "isTooMuch">;

async function phase(behaviour: string, text: string, how: Expected = {}): Promise<Outcome> {
  const { run } = await virtualRun({ behaviour, phases: [text], ...how, ...LOOK });
  const [result = expect.fail()] = run.phases;
  const [all = expect.fail()] = result.summaries;
  return { run, result, all, open: result.openLoop ?? expect.fail() };
}

const statesOf = (run: Run) => run.thresholds?.map(({ text, state }) => [text, state]);

describe("operations that were never issued", () => {
  test("are in the response times as lower bounds, which decide thresholds", async () => {
    // One a second of 20 a second: 14 are issued by the end of the drain, 66 never.
    const limits = "response.p50 < 8s, response.max < 16s, response.p50 > 5s, service.max < 1100ms";
    const { run, all, open } = await phase(
      "latency=1s",
      `rate: 20/s, duration: 4s, thresholds: [${limits}]`,
      { code: 99 },
    );
    expect(open.unissued).toBeGreaterThanOrEqual(65);
    expect(open.backlogAtEnd).toBeGreaterThan(70);
    expect(all.response?.count).toBe(80);
    // The 14th is due at 0.7 s and not issued at 14 s; the last at 3.95 s.
    expect((all.response?.p50Ns ?? 0) / 1e9).toBeGreaterThan(10);
    expect((all.response?.maxNs ?? 0) / 1e9).toBeLessThanOrEqual(14 * CELL);
    expect((all.response?.atLeastNs ?? 0) / 1e9).toBeCloseTo(10.05, 1);
    expect(all.latency?.atLeastNs).toBeUndefined();
    expect(statesOf(run)).toEqual([
      ["response.p50 < 8s", "broken"],
      ["response.max < 16s", "broken"],
      ["response.p50 > 5s", "met"],
      ["service.max < 1100ms", "met"],
    ]);
  });

  test("of a storage that stands still for longer than the drain", async () => {
    const stalled = "latency=1ms,stall=100s@2s";
    const { all, open } = await phase(stalled, "rate: 100/s, queueDepth: 4, duration: 4s");
    expect(all).toMatchObject({ operations: expect.closeTo(200, -1), unfinished: 4 });
    expect(open.unissued).toBe(400 - all.operations - 4);
    expect(all.response?.count).toBe(400);
    expect((all.response?.p99Ns ?? 0) / 1e9).toBeGreaterThan(11.9);
    // Half of them were answered in a millisecond.
    expect((all.response?.atLeastNs ?? 0) / 1e9).toBeGreaterThan(9.9);
  });

  test("of a mix are shared by its weights", async () => {
    const { result } = await phase(
      "latency=1s",
      "mix: { read: 75, write: 25 }, rate: 20/s, duration: 4s",
      { isTooMuch: true },
    );
    const counts = result.summaries.map(({ response }) => response?.count ?? 0);
    expect(counts[0]).toBe(80);
    expect((counts[1] ?? 0) + (counts[2] ?? 0)).toBe(80);
    expect((counts[2] ?? 0) / 80).toBeGreaterThan(0.15);
    expect((counts[2] ?? 0) / 80).toBeLessThan(0.35);
    for (const { response } of result.summaries) {
      expect((response?.p50Ns ?? 0) / 1e9).toBeGreaterThan(10);
    }
  });

  test("are none where a number of operations ends the phase", async () => {
    const { all, open } = await phase(
      "latency=10ms,stall=2s@1s",
      "rate: { offered: 100/s, arrivals: poisson }, queueDepth: 8, operations: 150",
    );
    expect(open).toMatchObject({ offered: 150, unissued: 0, dropped: 0 });
    expect(all.operations).toBe(150);
    expect(all.response?.count).toBe(150);
    expect(all.response?.atLeastNs).toBeUndefined();
  });
});

describe("operations that were dropped", () => {
  test("are in the response times as lower bounds of how long they had waited", async () => {
    const { run, all, open } = await phase(
      "latency=100ms",
      "rate: { offered: 100/s, backlog: 20 }, duration: 4s, thresholds: [response.p50 < 1s]",
      { code: 99 },
    );
    expect(open.dropped).toBeGreaterThan(300);
    expect(open.unissued).toBe(0);
    expect(all.response?.count).toBe(400);
    expect(all.operations + all.drained + open.dropped).toBe(400);
    // With 20 behind it one has waited 0.2 s, and up to 0.1 s until the slot was free.
    expect((all.response?.atLeastNs ?? 0) / 1e9).toBeGreaterThan(0.19);
    // After the end the last 20 are issued one after the other.
    expect((all.response?.maxNs ?? 0) / 1e9).toBeLessThan(2.3);
    expect(statesOf(run)).toEqual([["response.p50 < 1s", "broken"]]);
  });
});

test("a stall of 800 ms is a backlog that grows from interval to interval", async () => {
  const behaviour = "latency=1ms,stall=800ms@1s";
  const { folder, run } = await virtualRun({
    ...{ behaviour, ...LOOK },
    phases: [`rate: 400/s, queueDepth: 8, duration: 3s`],
  });
  const rows = readIntervals(folder);
  const ends = rows.map((row) => Number(row.phase_backlog_end));
  for (let at = 11; at < 18; at++) expect((ends[at] ?? 0) - (ends[at - 1] ?? 0)).toBe(40);
  expect(ends.slice(0, 10)).toEqual(Array(10).fill(0));
  expect(ends.slice(-5)).toEqual(Array(5).fill(0));
  for (const [at, row] of rows.entries()) {
    expect(Number(row.phase_backlog_max)).toBeGreaterThanOrEqual(ends[at] ?? 0);
  }
  expect(Math.max(...ends)).toBeLessThanOrEqual(run.phases[0]?.openLoop?.backlogMost ?? 0);
  const columns = readSeries(folder, run).phases[0]?.columns ?? [];
  expect(columns.map(({ open }) => open?.backlogEnd)).toEqual(ends);
});

describe("the reported part alone has its arrivals and what became of them", () => {
  const stall = "latency=1ms,stall=2s@0s";
  const limits = "dropped == 0, late == 0, backlog.max < 40, response.p99 < 100ms";
  const paced = "queueDepth: 4, rate: { offered: 200/s, backlog: 50 }";

  test("after `warmup: auto`", async () => {
    const { run, result, open } = await phase(
      stall,
      `${paced}, duration: 12s, warmup: auto, thresholds: [${limits}]`,
      { isTooMuch: true },
    );
    const leftOutNs = result.stability?.warmup?.leftOutNs ?? 0;
    expect(leftOutNs / 1e9).toBeGreaterThanOrEqual(2);
    expect(open).toMatchObject({ late: 0, dropped: 0, backlogMost: 0, unissued: 0 });
    expect(open.offered).toBe(Math.round(((12e9 - leftOutNs) / 1e9) * 200));
    expect(open.pacing?.count).toBe(open.offered);
    expect(statesOf(run)?.map(([, state]) => state)).toEqual(Array(4).fill("met"));
  });

  test("without a warm-up all of it", async () => {
    const { open } = await phase(stall, `${paced}, duration: 12s`, { isTooMuch: true });
    expect(open.offered).toBe(2400);
    expect(open.dropped).toBeGreaterThan(300);
    expect(open.late).toBeGreaterThan(30);
  });
});
