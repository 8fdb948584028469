import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { edgeOf } from "../../src/metrics/histogram-cells.ts";
import type { CellCounts, TimeLine } from "../../src/metrics/time-line.ts";
import type { Summary } from "../../src/model/run.ts";
import { readRun, type StoredRun } from "../../src/run/read.ts";
import { timeLinesOf } from "../../src/run/read-time-line.ts";
import { scratch } from "../target/support.ts";

const EXAMPLES = resolve(import.meta.dirname, "../../results/examples");
const folders = readdirSync(EXAMPLES).filter((name) => /^\d{8}-/.test(name));

function sum(values: Float64Array | undefined): number {
  return values?.reduce((all, value) => all + value, 0) ?? 0;
}

function all(line: TimeLine | null, of: "service" | "firstByte"): readonly CellCounts[] {
  return (line?.latencies[of] ?? []).flatMap((interval) => interval ?? []);
}

/** The largest value of the cell below which a share of all counts lies. */
function percentile(intervals: readonly CellCounts[], share: number): number {
  const counts = new Map<number, number>();
  for (const { cells, counts: of } of intervals) {
    for (const [at, cell] of cells.entries())
      counts.set(cell, (counts.get(cell) ?? 0) + (of[at] ?? 0));
  }
  const sorted = [...counts].sort(([a], [b]) => a - b);
  const total = sorted.reduce((all, [, count]) => all + count, 0);
  let below = 0;
  for (const [cell, count] of sorted) {
    below += count;
    if (below >= share * total) return edgeOf(cell + 1) - 1;
  }
  return Number.NaN;
}

function expectSame(line: TimeLine | null, summary: Summary, elapsedNs: number): void {
  expect(sum(line?.operations)).toBe(summary.operations);
  expect(sum(line?.bytes)).toBe(summary.bytes);
  expect(sum(line?.widthsNs) / elapsedNs).toBeGreaterThan(0.99);
  const service = all(line, "service");
  const count = service.reduce((total, { counts }) => total + sum(counts), 0);
  expect(count).toBe(summary.latency?.count ?? 0);
  if (summary.latency !== null) {
    expect(percentile(service, 0.5)).toBe(summary.latency.p50Ns);
    expect(percentile(service, 0.99)).toBe(summary.latency.p99Ns);
  }
  if (summary.firstByte !== null) {
    expect(percentile(all(line, "firstByte"), 0.99)).toBe(summary.firstByte.p99Ns);
  }
}

describe("time lines of stored runs", () => {
  test("add up to what is in their summaries, operation by operation", async () => {
    let several = 0;
    for (const name of folders) {
      const stored = await readRun(join(EXAMPLES, name), EXAMPLES);
      const timeLines = timeLinesOf([stored]);
      for (const { phase, repetition, summaries, elapsedNs } of stored.run.phases) {
        if (summaries.length > 1) several++;
        for (const summary of summaries) {
          const line = timeLines(stored.run.id, phase.name, repetition, summary.operation);
          expectSame(line, summary, elapsedNs);
        }
      }
    }
    expect(several).toBeGreaterThan(0);
  });

  test("are none without their files, of another run, or of a log that is damaged", async () => {
    const [name = ""] = folders;
    const copy = join(scratch(), "run");
    cpSync(join(EXAMPLES, name), copy, { recursive: true });
    const stored: StoredRun = await readRun(copy, "");
    const phase = stored.run.plan.phases[0]?.name ?? "";
    const find = (id: string) => timeLinesOf([stored])(id, phase, 1, "all");
    expect(find(stored.run.id)).not.toBeNull();
    expect(find("another")).toBeNull();
    expect(timeLinesOf([stored])(stored.run.id, "no-such-phase", 1, "all")).toBeNull();
    const log = join(copy, "latency.hlog");
    writeFileSync(log, readFileSync(log, "utf8").replace("HISTFAAAA", "HISTXAAAA"));
    expect(find(stored.run.id)).toBeNull();
    rmSync(log);
    expect(find(stored.run.id)).toBeNull();
  });
});
