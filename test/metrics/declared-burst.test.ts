import { expect, test } from "vitest";
import { creditsOf, declaredBurst } from "../../src/metrics/declared-burst.ts";
import type { TargetKind } from "../../src/model/target/kind.ts";
import type { TargetSpec } from "../../src/model/target/target.ts";

const GIB = 2 ** 30;

function target(kind: TargetKind, sizeGiB?: number): TargetSpec {
  const provisioned = sizeGiB === undefined ? {} : { sizeBytes: sizeGiB * GIB };
  return { name: "t", kind, address: { kind: "path", path: "/mnt" }, provisioned };
}

// Seconds of the tables in Amazon's user guide for gp2, which rounds them.
test.each([
  [33, 1862],
  [100, 2000],
  [334, 2703],
  [750, 7200],
])("gp2 of %i GiB bursts for %i s", (sizeGiB, seconds) => {
  const burst = declaredBurst(target("ebs-gp2", sizeGiB));
  expect(Math.abs((burst?.lastsNs ?? 0) / 1e9 / seconds - 1)).toBeLessThan(0.001);
});

test("hard disks by the TiB, up to what both are capped at", () => {
  expect(declaredBurst(target("ebs-st1", 1024))).toMatchObject({
    burst: "250 MiB/s",
    baseline: "40 MiB/s",
    lastsNs: (1048576 / 210) * 1e9,
  });
  expect(declaredBurst(target("ebs-st1", 12.5 * 1024))).toBeNull();
  expect(declaredBurst(target("ebs-sc1", 16 * 1024))).toMatchObject({
    burst: "250 MiB/s",
    baseline: "192 MiB/s",
  });
});

test("nothing where there is no burst, or no size to say how long", () => {
  expect(declaredBurst(target("ebs-gp2", 1000))).toBeNull();
  expect(declaredBurst(target("ebs-gp2"))).toBeNull();
  expect(declaredBurst(target("ebs-gp3", 100))).toBeNull();
});

test("names what spends credits: volumes, file systems, instances, and nothing else", () => {
  const instance = { type: "m6a.large", ebsBaselineIops: 3600, ebsMaximumIops: 40_000 };
  const network = { networkBaselineBytesPerSecond: 1e8, networkMaximumBytesPerSecond: 1e9 };
  const efs = (throughputMode: "elastic" | "bursting") =>
    creditsOf({ ...target("efs"), provisioned: { throughputMode } });
  for (const kind of ["ebs-gp2", "ebs-st1", "ebs-sc1", "efs", "fsx-lustre"] as const) {
    expect(creditsOf(target(kind, kind.startsWith("ebs") ? 500 : undefined)), kind).not.toBeNull();
    expect(creditsOf(target(kind)), kind).not.toBeNull();
  }
  for (const kind of ["ebs-gp3", "ebs-io2", "instance-store", "directory", "s3"] as const) {
    expect(creditsOf(target(kind, 500)), kind).toBeNull();
  }
  expect(creditsOf(target("ebs-gp2", 1000))).toBeNull();
  expect([efs("elastic"), efs("bursting")]).toEqual([null, "EFS in bursting mode"]);
  expect(creditsOf({ ...target("ebs-gp3", 500), instance })).toContain("m6a.large");
  expect(creditsOf({ ...target("ebs-gp3", 500), instance: network })).toBeNull();
  expect(creditsOf({ ...target("s3"), instance: network })).toContain("network limit");
});
