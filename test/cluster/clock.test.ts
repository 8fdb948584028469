import { describe, expect, onTestFinished, test, vi } from "vitest";
import {
  clockInPhase,
  EstimatedClock,
  estimateClock,
  fewTrips,
  type RoundTrip,
  startTrips,
} from "../../src/cluster/clock.ts";
import { Turns } from "../../src/cluster/turns.ts";
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
      atNs: 50n,
    });
  });

  test("converts both ways, by the newest estimate", async () => {
    let offsetNs = 5_000_000n;
    const read = async () => ({ sentNs: 100n, hostNs: 150n + offsetNs, receivedNs: 200n });
    const clock = new EstimatedClock({ name: "a" }, read, new Turns());
    expect(() => clock.boundNs).toThrow("not estimated");
    await clock.measure();
    expect(clock).toMatchObject({ boundNs: 50, roundTripNs: 100 });
    offsetNs += 100n;
    await clock.measure();
    expect(clock.estimate).toEqual({ offsetNs: 5_000_100n, boundNs: 50, atNs: 150n });
    expect(clock.toHost(1n)).toBe(5_000_101n);
    expect(clock.toOwn(5_000_101n)).toBe(1n);
  });

  test("fails if the host does not respond", async () => {
    const clock = new EstimatedClock({ name: "node-3" }, async () => null, new Turns());
    await expect(clock.measure()).rejects.toThrow("node-3 did not respond to clock requests");
  });
});

test("estimates of many hosts take fewer round trips each", async () => {
  const counts = (trips: typeof fewTrips) =>
    [1, 64, 65, 128, 256, 1000].map((hosts) => trips(hosts).count);
  expect(counts(fewTrips)).toEqual([16, 16, 15, 8, 4, 2]);
  expect(counts(startTrips)).toEqual([16, 16, 15, 8, 4, 4]);
  let tookNs = 3_000_000n;
  const read = vi.fn(async () => ({ sentNs: 0n, hostNs: 150n, receivedNs: tookNs }));
  const clock = new EstimatedClock({ name: "a" }, read, new Turns());
  await clock.measure(2000, fewTrips(1000));
  expect(read).toHaveBeenCalledTimes(2);
  await clock.measure(2000, startTrips(1000));
  expect(read).toHaveBeenCalledTimes(6);
  await clock.measure();
  expect(read).toHaveBeenCalledTimes(22);
  // Its clock would not be known to 1.5 ms.
  tookNs = 3_000_001n;
  await clock.measure(2000, startTrips(1000));
  expect(read).toHaveBeenCalledTimes(38);
});

describe("an estimate that has a time", () => {
  test("ends in a given time, with the round trips until then, or stays as it was", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
    onTestFinished(() => void vi.useRealTimers());
    let tripMs = 300;
    const asked: number[] = [];
    const exchange = async (withinMs: number): Promise<RoundTrip | null> => {
      asked.push(withinMs);
      await new Promise((resolve) => setTimeout(resolve, Math.min(withinMs, tripMs)));
      return tripMs > withinMs ? null : { sentNs: 0n, hostNs: 7n, receivedNs: 2n };
    };
    const clock = new EstimatedClock({ name: "node-3" }, exchange, new Turns());
    const slow = clock.measure(2000);
    await vi.advanceTimersByTimeAsync(2000);
    await slow;
    expect(asked).toEqual([1000, 1000, 1000, 1000, 800, 500, 200]);
    tripMs = Number.POSITIVE_INFINITY;
    const silent = clock.measure(2000).catch(String);
    await vi.advanceTimersByTimeAsync(2000);
    expect(await silent).toContain("node-3 did not respond");
    expect(clock.estimate).toEqual({ offsetNs: 6n, boundNs: 1, atNs: 1n });
  });
});

describe("a clock in a phase", () => {
  const [MINUTE_NS, US] = [60_000_000_000n, 1000];
  const estimate = (offsetNs: bigint, atNs: bigint) => ({ offsetNs, boundNs: 30 * US, atNs });

  test("that was estimated before the start drifts, and starts in time", () => {
    // 20 ppm over 10 minutes.
    const before = estimate(0n, 0n);
    const found = clockInPhase(before, estimate(12_000_000n, 10n * MINUTE_NS), 500_000_000n);
    expect(found.driftNs).toBe(12e6);
    expect(found.startErrorNs).toBeCloseTo(-10 * US, 6);
    expect(found.boundNs).toBeCloseTo(40 * US, 6);
  });

  test("whose estimate was old started early by the drift until then", () => {
    const after = estimate(36_200_000n, 30n * MINUTE_NS + 10_000_000_000n);
    const found = clockInPhase(estimate(0n, 0n), after, 30n * MINUTE_NS);
    expect(found.startErrorNs).toBeCloseTo(-36e6, 0);
    expect(found.boundNs).toBeGreaterThan(36e6);
  });

  test("without a second estimate has no drift", () => {
    const before = estimate(5n, 7n);
    expect(clockInPhase(before, before, 9n)).toEqual({
      ...{ driftNs: null, startErrorNs: 0, boundNs: 30 * US },
    });
  });
});

test.each([
  ["4 of a near host", 0.4e6, 4],
  ["as many as fill a round trip", 10e6, 15],
  ["32 of a far host", 50e6, 32],
])("turns let as many tasks run as keep the coordinator busy: %s", async (_, tookNs, limit) => {
  const turns = new Turns();
  for (let trip = 0; trip < 100; trip++) turns.note(tookNs);
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
  await turns.take(task);
  expect([most, running]).toEqual([limit, 0]);
});
