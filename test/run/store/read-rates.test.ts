import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { overall } from "../../../src/metrics/phase-result.ts";
import { readRun } from "../../../src/run/store/read.ts";
import { readRateRanges } from "../../../src/run/store/read-rates.ts";
import { phasePlan, plan, result, run, summary, VOLUME } from "../../report/fixture.ts";

const PHASE = phasePlan("read", {
  mix: [
    { operation: "read", weight: 50 },
    { operation: "write", weight: 50 },
  ],
});

const EXAMPLES = join(import.meta.dirname, "../../../results/examples");
const EXAMPLE_RUNS = readdirSync(EXAMPLES).filter((name) => /^\d{8}-/.test(name));

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rates-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Operations of each interval of the last file that was written. */
let written: readonly number[] = [];

/** Writes intervals of a tenth of a second, two operations each; `perSecond`: ops/s by second. */
function writeIntervals(perSecond: readonly number[], tail = 0): void {
  const header = "phase,repetition,interval,from_s,width_s,operation,operations,bytes,errors\n";
  const tenths = [...perSecond.flatMap((rate) => Array.from({ length: 10 }, () => rate / 10))];
  const all = [...tenths, ...Array.from({ length: tail }, () => 1e6)];
  written = all;
  const rows = all.flatMap((operations, at) =>
    ["read", "write"].map((operation) =>
      ["read", 1, at, Number((at / 10).toFixed(1)), 0.1, operation, operations / 2, 4096, 0].join(),
    ),
  );
  writeFileSync(join(folder, "intervals.csv"), `${header}${rows.join("\n")}\n`);
}

function made(warmupNs = 0) {
  const stability = { warmup: { leftOutNs: warmupNs, found: true }, steady: null };
  const rest = { trend: null, change: null, done: null };
  const more = warmupNs === 0 ? {} : { stability: { ...stability, ...rest } };
  const reported = written.slice(warmupNs / 1e8);
  const operations = reported.reduce((sum, one) => sum + one, 0);
  const counted = { operations, bytes: 2 * 4096 * reported.length };
  const all = summary("all", 900, 4096, 1e6, counted);
  const done = result(PHASE, [all], { ...more, intervals: written.length });
  return run("any", VOLUME, plan("any", [PHASE]), [done]);
}

describe("the slowest and fastest second of a phase", () => {
  test("sum the operations of each second; a part of one at the end does not count", () => {
    writeIntervals([900, 450, 1200], 3);
    const [range] = readRateRanges(folder, made());
    expect(range).toMatchObject({ phase: "read", repetition: 1 });
    expect(range?.operations.low).toBeCloseTo(450, 6);
    expect(range?.operations.high).toBeCloseTo(1200, 6);
    expect(range?.bytes.low).toBeCloseTo(2 * 10 * 4096, 3);
  });

  test("leave out the warm-up that the phase leaves out", () => {
    writeIntervals([10, 900, 450, 1200]);
    expect(readRateRanges(folder, made(1e9))[0]?.operations.low).toBeCloseTo(450, 6);
    expect(readRateRanges(folder, made())[0]?.operations.low).toBeCloseTo(10, 6);
  });

  test("are unknown without intact intervals, and in less than two seconds", () => {
    expect(readRateRanges(folder, made())).toEqual([]);
    writeIntervals([900]);
    expect(readRateRanges(folder, made())).toEqual([]);
    writeFileSync(join(folder, "intervals.csv"), "phase,repetition,interval\nread,1,x\n");
    expect(readRateRanges(folder, made())).toEqual([]);
  });

  test("enclose the rate of every phase of the example runs", async () => {
    let ranges = 0;
    for (const path of EXAMPLE_RUNS.map((name) => join(EXAMPLES, name))) {
      const stored = await readRun(path, "results");
      for (const { phase, repetition, operations } of readRateRanges(path, stored.run)) {
        const own = stored.run.phases.find(
          (one) => one.phase.name === phase && one.repetition === repetition,
        );
        const rate = own === undefined ? 0 : (overall(own)?.operationsPerSecond ?? 0);
        expect(operations.low, `${path} ${phase}`).toBeLessThanOrEqual(rate * 1.02);
        expect(operations.high, `${path} ${phase}`).toBeGreaterThanOrEqual(rate * 0.98);
        ranges++;
      }
    }
    expect(ranges).toBeGreaterThan(5);
  });
});
