import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Controller } from "../../../src/testbed/volume/limits/controller.ts";
import type { Limits, Profile } from "../../../src/testbed/volume/limits/kinds.ts";
import { type Pool, ThrottledDevice } from "./throttle.ts";

const UNLIMITED = { iops: null, bytesPerSecond: null };
const MIB = 2 ** 20;
/** A slice of the throttle more or less at either end of a measurement. */
const SLICE_SECONDS = 0.1;

function steady(sustained: Limits): Profile {
  return { sustained, burst: null, operationBytes: 262_144 };
}

const N = 3000;
const FLAT = steady({ iops: N, bytesPerSecond: 125 * MIB });

/** A device of a profile with loads on it, from a tenth of a second on. */
function device(profile: Profile, pools: readonly Pool[], seed = 1): ThrottledDevice {
  const made = new ThrottledDevice(new Controller(profile, UNLIMITED), seed);
  made.run(0.13);
  for (const pool of pools) made.load(pool);
  return made;
}

const READS: Pool = { depth: 64, readShare: 1 };
const WRITES: Pool = { depth: 64, readShare: 0 };

describe("reads and writes under one limit", () => {
  test("a mix gets all of it and no more, whatever its ratio and depth", () => {
    const loads = fc.record({
      readShare: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
      depth: fc.integer({ min: 4, max: 512 }),
      seed: fc.nat(),
    });
    const most = (seconds: number) => 0.005 + (1.5 * SLICE_SECONDS) / seconds;
    fc.assert(
      fc.property(loads, ({ seed, ...pool }) => {
        const volume = device(FLAT, [pool], seed);
        volume.run(2);
        const { all } = volume.run(20);
        expect(Math.abs(all / N - 1)).toBeLessThan(most(20));
      }),
      { numRuns: 25 },
    );
  });

  test("a mix of large requests gets all of the throughput", () => {
    const volume = device(FLAT, [{ depth: 64, readShare: 0.6, bytes: 262_144 }]);
    volume.run(2);
    expect(Math.abs(volume.run(20).bytes / (125 * MIB) - 1)).toBeLessThan(0.01);
  });

  test("a mix that begins does not get the limit twice", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { all } = device(FLAT, [{ depth: 64, readShare: 0.7 }], seed).run(0.5);
      expect(all).toBeLessThan(1.25 * N);
      expect(all).toBeGreaterThan(0.85 * N);
    }
  });

  test("a mix is forgotten in a rest", () => {
    const volume = device(FLAT, [
      { depth: 64, readShare: 0.9, untilMs: 1000 },
      { ...WRITES, fromMs: 3000 },
    ]);
    volume.run(2.87);
    expect(volume.run(0.5).write).toBeGreaterThan(0.85 * N);
  });

  test("one direction alone gets all of it, before and after there was a mix", () => {
    const volume = device(FLAT, [
      { ...READS, untilMs: 5000 },
      { depth: 64, readShare: 0.5, fromMs: 5000, untilMs: 10_000 },
      { ...WRITES, fromMs: 10_000 },
    ]);
    volume.run(1);
    expect(volume.run(3).read).toBeCloseTo(N, -1);
    volume.run(7);
    const { read, write } = volume.run(5);
    expect(read).toBe(0);
    expect(write / N).toBeCloseTo(1, 1);
  });

  test("of two loads that both want everything, neither starves, and there is no more", () => {
    const volume = device(FLAT, [READS, { ...WRITES, fromMs: 2000 }]);
    volume.run(4);
    const { read, write, all } = volume.run(10);
    expect(Math.abs(all / N - 1)).toBeLessThan(0.02);
    expect(write / read).toBeGreaterThan(0.5);
    expect(write / read).toBeLessThan(2);
  });

  test("few writes with many reads share the limit", () => {
    const volume = device(FLAT, [{ depth: 64, readShare: 0.97 }]);
    volume.run(2);
    const { write, all } = volume.run(10);
    expect(Math.abs(all / N - 1)).toBeLessThan(0.02);
    expect(write / all).toBeCloseTo(0.03, 2);
  });
});

describe("one limit", () => {
  test("is kept to the last digit, which the throttle rounds away", () => {
    for (const iops of [109, 1237, 98]) {
      const volume = device(steady({ iops, bytesPerSecond: null }), [{ depth: 8, readShare: 1 }]);
      volume.run(2);
      expect(Math.abs(volume.run(40).all / iops - 1)).toBeLessThan(0.01);
    }
  });

  test("that is right is left alone", () => {
    const volume = device(FLAT, [READS]);
    volume.run(2);
    const { changes } = volume;
    expect(volume.run(10).all).toBeCloseTo(N, 5);
    expect(volume.changes).toBe(changes);
  });

  test("is not made up for by one that asked for less", () => {
    const volume = device(FLAT, [{ depth: 1, readShare: 0.5, untilMs: 5000, bytes: 4096 }, READS]);
    expect(volume.run(10).all).toBeLessThan(1.02 * N);
  });
});

describe("a bucket that runs dry", () => {
  const bursting: Profile = {
    sustained: { iops: 300, bytesPerSecond: null },
    burst: {
      credit: "operations",
      capacity: 5400,
      refillPerSecond: 300,
      limits: { iops: 3000, bytesPerSecond: null },
    },
    operationBytes: 262_144,
  };

  test("ends the burst at the second that its credits allow, to half a slice", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const volume = device(bursting, [{ ...READS, fromMs: 130 + 37 * seed }], seed);
      volume.run((37 * seed) / 1000);
      const before = volume.run(1.5).all * 1.5;
      const around = volume.run(1.5).all * 1.5;
      const { all } = volume.run(5);
      expect(Math.abs(before / 1.5 / 3000 - 1)).toBeLessThan(SLICE_SECONDS / 1.5);
      expect(Math.abs((before + around - 300 * 3) / 2700 - 2)).toBeLessThan(0.8 * SLICE_SECONDS);
      expect(Math.abs(all / 300 - 1)).toBeLessThan(SLICE_SECONDS / 5 + 0.01);
    }
  });

  test("refills while idle, and immediately on request", () => {
    const controller = new Controller(bursting, UNLIMITED);
    const volume = new ThrottledDevice(controller, 1);
    volume.load({ ...READS, untilMs: 3000 });
    volume.run(3);
    expect(controller.credits).toBeLessThan(30);
    volume.run(10);
    expect(controller.credits).toBeGreaterThan(2850);
    expect(controller.credits).toBeLessThan(3050);
    volume.load(READS);
    volume.run(0.1);
    expect(volume.run(0.8).all).toBeGreaterThan(2700);
    controller.refill();
    expect(controller.credits).toBe(5400);
  });

  test("an instance below the burst makes it last longer, and other limits end it", () => {
    const controller = new Controller(bursting, { iops: 1500, bytesPerSecond: null });
    const volume = new ThrottledDevice(controller, 1);
    volume.load(READS);
    volume.run(0.5);
    expect(volume.run(3.5).all).toBeCloseTo(1500, -2);
    volume.run(1);
    expect(Math.abs(volume.run(5).all / 300 - 1)).toBeLessThan(SLICE_SECONDS / 5 + 0.01);
    controller.replace({ iops: 5000, bytesPerSecond: null });
    volume.run(1);
    expect(volume.run(5).all).toBeCloseTo(1500, -1);
    expect(controller.credits).toBeNull();
  });
});
