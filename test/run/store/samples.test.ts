import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readSeries } from "../../../src/run/store/read-series.ts";
import { readCsv } from "../../report/read-csv.ts";
import { execute, syntheticTarget } from "../support.ts";

test("a run stores one sample of the host per second, which its columns show", async () => {
  const target = syntheticTarget({ latency: { kind: "fixed", ns: 1e6 } });
  const limit = { kind: "duration", durationNs: 2.7e9 } as const;
  const { run, folder } = await execute({
    ...{ target, engine: "synthetic" },
    phases: [{ name: "read", workers: 2, limit }],
  });
  const path = join(folder, "samples.csv");
  const [header, ...rows] = readCsv(readFileSync(path, "utf8"));
  expect(header?.slice(0, 4)).toEqual(["phase", "repetition", "from_s", "width_s"]);
  expect(rows.length).toBeGreaterThanOrEqual(2);
  let endS = 0;
  for (const [phase, repetition, fromS, widthS, steal, wait, read, write] of rows) {
    expect([phase, repetition, read, write]).toEqual(["read", "1", "", ""]);
    expect(Number(fromS)).toBeCloseTo(endS, 5);
    endS = Number(fromS) + Number(widthS);
    for (const share of [steal, wait]) {
      expect(Number(share)).toBeGreaterThanOrEqual(0);
      expect(Number(share)).toBeLessThanOrEqual(1);
    }
  }
  expect(endS).toBeGreaterThan(2);
  const known = readFileSync(path, "utf8").replace(
    /\nread,1,0,[\s\S]*/,
    "\nread,1,0,1,0.25,0.5,1000,2000\nread,1,1,1,,,,\n",
  );
  writeFileSync(path, known);
  const columns = readSeries(folder, run).phases[0]?.columns ?? [];
  expect(columns[3]).toMatchObject({
    ...{ stealShare: 0.25, cpuWaitShare: 0.5 },
    ...{ deviceReadBytesPerSecond: 1000, deviceWriteBytesPerSecond: 2000 },
  });
  expect(columns[13]).toMatchObject({ stealShare: null, deviceReadBytesPerSecond: null });
  writeFileSync(path, known.replace("0.25", "x"));
  expect(readSeries(folder, run).problem).toMatch(/samples\.csv:2: steal_share: .* got "x"/);
});

test("a phase shorter than a sample has none, and no file", async () => {
  const { folder } = await execute({
    ...{ target: syntheticTarget({ latency: { kind: "fixed", ns: 1e6 } }), engine: "synthetic" },
    phases: [{ limit: { kind: "operations", operations: 20 } }],
  });
  expect(existsSync(join(folder, "samples.csv"))).toBe(false);
});
