import { expect, test } from "vitest";
import { summaryCsv } from "../../../../src/report/run/files/summary-csv.ts";
import { findPlan } from "../../../metrics/search/find-plan.ts";
import { phasePlan, plan, result, run, summary, VOLUME } from "../../fixture.ts";
import { readCsv } from "../../read-csv.ts";
import { thresholds } from "../../thresholds.ts";

const FIND = findPlan({ slo: thresholds(["response.p99 < 10ms"]), mostBacklog: 1_000_000 });

function rowsOf(text: string): readonly Readonly<Record<string, string>>[] {
  const [header = [], ...rows] = readCsv(text);
  return rows.map((row) => Object.fromEntries(header.map((key, at) => [key, row[at] ?? ""])));
}

test("summary.csv ends with one column per matrix setting and per setting of a search", () => {
  const read = phasePlan("read[queueDepth=1]", { matrix: { queueDepth: "1" } });
  const write = phasePlan("write");
  const seek = phasePlan("seek[blockSize=4KiB]", { matrix: { blockSize: "4KiB" }, find: FIND });
  const { find: _, ...point } = seek;
  const matrix = { blockSize: "4KiB", rate: "500/s" };
  const measured = { ...point, name: "seek[blockSize=4KiB,rate=500/s]", matrix };
  const all = summary("all", 100, 4096, 1e6);
  const results = [read, write, measured].map((phase) => result(phase, [all]));
  const stored = run("run-1", VOLUME, plan("matrix", [read, write, seek]), results);
  const text = summaryCsv(stored);
  const [header = ""] = text.split("\n");
  const keys = ["matrix_queueDepth", "matrix_blockSize", "matrix_rate"];
  expect(header.split(",").slice(-3)).toEqual(keys);
  expect(rowsOf(text).map((row) => keys.map((key) => row[key]))).toEqual([
    ["1", "", ""],
    ["", "", ""],
    ["", "4KiB", "500/s"],
  ]);
  // The columns of interrupted runs are the same: they follow from the plan.
  expect(summaryCsv({ ...stored, phases: results.slice(0, 1) }).split("\n")[0]).toBe(header);
});
