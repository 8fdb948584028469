import { expect, test } from "vitest";
import type { Run } from "../../../../src/model/run/run.ts";
import { renderMarkdown } from "../../../../src/report/format/markdown.ts";
import { runReport } from "../../../../src/report/run/run.ts";
import { bucket } from "../../cases.ts";
import { latency } from "../../fixture.ts";

test("what connections cost is told where the engine saw them, and who spoke is always", () => {
  const run = bucket();
  const connections = { connect: latency(0.4e6, 8), newConnection: latency(9e6, 8) };
  const phases = run.phases.map((result) => ({
    ...result,
    engine: "s3-wire" as const,
    summaries: result.summaries.map((summary) => ({ ...summary, connections })),
  }));
  const wire: Run = { ...run, phases };
  const told = renderMarkdown(runReport(wire));
  expect(told).toMatch(/\| connect +\| +8 \| +400 µs/);
  expect(told).toMatch(/\| whole, on a new connection +\| +8 \| +9\.00 ms/);
  expect(told).not.toContain("TLS handshake |");
  expect(told).toContain("s3-wire spoke to the bucket");
  const silent = renderMarkdown(runReport(run));
  expect(silent).not.toContain("## Connections");
  expect(silent).toContain("s3-sdk spoke to the bucket");
});
