import { describe, expect, test } from "vitest";
import { EstimatedClock, estimateClock, type RoundTrip, Turns } from "../../src/cluster/clock.ts";
import { Random } from "../../src/model/random/random.ts";

const ESTIMATES = 10_000;

describe("a clock estimate", () => {
  test("is within its bound, however the round trips are divided", () => {
    const generator = new Random(7, 0);
    const random = (): number => generator.uint32() / 2 ** 32;
    let outside = 0;
    let tight = 0;
    for (let index = 0; index < ESTIMATES; index++) {
      const offsetNs = BigInt(Math.floor((random() - 0.5) * 2e18));
      const baseNs = 1_000 + random() * 5e6;
      const trip = (): RoundTrip => {
        const rttNs = BigInt(Math.floor(baseNs * (1 + random() * random() * 20)));
        const upNs = BigInt(Math.floor(Number(rttNs) * random()));
        const sentNs = BigInt(Math.floor(random() * 9e18));
        return { sentNs, hostNs: sentNs + upNs + offsetNs, receivedNs: sentNs + rttNs };
      };
      const trips = Array.from({ length: 15 }, trip);
      const estimate = estimateClock([trip(), ...trips]);
      const errorNs = Math.abs(Number(estimate.offsetNs - offsetNs));
      if (errorNs > estimate.boundNs) outside++;
      if (errorNs > estimate.boundNs * 0.9) tight++;
    }
    expect(outside).toBe(0);
    // The bound is not generous: one direction may take nearly the whole round trip.
    expect(tight).toBeGreaterThan(ESTIMATES / 50);
  });

  test("uses the fastest round trip", () => {
    const trip = (rttNs: bigint, hostNs: bigint) => ({ sentNs: 0n, hostNs, receivedNs: rttNs });
    expect(estimateClock([trip(900n, 5n), trip(101n, 1050n), trip(400n, 7n)])).toEqual({
      offsetNs: 1000n,
      boundNs: 51,
    });
  });

  test("converts both ways, and reports drift from the first estimate", async () => {
    let offsetNs = 5_000_000n;
    const read = async () => ({ sentNs: 100n, hostNs: 150n + offsetNs, receivedNs: 200n });
    const clock = new EstimatedClock("a", read, new Turns(1));
    expect(() => clock.boundNs).toThrow("not estimated");
    await clock.measure();
    expect(clock).toMatchObject({ boundNs: 50, driftNs: null, roundTripNs: 100 });
    offsetNs += 70n;
    await clock.measure();
    offsetNs += 30n;
    await clock.measure();
    expect(clock.driftNs).toBe(100);
    expect(clock.toHost(1n)).toBe(5_000_101n);
    expect(clock.toOwn(5_000_101n)).toBe(1n);
  });

  test("fails if the host does not respond", async () => {
    const clock = new EstimatedClock("node-3", async () => null, new Turns(1));
    await expect(clock.measure()).rejects.toThrow("node-3 did not respond to 16 clock requests");
  });
});

test("turns limit how many tasks run concurrently", async () => {
  const turns = new Turns(32);
  let running = 0;
  let most = 0;
  const task = async (): Promise<void> => {
    running++;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running--;
  };
  await Promise.all(Array.from({ length: 100 }, () => turns.take(task)));
  await expect(turns.take(() => Promise.reject(new Error("x")))).rejects.toThrow("x");
  expect([most, running]).toEqual([32, 0]);
});
