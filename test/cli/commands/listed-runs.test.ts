import { describe, expect, test } from "vitest";
import { listedRuns, mainPhase, runLines } from "../../../src/cli/commands/listed-runs.ts";
import type { PhaseResult, Run } from "../../../src/model/run/run.ts";
import type { StoredRun } from "../../../src/run/store/read.ts";

function phase(name: string, seconds: number, perSecond: number, state = "complete"): PhaseResult {
  const latency = { count: Math.round(seconds * perSecond), p99Ns: 1.62e6 };
  const all = { operationsPerSecond: perSecond, bytesPerSecond: perSecond * 4096, latency };
  const summaries = [{ ...all, errors: 0 }];
  return { phase: { name }, state, elapsedNs: seconds * 1e9, summaries } as unknown as PhaseResult;
}

function stored(id: string, day: number, changes: Partial<Run> = {}): StoredRun {
  const startedAt = `2026-11-${day}T09:12:04.000Z`;
  const run = {
    ...{ id, startedAt, endedAt: `2026-11-${day}T09:13:16.000Z`, state: "complete" },
    ...{ plan: { name: "random-read" }, target: { name: "gp3", kind: "ebs-gp3" } },
    phases: [phase("read", 30, 3004)],
    ...changes,
  } as unknown as Run;
  return { run, folder: `results/${id}` };
}

const IDS = ["20261128-091204-random-read-gp3-1f3a", "20261129-091204-random-read-gp3-77c2"];

describe("the list of runs", () => {
  const runs = listedRuns([stored(IDS[0] ?? "", 28), stored(IDS[1] ?? "", 29)]);

  test("has the newest run first", () => {
    expect(runs.map(({ id }) => id)).toEqual([...IDS].reverse());
  });

  test("shows time and the numbers of the main phase", () => {
    expect(runLines(runs, 160)).toEqual([
      `  RUN${" ".repeat(35)}STARTED (UTC)     TARGET         TIME  PHASE  OPS/S  MB/S      P99`,
      `  ${IDS[1]}  2026-11-29 09:12  ebs-gp3  1 min 12 s  read   3,004  12.3  1.62 ms`,
      `  ${IDS[0]}  2026-11-28 09:12  ebs-gp3  1 min 12 s  read   3,004  12.3  1.62 ms`,
    ]);
  });

  test.each([120, 100, 90, 80, 64])("fits %i columns, with every id and number", (width) => {
    for (const line of runLines(runs, width)) expect(line.length).toBeLessThanOrEqual(width);
    const [, first = ""] = runLines(runs, width);
    for (const part of [IDS[1], "3,004", "12.3", "1.62 ms"]) expect(first).toContain(part);
  });

  test("cuts no id, however narrow the terminal is", () => {
    expect(runLines(runs, 20)[1]).toContain(IDS[1]);
  });

  test("shows the state if any run is not complete", () => {
    const partial = stored("other", 27, { state: "partial", endedAt: null, phases: [] });
    const lines = runLines(listedRuns([stored("one", 28), partial]), 160);
    expect(lines[0]).toContain("STATE");
    expect(lines[1]).toContain("complete");
    expect(lines[2]).toMatch(/other +2026-11-27 09:12 +partial +ebs-gp3( +–){5}$/);
  });
});

test("a run with too few operations has no p99 in the list", () => {
  const few = stored("few", 28, { phases: [phase("read", 1, 30)] });
  expect(listedRuns([few])[0]?.main?.latencyP99Ns).toBeNull();
});

describe("the main phase", () => {
  test("is the complete phase that was measured longest, the first of several", () => {
    const phases = [phase("a", 10, 1), phase("b", 30, 2), phase("c", 30, 3)];
    expect(mainPhase(phases)?.phase.name).toBe("b");
    expect(mainPhase([...phases, phase("d", 90, 4, "partial")])?.phase.name).toBe("b");
  });

  test("is an incomplete one if none is complete, and null without any", () => {
    expect(mainPhase([phase("d", 90, 4, "partial")])?.phase.name).toBe("d");
    expect(mainPhase([])).toBeNull();
  });
});
