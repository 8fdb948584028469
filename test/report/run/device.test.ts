import { expect, test } from "vitest";
import type { Operation } from "../../../src/model/plan/operation.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import { renderMarkdown } from "../../../src/report/format/markdown.ts";
import { runReport } from "../../../src/report/run/run.ts";
import { single } from "../cases.ts";
import { DIRECTORY } from "../fixture.ts";

const deviceOf = (writable: boolean): TargetSpec => ({
  ...DIRECTORY,
  kind: "block-device",
  address: { kind: "device", path: "/dev/nvme1n1", writable },
});

test("describes the data of a device only if it is written", () => {
  const run = single(deviceOf(true));
  const data = { compressible: 2.5, dedupable: 1, verifiable: false };
  const datasets = run.plan.datasets.map((dataset) => ({ ...dataset, data }));
  const reportOf = (operation: Operation) => {
    const phases = run.plan.phases.map((one) => ({ ...one, mix: [{ operation, weight: 1 }] }));
    return renderMarkdown(runReport({ ...run, plan: { ...run.plan, datasets, phases } }));
  };
  expect(reportOf("write")).toContain(", compressible to a ratio of 2.50.");
  expect(reportOf("read")).not.toContain("compressible");
});

test("reports a device with its region, queue and permission to write, without a mount", () => {
  const text = renderMarkdown(runReport(single(deviceOf(false))));
  expect(text).toContain("declared as a block device, the device `/dev/nvme1n1` read-only");
  expect(text).toContain(": the device, from its first byte");
  expect(text).toContain("| Block device ");
  expect(text).not.toContain("| Mount ");
  expect(text).toContain("These results do not apply to AWS");
  const written = renderMarkdown(runReport(single(deviceOf(true))));
  expect(written).toContain("the device `/dev/nvme1n1` with overwriting allowed");
});
