import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  Controller,
  type Counters,
  type DirectionLimits,
} from "../../../scripts/emulated-volume/controller.ts";
import type { Profile } from "../../../scripts/emulated-volume/kinds.ts";

const UNLIMITED = { iops: null, bytesPerSecond: null };
const BLOCK = 4096;

const flat: Profile = {
  sustained: { iops: 1000, bytesPerSecond: null },
  burst: null,
  operationBytes: 262_144,
};

/**
 * A device under the limits of a controller and a load: a closed loop that mixes reads and writes
 * at a ratio, or each direction for itself wanting so many a second. Yields the rate of both.
 */
class Simulated {
  limits: DirectionLimits = { read: UNLIMITED, write: UNLIMITED };
  nowMs = 0;
  private readonly controller: Controller;
  private counters: Counters = {
    readOperations: 0,
    readBytes: 0,
    writeOperations: 0,
    writeBytes: 0,
  };

  constructor(controller: Controller) {
    this.controller = controller;
  }

  run(seconds: number, load: (limits: DirectionLimits) => { read: number; write: number }) {
    const from = { counters: this.counters, atMs: this.nowMs };
    while (this.nowMs < from.atMs + seconds * 1000) {
      const step = this.controller.step(this.counters, this.nowMs);
      this.limits = step.limits ?? this.limits;
      const rates = load(this.limits);
      this.pass(step.waitMs, rates);
    }
    const elapsed = (this.nowMs - from.atMs) / 1000;
    return {
      read: (this.counters.readOperations - from.counters.readOperations) / elapsed,
      write: (this.counters.writeOperations - from.counters.writeOperations) / elapsed,
    };
  }

  private pass(ms: number, rates: { read: number; write: number }): void {
    this.nowMs += ms;
    const reads = (rates.read * ms) / 1000;
    const writes = (rates.write * ms) / 1000;
    const { readOperations, readBytes, writeOperations, writeBytes } = this.counters;
    this.counters = {
      readOperations: readOperations + reads,
      readBytes: readBytes + reads * BLOCK,
      writeOperations: writeOperations + writes,
      writeBytes: writeBytes + writes * BLOCK,
    };
  }
}

const most = (limit: number | null) => limit ?? 1e6;

/** Slots that draw a read with a probability: the slower direction holds the other one back. */
function closedLoop(share: number) {
  return ({ read, write }: DirectionLimits) => {
    const all = Math.min(most(read.iops) / share, most(write.iops) / (1 - share));
    return { read: all * share, write: all * (1 - share) };
  };
}

function apart(wants: { read: number; write: number }) {
  return ({ read, write }: DirectionLimits) => ({
    read: Math.min(most(read.iops), wants.read),
    write: Math.min(most(write.iops), wants.write),
  });
}

describe("reads and writes under one limit", () => {
  test("a mix in a closed loop gets all of it, at its own ratio", () => {
    const shares = fc.double({ min: 0.05, max: 0.95, noNaN: true });
    fc.assert(
      fc.property(shares, (share) => {
        const device = new Simulated(new Controller(flat, UNLIMITED));
        device.run(1, closedLoop(share));
        const { read, write } = device.run(20, closedLoop(share));
        expect(read + write).toBeGreaterThan(970);
        expect(read + write).toBeLessThan(1020);
        expect(read / (read + write)).toBeCloseTo(share, 5);
      }),
    );
  });

  test("one direction alone gets all of it, before and after there was a mix", () => {
    const device = new Simulated(new Controller(flat, UNLIMITED));
    expect(device.run(5, apart({ read: 1e6, write: 0 })).read).toBeCloseTo(1000, 5);
    device.run(5, closedLoop(0.5));
    device.run(1, apart({ read: 0, write: 1e6 }));
    expect(device.run(5, apart({ read: 0, write: 1e6 })).write).toBeCloseTo(1000, 5);
  });

  test("of two streams that both want everything, neither starves", () => {
    const device = new Simulated(new Controller(flat, UNLIMITED));
    device.run(2, apart({ read: 990, write: 10 }));
    device.run(60, apart({ read: 1e6, write: 1e6 }));
    const { read, write } = device.run(5, apart({ read: 1e6, write: 1e6 }));
    expect(read + write).toBeCloseTo(1000, -1);
    expect(write / read).toBeGreaterThan(0.1);
  });

  test("limits that are right are left alone, since each change gives some I/O away", () => {
    const controller = new Controller(flat, UNLIMITED);
    const none = { readOperations: 0, readBytes: 0, writeOperations: 0, writeBytes: 0 };
    expect(controller.step(none, 0).limits).not.toBeNull();
    for (let ms = 500; ms < 5000; ms += 500) {
      expect(controller.step({ ...none, readOperations: ms }, ms).limits).toBeNull();
    }
  });
});

describe("a bucket that runs dry", () => {
  const bursting: Profile = {
    sustained: { iops: 100, bytesPerSecond: null },
    burst: {
      credit: "operations",
      capacity: 2900,
      refillPerSecond: 100,
      limits: { iops: 3000, bytesPerSecond: null },
    },
    operationBytes: 262_144,
  };
  const greedy = apart({ read: 1e6, write: 0 });

  test("ends the burst at the second that its credits allow", () => {
    const device = new Simulated(new Controller(bursting, UNLIMITED));
    expect(device.run(0.95, greedy).read).toBeCloseTo(3000, 5);
    device.run(0.1, greedy);
    expect(device.run(5, greedy).read).toBeCloseTo(100, 5);
  });

  test("fills in a rest, and at once when told to", () => {
    const controller = new Controller(bursting, UNLIMITED);
    const device = new Simulated(controller);
    device.run(2, greedy);
    device.run(10, apart({ read: 0, write: 0 }));
    expect(controller.credits).toBeCloseTo(1000, -2);
    expect(device.run(0.2, greedy).read).toBeCloseTo(3000, 5);
    controller.refill();
    expect(controller.credits).toBe(2900);
  });

  test("an instance below the burst makes it last longer, and other limits end it", () => {
    const controller = new Controller(bursting, { iops: 1550, bytesPerSecond: null });
    const device = new Simulated(controller);
    expect(device.run(1.9, greedy).read).toBeCloseTo(1550, 5);
    controller.replace({ iops: 5000, bytesPerSecond: null });
    expect(device.run(5, greedy).read).toBeCloseTo(1550, 5);
    expect(controller.credits).toBeNull();
  });
});
