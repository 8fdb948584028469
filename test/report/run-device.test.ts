import { expect, test } from "vitest";
import type { TargetSpec } from "../../src/model/target.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { runReport } from "../../src/report/run-report.ts";
import { single } from "./cases.ts";
import { DIRECTORY } from "./fixture.ts";

const deviceOf = (writable: boolean): TargetSpec => ({
  ...DIRECTORY,
  kind: "block-device",
  address: { kind: "device", path: "/dev/nvme1n1", writable },
});

test("a device is reported as one: its region, its queue, no mount, and what was allowed", () => {
  const text = renderMarkdown(runReport(single(deviceOf(false))));
  expect(text).toContain("declared as a block device, the device `/dev/nvme1n1` read as it is");
  expect(text).toContain("the device itself, from its first byte on");
  expect(text).toContain("| Block device ");
  expect(text).not.toContain("| Mount ");
  expect(text).toContain("Nothing here is a statement about AWS");
  const written = renderMarkdown(runReport(single(deviceOf(true))));
  expect(written).toContain("the device `/dev/nvme1n1` that was allowed to be overwritten");
});
