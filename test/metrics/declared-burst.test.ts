import { expect, test } from "vitest";
import { declaredBurst } from "../../src/metrics/declared-burst.ts";
import type { TargetKind, TargetSpec } from "../../src/model/target.ts";

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
