import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PhasePlan, SyncPlan } from "../../src/model/plan/plan.ts";
import { renderMarkdown } from "../../src/report/format/markdown.ts";
import { summaryCsv } from "../../src/report/run/files/summary-csv.ts";
import { runReport } from "../../src/report/run/run.ts";
import { directorySpec, scratch } from "../storage/support.ts";
import { execute, resultOf, syntheticTarget } from "./support.ts";

const WRITE: Partial<PhasePlan> = { mix: [{ operation: "write", weight: 1 }], cache: "warm" };
const CREATE: Partial<PhasePlan> = {
  mix: [{ operation: "create", weight: 1 }],
  access: "sequential",
  limit: { kind: "epochs", epochs: 1 },
};

function every(count: number, more: Partial<SyncPlan> = {}): SyncPlan {
  return { call: "fsync", every: count, directory: false, ...more };
}

describe("a storage on which everything takes 10 ms", () => {
  test.each([
    [1, 4, 80],
    [4, 4, 200],
    [1, 1, 50],
  ])("at depth %i with a sync every %i writes does %i writes a second", async (depth, n, rate) => {
    const limit = { kind: "operations", operations: 40 } as const;
    // One file, so that a sync is one call.
    const finished = await execute({
      target: syntheticTarget(),
      engine: "synthetic",
      dataset: { count: 1 },
      phases: [{ ...WRITE, queueDepth: depth, sync: every(n), limit }],
    });
    const { result, all } = resultOf(finished);
    expect(result.state).toBe("complete");
    expect(all.operations).toBe(40);
    expect(all.sync?.count).toBe(40 / n);
    // Late by what the machine is late, never early: the time of the syncs is in the rate.
    expect(all.operationsPerSecond).toBeLessThanOrEqual(rate * 1.001);
    expect(all.latency?.minNs).toBeLessThan(19e6);
    expect(all.sync?.minNs).toBeGreaterThanOrEqual(9.9e6);
  });
});

describe.each(["sync", "uring", "threadpool"] as const)("durable writes through %s", (engine) => {
  test("each write and sync is counted once, in run.json, log, table and report", async () => {
    const results = scratch();
    const limit = { kind: "operations", operations: 250 } as const;
    const depth = engine === "sync" ? 1 : 8;
    const { run, folder } = await execute({
      target: directorySpec(scratch()),
      engine,
      dataset: { count: 1 },
      phases: [
        { ...WRITE, name: "every", queueDepth: depth, sync: every(8), limit },
        { ...WRITE, name: "data", sync: every(64, { call: "fdatasync" }), limit },
        { ...WRITE, name: "dsync", dsync: true, limit },
        { ...WRITE, name: "direct", sync: every(50), cache: "direct", limit },
      ],
      request: { resultsFolder: results },
    });
    expect(run.reason).toBeNull();
    expect(run.phases.map(({ summaries }) => summaries[0]?.operations)).toEqual(Array(4).fill(250));
    const counts = run.phases.map(({ summaries }) => summaries[0]?.sync?.count ?? 0);
    expect(counts).toEqual([32, 4, 0, 5]);
    expect(run.phases.flatMap(({ errors }) => errors)).toEqual([]);
    const log = readFileSync(join(folder, "latency.hlog"), "utf8");
    expect(log).toContain("Tag=every#1/write/sync,");
    expect(log).not.toContain("dsync#1/write/sync");
    const [head = "", first = ""] = summaryCsv(run).split("\n");
    const column = head.split(",").indexOf("sync_count");
    expect(first.split(",")[column]).toBe("32");
    const text = renderMarkdown(runReport(run));
    expect(text).toContain("`every`: fsync after every 8 writes of a worker");
    expect(text).toContain("`dsync`: files opened with O_DSYNC");
    expect(text).not.toContain("Writes were complete when the page cache had them");
  });
});

test("a create that is synced holds its sync, which is shown apart", async () => {
  const files = { count: 40, size: { kind: "fixed", bytes: 5000 }, filesPerDirectory: 10 } as const;
  const { run } = await execute({
    target: directorySpec(scratch()),
    engine: "sync",
    dataset: files,
    phases: [
      { ...CREATE, name: "file", workers: 2, sync: every(1) },
      { ...CREATE, name: "both", sync: every(1, { directory: true }), dsync: true },
      { ...CREATE, name: "none" },
    ],
  });
  expect(run.reason).toBeNull();
  const [file, both, none] = run.phases.map(({ summaries }) => summaries[0]);
  for (const summary of [file, both]) {
    expect(summary).toMatchObject({ operations: 40, errors: 0, bytes: 200_000 });
    expect(summary?.sync?.count).toBe(40);
    expect(summary?.sync?.maxNs ?? 0).toBeLessThanOrEqual((summary?.latency?.maxNs ?? 0) * 1.001);
    expect(summary?.sync?.meanNs ?? 0).toBeLessThan(summary?.latency?.meanNs ?? 0);
  }
  expect(none?.sync).toBeNull();
  const text = renderMarkdown(runReport(run));
  expect(text).toContain("`both`: fsync of each file and of its directory");
});
