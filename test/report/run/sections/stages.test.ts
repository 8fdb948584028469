import { expect, test } from "vitest";
import type { Summary } from "../../../../src/model/run/run.ts";
import { renderMarkdown } from "../../../../src/report/format/markdown.ts";
import { runReport } from "../../../../src/report/run/run.ts";
import { mixed, single } from "../../cases.ts";
import { latency } from "../../fixture.ts";

const stages = {
  open: latency(3e6, 8),
  transfer: latency(1e6, 8),
  close: latency(8e6, 8),
};

function reportOf(run: ReturnType<typeof single>, changes: Partial<Summary>): string {
  const phases = run.phases.map((result) => ({
    ...result,
    summaries: result.summaries.map((summary) => ({ ...summary, ...changes })),
  }));
  return renderMarkdown(runReport({ ...run, phases }));
}

test("shows the stages of an operation and their shares of its mean latency", () => {
  const whole = { ...latency(12e6, 8), meanNs: 12e6 };
  const of = (ns: number) => ({ ...latency(ns, 8), meanNs: ns });
  const each = { open: of(3e6), transfer: of(1e6), close: of(8e6) };
  const text = reportOf(single(), { latency: whole, stages: each, sync: null });
  expect(text).toContain("## Stages");
  expect(text).toMatch(/\| open +\| +8 \| +25% +\| +3\.00 ms \| +3\.00 ms/);
  expect(text).toMatch(/\| transfer +\| +8 \| +8\.3% +\| +1\.00 ms/);
  expect(text).toMatch(/\| close +\| +8 \| +67% +\| +8\.00 ms/);
  expect(text).not.toMatch(/\| sync +\| +8 /);
});

test("shows the sync as a stage, before the close", () => {
  const text = reportOf(single(), { stages, sync: latency(20e6, 8) });
  const order = text.match(/\| (?:open|transfer|sync|close) +\| +8 /g) ?? [];
  expect(order.map((row) => row.split(" ")[1])).toEqual(["open", "transfer", "sync", "close"]);
});

test("shows the stages of each operation of a mix, not of all together", () => {
  const text = reportOf(mixed(), { stages });
  expect(text.match(/\| open +\| +8 /g)).toHaveLength(2);
});

test("has no stages in older runs", () => {
  expect(renderMarkdown(runReport(single()))).not.toContain("## Stages");
});
