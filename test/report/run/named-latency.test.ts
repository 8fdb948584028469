import { expect, test } from "vitest";
import { plain } from "../../../src/report/parts/document.ts";
import { formatLatency } from "../../../src/report/parts/format.ts";
import { summaryCsv } from "../../../src/report/run/files/summary-csv.ts";
import { runReport } from "../../../src/report/run/run.ts";
import { runScreen } from "../../../src/report/screen/run-screen.ts";
import { openLoopRun } from "../series-fixture.ts";
import { tilesOf, viewOf } from "./view-blocks.ts";

const { run } = openLoopRun();
const all = run.phases[0]?.summaries[0];

/** Titles and texts of the columns of a table of a report that have a p99. */
function p99Columns(id: string): readonly (readonly [string, string])[] {
  const blocks = runReport(run).sections.flatMap((section) => section.blocks);
  const table = blocks.find((block) => block.kind === "table" && block.id === id);
  if (table?.kind !== "table") throw new Error(`no table ${id}`);
  return table.columns.flatMap(({ title }, at) =>
    title.endsWith("p99") ? [[title, plain(table.rows[0]?.[at]?.text ?? "")] as const] : [],
  );
}

test("each p99 of an open loop is named response or service, and is that", () => {
  const response = formatLatency(all?.response?.p99Ns);
  const service = formatLatency(all?.latency?.p99Ns);
  expect(response).not.toBe(service);
  expect(p99Columns("results")).toEqual([["service p99", service]]);
  expect(p99Columns("responses")).toEqual([
    ["response p99", response],
    ["service p99", service],
  ]);
  expect(tilesOf(viewOf(run))).toContain(`${response} response p99`);
  const { table } = runScreen(run, "results/one", "results/one/report.html");
  const at = table?.columns.findIndex(({ title }) => title === "response p99") ?? -1;
  expect(table?.rows[0]?.[at]).toBe(response);
  const bare = table?.columns.map(({ title }) => title).filter((title) => title === "p99");
  expect(bare).toEqual([]);
});

test("a part that the results cover has its length next to its operations", () => {
  const [phase] = run.phases;
  if (phase === undefined) throw new Error("no phase");
  const steady = { ...run, phases: [{ ...phase, reportedNs: 3e9 }] };
  const [keys = "", row = ""] = summaryCsv(steady).split("\n");
  const reported = row.split(",")[keys.split(",").indexOf("reported_ns")];
  expect(reported).toBe("3000000000");
  const counters = runReport(steady).sections.find(({ title }) => title === "Counters");
  const table = counters?.blocks.find((block) => block.kind === "table");
  if (table?.kind !== "table") throw new Error("no counters");
  const at = table.columns.findIndex(({ key }) => key === "reported_ns");
  expect(plain(table.rows[0]?.[at]?.text ?? "")).toBe("3 s");
});
