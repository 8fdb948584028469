import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { tableLimits } from "../../../src/environment/aws/instance-table.ts";

// From the page "Amazon EBS-optimized instance types": baseline and maximum, MB/s and IOPS.
test.each([
  ["m5.large", 81.25, 593.75, 3600, 18_750],
  ["m6a.4xlarge", 625, 1250, 20_000, 40_000],
  ["i3en.large", 72.1, 593.75, 3000, 20_000],
  ["g5.xlarge", 87.5, 437.5, 3000, 15_000],
  ["p5.48xlarge", 10_000, 10_000, 260_000, 260_000],
  ["trn1.2xlarge", 625, 2500, 16_250, 65_000],
  ["hpc7a.96xlarge", 10.88, 260.62, 500, 11_000],
])("%s has its published limits", async (type, baseline, maximum, iops, most) => {
  const limits = await tableLimits(type);
  expect((limits?.ebsBaselineBytesPerSecond ?? 0) / 1e6).toBeCloseTo(baseline, 1);
  expect((limits?.ebsMaximumBytesPerSecond ?? 0) / 1e6).toBeCloseTo(maximum, 1);
  expect(limits).toMatchObject({ ebsBaselineIops: iops, ebsMaximumIops: most });
});

test("converts network limits from bits to bytes", async () => {
  expect(await tableLimits("m6a.4xlarge")).toMatchObject({
    networkBaselineBytesPerSecond: 781_250_000,
    networkMaximumBytesPerSecond: 1_562_500_000,
  });
});

test("returns null for an unlisted instance type", async () => {
  expect(await tableLimits("m6a.7xlarge")).toBeNull();
  expect(await tableLimits("constructor")).toBeNull();
});

test("lists the types of every family once", () => {
  const path = new URL("../../../scenarios/instances.yaml", import.meta.url);
  const { types } = parse(readFileSync(path, "utf8"));
  expect(Object.keys(types).length).toBeGreaterThan(1000);
});
