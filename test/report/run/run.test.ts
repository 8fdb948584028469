import { describe, expect, test } from "vitest";
import { compareRuns } from "../../../src/metrics/compare/compare.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { renderMarkdown } from "../../../src/report/format/markdown.ts";
import { plain, type Table } from "../../../src/report/parts/document.ts";
import type { Document } from "../../../src/report/report.ts";
import { runReport } from "../../../src/report/run/run.ts";
import { bucket, failed, mixed, repeated, single } from "../cases.ts";
import { DIRECTORY, latency, phasePlan, result, summary, VOLUME } from "../fixture.ts";

function table(document: Document, id: string): Table {
  const blocks = document.sections.flatMap((section) => section.blocks);
  const found = blocks.find((block) => block.kind === "table" && block.id === id);
  if (found?.kind !== "table") throw new Error(`no table ${id}`);
  return found;
}

function rows(document: Document, id: string): readonly Record<string, string>[] {
  const { columns, rows } = table(document, id);
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ key }, index) => [key, plain(row[index]?.text ?? "")])),
  );
}

describe("values of the results are those of the stored run", () => {
  test.each([single(), mixed(), bucket(), repeated(), failed()])("$id", (run: Run) => {
    const results = table(runReport(run), "results");
    const at = (key: string): number => results.columns.findIndex((column) => column.key === key);
    expect(results.rows.length).toBeGreaterThan(0);
    for (const row of results.rows) {
      const value = (key: string): unknown => row[at(key)]?.value;
      const phase = run.phases.find(
        (one) => one.phase.name === value("phase") && one.repetition === value("repetition"),
      );
      expect(phase).toBeDefined();
      const stored = phase?.summaries.map((one) => one.operationsPerSecond) ?? [];
      const shown = value("operations_per_second");
      if (shown !== null) expect(stored).toContain(shown);
      const p99s = phase?.summaries.map((one) => one.latency?.p99Ns ?? null) ?? [];
      if (value("latency_p99_ns") !== null) expect(p99s).toContain(value("latency_p99_ns"));
    }
  });
});

describe("run report", () => {
  test("names the declared kind, and states that a directory is not AWS", () => {
    const text = renderMarkdown(runReport(mixed()));
    expect(text).toContain("declared as a directory at `/mnt/data`");
    expect(text).toContain("These results do not apply to AWS");
    expect(renderMarkdown(runReport(single()))).not.toContain("do not apply to AWS");
  });

  test("begins with the state of a partial or failed run", () => {
    const [, , partial] = renderMarkdown(runReport(repeated())).split("\n");
    expect(partial).toMatch(/^> ⚠ \*\*This run is partial\.\*\*.*3 of 4 phases.*SIGINT/);
    const [, , broken] = renderMarkdown(runReport(failed())).split("\n");
    expect(broken).toMatch(/^> ⚠ \*\*This run failed\.\*\*.*2 of 4 phases.*out of memory/);
  });

  test("reports a run whose process was killed as not ended", () => {
    const text = renderMarkdown(runReport({ ...single(), state: "running", endedAt: null }));
    expect(text).toContain("**This run has not ended.**");
  });

  test("shows the median of the complete repetitions", () => {
    const medians = rows(runReport(repeated()), "results").filter(({ repetition }) =>
      repetition?.startsWith("median"),
    );
    expect(medians).toMatchObject([{ repetition: "median: 1", operations_per_second: "6,010" }]);
    expect(renderMarkdown(runReport(repeated()))).toContain("shown again with its own percentiles");
  });

  test("shows no median for one repetition", () => {
    expect(rows(runReport(single()), "results")).toHaveLength(1);
  });

  test("shows no number, not zero, if nothing completed", () => {
    const [, stat] = rows(runReport(failed()), "results");
    expect(stat).toMatchObject({
      phase: "stat",
      operations_per_second: "–",
      bytes_per_second: "–",
      latency_p99_ns: "–",
      errors: "100",
    });
  });

  test("shows a latency and no rate for operations that only drained", () => {
    const phase = phasePlan("read");
    const drained = summary("all", 0, 4096, 2e6, { latency: latency(2e6, 4) });
    const run = { ...single(), phases: [result(phase, [drained])] };
    expect(rows(runReport(run), "results")).toMatchObject([
      { operations_per_second: "–", bytes_per_second: "–", latency_p50_ns: "2.00 ms" },
    ]);
    const compared = compareRuns([run, { ...single(), id: "other" }], { force: false });
    expect(compared.scenarios[0]?.rows[0]?.cells[0]).toMatchObject({
      values: { p50: { value: 2e6 } },
      absent: null,
    });
    expect(compared.scenarios[0]?.rows[0]?.cells[0]?.values.operations).toBeUndefined();
  });

  test("reports a run without results", () => {
    const text = renderMarkdown(runReport({ ...failed(), phases: [] }));
    expect(text).toContain("The run has no results.");
    expect(text).toContain("0 of 4 phases are complete");
  });
});

describe("caches, mixes and first bytes in a report", () => {
  test("has a caveat for buffered writes and none for direct ones", () => {
    const write = { mix: [{ operation: "write", weight: 1 }] } as const;
    const say = (cache: "direct" | "dropped"): string => {
      const phase = phasePlan("write", { ...write, cache });
      const measured = result(phase, [summary("all", 10, 4096, 1000)]);
      return renderMarkdown(runReport({ ...single(DIRECTORY), phases: [measured] }));
    };
    expect(say("dropped")).toContain(
      "A write completes in the page cache, before the device has the data.",
    );
    expect(say("direct")).not.toContain("completes in the page cache");
  });

  test("has a caveat for reads from a cache also without a warning of the run", () => {
    const run = mixed();
    const phases = run.phases.map((one) => ({ ...one, warnings: [] }));
    const text = renderMarkdown(runReport({ ...run, phases }));
    expect(text).toContain("62% of the bytes read did not come from the storage");
  });

  test("has a row per operation of a mix, and one for a single operation", () => {
    const mix = rows(runReport(mixed()), "results").map((row) => row.operation);
    expect(mix).toEqual(["all", "read", "write"]);
    expect(rows(runReport(single()), "results").map((row) => row.operation)).toEqual(["read"]);
  });

  test("has a table of first bytes only for a bucket", () => {
    expect(rows(runReport(bucket()), "first-byte")).toHaveLength(2);
    expect(renderMarkdown(runReport(single()))).not.toContain("## First byte");
  });
});

test("describes the data and names verified phases", () => {
  const phase = phasePlan("read", { verify: true });
  const run = single();
  const datasets = run.plan.datasets.map((dataset) => ({
    ...dataset,
    data: { compressible: 2.5, dedupable: 1, verifiable: true },
  }));
  const text = renderMarkdown(
    runReport({ ...run, plan: { ...run.plan, datasets, phases: [phase] } }),
  );
  expect(text).toContain(", compressible to a ratio of 2.50, in verifiable blocks.");
  expect(text).toMatch(/\| read, verified +\|/);
  expect(renderMarkdown(runReport(run))).not.toMatch(/verified|verifiable/);
});

test("names an emulated volume as an emulation", () => {
  const emulated = { ...VOLUME, emulated: { scale: 1000 } };
  const text = renderMarkdown(runReport(single(emulated)));
  expect(text).toContain("declared as an emulation of an EBS gp3 volume");
  expect(text).toContain(
    "These results do not apply to AWS: gp3 is an emulation of an EBS gp3 volume.",
  );
  expect(renderMarkdown(runReport(single()))).not.toContain("do not apply to AWS");
});
