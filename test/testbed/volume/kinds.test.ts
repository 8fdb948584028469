import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Bucket } from "../../../src/testbed/volume/limits/bucket.ts";
import {
  type Kind,
  lower,
  type Profile,
  type Provision,
  profileOf,
} from "../../../src/testbed/volume/limits/kinds.ts";
import { summaryOf } from "../../../src/testbed/volume/summary.ts";

const GIB = 2 ** 30;
const MIB = 2 ** 20;

function profile(kind: Kind, sizeGiB: number, changes: Partial<Provision> = {}): Profile {
  const base = { kind, iops: null, bytesPerSecond: null, sizeBytes: sizeGiB * GIB, scale: 1 };
  const found = profileOf({ ...base, ...changes });
  if ("problem" in found) throw new Error(found.problem);
  return found;
}

/** Seconds that a full bucket lasts when its burst is used in full. */
function burstSeconds({ burst }: Profile): number {
  return burst === null ? 0 : new Bucket(burst).secondsLeft(burst.limits);
}

describe("limits of the kinds, as Amazon's tables state them", () => {
  test("gp2: baseline and burst duration by size", () => {
    expect(profile("gp2", 1).sustained.iops).toBe(100);
    expect(profile("gp2", 500).sustained.iops).toBe(1500);
    expect(profile("gp2", 10_000).sustained.iops).toBe(16_000);
    expect(burstSeconds(profile("gp2", 20))).toBeCloseTo(1862, 0);
    expect(burstSeconds(profile("gp2", 100))).toBe(2000);
    expect(burstSeconds(profile("gp2", 334))).toBeCloseTo(2703, 0);
    expect(burstSeconds(profile("gp2", 750))).toBe(7200);
    expect(profile("gp2", 1000).burst).toBeNull();
    expect(profile("gp2", 170).sustained.bytesPerSecond).toBe(128 * MIB);
    expect(profile("gp2", 171).sustained.bytesPerSecond).toBe(250 * MIB);
  });

  test("gp2: a smaller bucket ends as much sooner", () => {
    expect(burstSeconds(profile("gp2", 100, { scale: 1000 }))).toBe(2);
  });

  test("st1: 40 and 250 MiB/s a TiB up to 500, and as many credits as it is large", () => {
    const one = profile("st1", 1024);
    expect(one.sustained).toEqual({ iops: 500, bytesPerSecond: 40 * MIB });
    expect(one.burst?.limits).toEqual({ iops: 500, bytesPerSecond: 250 * MIB });
    expect(one.burst?.capacity).toBe(1024 * GIB);
    expect(profile("st1", 2 * 1024).burst?.limits.bytesPerSecond).toBe(500 * MIB);
    expect(profile("st1", 12.5 * 1024).burst).toBeNull();
    expect(profile("st1", 1, { bytesPerSecond: 9 * MIB })).toEqual({
      sustained: { iops: 500, bytesPerSecond: 9 * MIB },
      burst: null,
      operationBytes: MIB,
    });
  });

  test("gp3 and io2: what was provisioned, or what comes with it", () => {
    expect(profile("gp3", 1).sustained).toEqual({ iops: 3000, bytesPerSecond: 125 * MIB });
    expect(profile("gp3", 1, { iops: 9000 }).sustained.iops).toBe(9000);
    expect(profile("io2", 1, { iops: 1000 }).sustained.bytesPerSecond).toBe(256 * MIB);
    expect(profile("io2", 1, { iops: 90_000 }).sustained.bytesPerSecond).toBe(4000 * MIB);
  });

  test("what a kind does not take is refused in one sentence", () => {
    expect(() => profile("io2", 1)).toThrow("set --iops");
    expect(() => profile("gp2", 1, { iops: 5 })).toThrow("the limits of gp2 depend on its size");
    expect(() => profile("st1", 1, { iops: 5 })).toThrow("st1 has no provisioned IOPS");
  });

  test("the lower limit holds, whichever side has one", () => {
    const volume = { iops: 3000, bytesPerSecond: null };
    const instance = { iops: 2500, bytesPerSecond: 7 };
    expect(lower(volume, instance)).toEqual({ iops: 2500, bytesPerSecond: 7 });
    expect(lower(instance, volume)).toEqual(lower(volume, instance));
  });

  test("a line says all of it", () => {
    const text = summaryOf("gp2", profile("gp2", 100), { iops: 9, bytesPerSecond: null });
    expect(text).toBe(
      "gp2, 300 IOPS and 128 MiB/s, bursting to 3000 IOPS and 128 MiB/s from 5400000 operations " +
        "of credit, instance limit 9 IOPS",
    );
    const odd = profile("gp3", 2, { iops: 79_999 });
    expect(summaryOf("gp3", odd, { iops: null, bytesPerSecond: null })).toMatch(/^gp3, 79999 IOPS/);
    const slow = { share: 0.4, bytes: 2 * GIB };
    const none = { iops: null, bytesPerSecond: null };
    expect(summaryOf("gp3", profile("gp3", 2), none, slow)).toBe(
      "gp3, 3000 IOPS and 125 MiB/s, 40 % of that until 2048 MiB have been read",
    );
  });
});

describe("a credit bucket", () => {
  const burst = {
    credit: "operations" as const,
    capacity: 1000,
    refillPerSecond: 100,
    limits: { iops: 600, bytesPerSecond: null },
  };

  test("allows no more than its capacity and what it earned, however it is used", () => {
    const demands = fc.array(fc.record({ ms: fc.integer({ min: 5, max: 2000 }), want: fc.nat(9) }));
    fc.assert(
      fc.property(demands, (steps) => {
        const bucket = new Bucket(burst);
        let seconds = 0;
        let done = 0;
        for (const { ms, want } of steps) {
          const most = bucket.bursting ? Math.min(600, 100 + bucket.level / (ms / 1000)) : 100;
          const spent = (most * want * (ms / 1000)) / 9;
          bucket.pass(ms / 1000, spent);
          if (bucket.level <= 0) bucket.close();
          seconds += ms / 1000;
          done += spent;
        }
        expect(done).toBeLessThanOrEqual(1000 + 100 * seconds + 1e-6);
        expect(bucket.level).toBeGreaterThanOrEqual(0);
        expect(bucket.level).toBeLessThanOrEqual(1000);
      }),
    );
  });

  test("runs dry, stays dry under load, and opens again after a rest", () => {
    const bucket = new Bucket(burst);
    bucket.pass(2, 1250);
    expect([bucket.level, bucket.bursting]).toEqual([-50, true]);
    bucket.close();
    expect([bucket.level, bucket.bursting]).toEqual([0, false]);
    bucket.pass(10, 999);
    expect(bucket.bursting).toBe(false);
    bucket.pass(1, 0);
    expect(bucket.bursting).toBe(true);
    bucket.pass(100, 0);
    expect(bucket.level).toBe(1000);
  });
});
