// @module-tag system
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { baseUnitOf, FIGURE_UNITS, type FigureUnit } from "../../../src/model/claim/claim.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { verdictData } from "../../../src/report/verdict/table.ts";
import { CLAIM } from "../../claim/example.ts";
import { assay } from "../../cli/assay.ts";
import { readCsv } from "../../report/read-csv.ts";
import { virtualRun } from "../../run/virtual/virtual.ts";

/** Known values: one operation of 4 KiB in flight, 8.6 ms each. */
const LATENCY_S = 8.6e-3;
const PER_SECOND = 1 / LATENCY_S;

/** How many seconds, operations per second or bytes per second one of a unit is. */
const KNOWN: Readonly<Record<string, readonly [scale: number, truth: number]>> = {
  ns: [1e-9, LATENCY_S],
  "ops/s": [1, PER_SECOND],
  "operations/s": [1, PER_SECOND],
  IOPS: [1, PER_SECOND],
  "B/s": [1, 4096 * PER_SECOND],
  "bytes/s": [1, 4096 * PER_SECOND],
};

/** A value in the unit of its column must equal the measured value. */
function expectTrue(value: unknown, unit: unknown, where: string): void {
  const [scale, truth] = KNOWN[String(unit)] ?? expect.fail(`${where}: unit ${String(unit)}`);
  expect(Math.abs((Number(value) * scale) / truth - 1), `${where}: ${value} ${unit}`).toBeLessThan(
    0.02,
  );
}

/** Unit of a column by its name; null for what is neither a latency nor a rate of the phase. */
function unitOfKey(key: string): string | null {
  if (/(spread|deviation|elapsed|pacing|count|at_least|_low|_high|pause)/.test(key)) return null;
  if (/^(latency|response)_.*_ns$/.test(key)) return "ns";
  if (/operations_per_second$/.test(key) || key === "offered_per_second") return "ops/s";
  return /^bytes_per_second$/.test(key) ? "B/s" : null;
}

type Row = Readonly<Record<string, unknown>>;

/** Checks a row: columns with a unit in their name or in the next column. */
function checkRow(row: Row, where: string): number {
  let checked = 0;
  for (const [key, value] of Object.entries(row)) {
    if (value === null || value === "" || key.endsWith("_unit")) continue;
    const unit = row[`${key}_unit`] ?? unitOfKey(key);
    const named = row.unit !== undefined && key === "measured";
    if ((unit === null || unit === undefined) && !named) continue;
    if (key === "figure" || key === "bound") continue;
    expectTrue(value, named ? row.unit : unit, `${where} ${key}`);
    checked++;
  }
  return checked;
}

function rowsOfCsv(text: string): readonly Row[] {
  const [header = [], ...rows] = readCsv(text);
  return rows.map((row) => Object.fromEntries(header.map((key, at) => [key, row[at]])));
}

/** Rows of every table of a document, with the columns' titles checked for units of readers. */
function rowsOfJson(text: string): readonly Row[] {
  const { sections, data } = JSON.parse(text);
  const blocks = [...sections.flatMap(({ blocks: some }: { blocks: object[] }) => some), data];
  return blocks.flatMap(({ kind, columns, rows }) => {
    if (kind !== "table") return [];
    for (const { title } of columns) expect(title).not.toMatch(/^(MB\/s|GB\/s|ms|µs)$/);
    return rows;
  });
}

const THRESHOLDS = "[p50 < 10ms, service.p99 < 10ms, rate > 10/s, throughput > 1KB/s]";

test("every latency and rate of every CSV and JSON is in the unit that it names", async () => {
  const { run, folder } = await virtualRun({
    behaviour: "latency=8600us",
    phases: [`duration: 30s, thresholds: ${THRESHOLDS}`, "rate: 50/s, duration: 10s"],
    interval: "2s",
  });
  const path = join(folder, "run.json");
  const stored: Run = JSON.parse(readFileSync(path, "utf8"));
  // An AWS volume, so that claims apply to it; only the first phase is a closed loop.
  const [closed] = stored.phases;
  const target = { ...stored.target, kind: "ebs-gp3", provisioned: { iops: 3000 } };
  const phases = closed === undefined ? [] : [closed];
  writeFileSync(path, JSON.stringify({ ...stored, target, phases }));
  const another = join(dirname(folder), "another");
  cpSync(folder, another, { recursive: true });
  writeFileSync(join(another, "run.json"), JSON.stringify({ ...stored, id: "another", phases }));
  const cwd = dirname(dirname(folder));
  const outputs = new Map<string, readonly Row[]>();
  for (const name of ["summary.csv", "intervals.csv", "thresholds.csv"]) {
    const rows = rowsOfCsv(readFileSync(join(folder, name), "utf8"));
    outputs.set(
      name,
      rows.filter(({ phase }) => phase === "phase-0"),
    );
  }
  const commands = [
    ["report", run.id],
    ["report", "--guide", run.id],
    ["compare", run.id, "another"],
    ["verify", run.id],
  ];
  for (const command of commands) {
    for (const [format, read] of [
      ["csv", rowsOfCsv],
      ["json", rowsOfJson],
    ] as const) {
      const ended = await assay([...command, "--format", format], { cwd });
      expect(ended.stdout, ended.stderr).not.toBe("");
      outputs.set(`${command.join(" ")} ${format}`, read(ended.stdout));
    }
  }
  for (const [name, rows] of outputs) {
    const checked = rows.reduce((sum, row) => sum + checkRow(row, name), 0);
    expect(checked, name).toBeGreaterThan(0);
  }
});

test("exports a figure of any unit in its base unit, with the unit in the next column", () => {
  for (const [unit, scale] of Object.entries(FIGURE_UNITS)) {
    const claim = { ...CLAIM, unit: unit as FigureUnit };
    const measured = { value: 12 * scale, low: 11 * scale, high: 13 * scale };
    const verdict = {
      ...{ claim: claim.id, targets: [], runIds: [], phases: [], outcome: "supported" as const },
      ...{ reason: { code: "agrees", words: "" } as const, settle: null, caveats: [] },
      measured: { ...measured, confidence: 0.99, repetitions: 3, how: "" },
      figure: { relation: claim.relation, value: 10 * scale, low: null, high: null },
      ...{ reachedShare: null, bound: null },
    };
    const data = verdictData([{ claim, verdict }]);
    const at = (key: string) => data.rows[0]?.[data.columns.findIndex((one) => one.key === key)];
    expect(at("unit")?.value).toBe(baseUnitOf(claim.unit));
    expect(FIGURE_UNITS[(at("unit")?.value ?? "") as FigureUnit] ?? 1).toBe(1);
    expect(at("measured")?.value).toBe(12 * scale);
    expect(at("figure")?.value).toBe(10 * scale);
    expect(at("published_unit")?.value).toBe(unit);
  }
});
