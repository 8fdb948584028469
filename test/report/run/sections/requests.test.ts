import { expect, test } from "vitest";
import type { Run } from "../../../../src/model/run/run.ts";
import { renderMarkdown } from "../../../../src/report/format/markdown.ts";
import { runReport } from "../../../../src/report/run/run.ts";
import { bucket } from "../../cases.ts";
import { latency } from "../../fixture.ts";

test("shows times of connections if the engine records them, and always names the engine", () => {
  const run = bucket();
  const connections = { connect: latency(0.4e6, 8), newConnection: latency(9e6, 8) };
  const phases = run.phases.map((result) => ({
    ...result,
    engine: "s3-wire" as const,
    summaries: result.summaries.map((summary) => ({ ...summary, connections })),
  }));
  const wire: Run = { ...run, phases };
  const text = renderMarkdown(runReport(wire));
  expect(text).toMatch(/\| connect +\| +8 \| +400 µs/);
  expect(text).toMatch(/\| operation on a new connection +\| +8 \| +9\.00 ms/);
  expect(text).not.toContain("TLS handshake |");
  expect(text).toContain("Engine s3-wire uses");
  const without = renderMarkdown(runReport(run));
  expect(without).not.toContain("## Connections");
  expect(without).toContain("Engine s3-sdk uses");
});
