import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { summarize } from "../../../src/metrics/histogram/histogram.ts";
import { DRAIN } from "../../../src/model/run/measurement.ts";
import type { HostsMeasurement } from "../../../src/run/hosts/hosts.ts";
import type { PhaseInterval } from "../../../src/run/phase/intervals.ts";
import { type Deeds, hostOf, merged, READS, timed, WIDTH_NS } from "./support.ts";

/** Log-normal latencies around a median, the same for the same seed. */
function latenciesOf(seed: number, count: number, medianNs: number): readonly number[] {
  let state = seed;
  const random = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  return Array.from({ length: count }, () =>
    Math.round(
      medianNs *
        Math.exp(0.5 * Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())),
    ),
  );
}

/** Totals and latencies of all intervals; closes the measurement. */
function everything(measurement: HostsMeasurement) {
  const { totals, intervals, reportedNs } = measurement.total(1e9, [1e9]);
  const [total] = totals;
  if (total === undefined) throw new Error("no operation was merged");
  const { operations, bytes, errors, drained, unfinished } = total;
  const service = summarize(total.service);
  measurement.close();
  return { operations, bytes, errors, drained, unfinished, service, intervals, reportedNs };
}

test("merged counts are those of one sorted list, and percentiles within 0.1%", () => {
  const hosts: Deeds[] = [200e3, 1e6, 40e6].map((medianNs, host) => ({
    intervals: Array.from({ length: 20 }, (_, at) =>
      latenciesOf(1000 * host + at + 1, 500 * (host + 1), medianNs),
    ),
    drain: latenciesOf(host + 77, 10, medianNs),
  }));
  const all = hosts
    .flatMap(({ intervals, drain = [] }) => [...intervals.flat(), ...drain])
    .sort((a, b) => a - b);
  const { operations, bytes, drained, service } = everything(merged(hosts.map(hostOf), [2, 0, 1]));
  expect(operations).toBe(20 * 500 * 6);
  expect(bytes).toBe(operations * 4096);
  expect(drained).toBe(30);
  expect(service?.count).toBe(all.length);
  const exact = (share: number) => all[Math.max(0, Math.ceil(share * all.length) - 1)] ?? 0;
  for (const [found, share] of [
    [service?.p50Ns, 0.5],
    [service?.p90Ns, 0.9],
    [service?.p95Ns, 0.95],
    [service?.p99Ns, 0.99],
    [service?.p999Ns, 0.999],
    [service?.p9999Ns, 0.9999],
    [service?.maxNs, 1],
  ] as const) {
    expect((found ?? 0) / exact(share)).toBeGreaterThanOrEqual(1);
    expect((found ?? 0) / exact(share)).toBeLessThan(1.001);
  }
  const mean = all.reduce((sum, ns) => sum + ns, 0) / all.length;
  expect((service?.meanNs ?? 0) / mean).toBeCloseTo(1, 3);
});

const some = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 1, max: 2e9 }) },
    fc.integer({ min: 1, max: 2e9 }).map((ns) => -ns),
  ),
  { maxLength: 6 },
);
const deeds = fc.record({
  intervals: fc.array(some, { minLength: 1, maxLength: 5 }),
  drain: some,
  errors: fc.nat(3),
});
const several = fc.array(deeds, { minLength: 1, maxLength: 4 });

test("hosts give the same as one host that did all of it, censored values included", () => {
  fc.assert(
    fc.property(several, fc.array(fc.nat(9), { minLength: 1, maxLength: 20 }), (hosts, turns) => {
      const longest = Math.max(...hosts.map(({ intervals }) => intervals.length));
      const one: Deeds = {
        intervals: Array.from({ length: longest }, (_, at) =>
          hosts.flatMap(({ intervals }) => intervals[at] ?? []),
        ),
        drain: hosts.flatMap(({ drain }) => drain),
      };
      const together = everything(merged(hosts.map(hostOf), turns));
      const { errors: _, ...alone } = everything(merged([hostOf(one)]));
      expect(together).toMatchObject(alone);
      expect(together.errors).toBe(
        hosts.reduce((sum, { errors, intervals }) => sum + errors * (intervals.length + 1), 0),
      );
    }),
    { numRuns: 60 },
  );
});

test("any order of arrival gives the same intervals", () => {
  const seen = (hosts: readonly Deeds[], turns: readonly number[]) => {
    const intervals: unknown[] = [];
    const onInterval = ({ histograms, ...counts }: PhaseInterval) =>
      intervals.push({ ...counts, latencies: histograms.map(summarize) });
    everything(merged(hosts.map(hostOf), turns, { onInterval }));
    return intervals;
  };
  fc.assert(
    fc.property(several, fc.array(fc.nat(9), { minLength: 1, maxLength: 20 }), (hosts, turns) => {
      expect(seen(hosts, turns)).toEqual(seen(hosts, [0]));
    }),
    { numRuns: 40 },
  );
});

test("totals of each host hash to what the host computed itself", () => {
  fc.assert(
    fc.property(several, (hosts) => {
      const sent = hosts.map(hostOf);
      const measurement = merged(sent, [1, 0]);
      for (const [place, { hash }] of sent.entries()) {
        expect(measurement.isSame(place, hash)).toBe(true);
      }
      measurement.close();
    }),
    { numRuns: 40 },
  );
  const measurement = merged([hostOf({ intervals: [[5, 6]] }), hostOf({ intervals: [[7, 8]] })]);
  onTestFinished(() => measurement.close());
  expect(measurement.isSame(0, hostOf({ intervals: [[5, 7]] }).hash)).toBe(false);
});

test("a lost host holds nothing back, and what it sent stays", () => {
  const emitted: (readonly [number, number | undefined])[] = [];
  const hosts = [5, 6, 7].map((ns) => hostOf({ intervals: Array(4).fill([ns, ns]) }));
  const onInterval = ({ index, operations }: PhaseInterval) => emitted.push([index, operations[0]]);
  const series = hosts.map(() => READS);
  const measurement = merged([], [0], { onInterval, series, phase: timed(4) });
  const send = (place: number, index: number) =>
    measurement.add(
      place,
      hosts[place]?.cells.find((cell) => cell.index === index),
    );
  send(2, 0);
  for (const index of [0, 1, 2, 3]) for (const place of [0, 1]) send(place, index);
  expect(emitted).toEqual([[0, 6]]);
  measurement.lose(2);
  expect(emitted).toEqual([
    [0, 6],
    [1, 4],
    [2, 4],
    [3, 4],
  ]);
  // It returns: what it sends now does not count.
  send(2, 1);
  for (const place of [0, 1]) {
    send(place, DRAIN);
    measurement.finish(place);
  }
  expect(everything(measurement)).toMatchObject({ operations: 18, intervals: 4 });
  expect(measurement.of(2).sum("operations")).toBe(2);
  expect(measurement.doneAt(2 * WIDTH_NS)).toEqual({ endNs: 2 * WIDTH_NS, operations: 10 });
});

test("each host has the time series that it would store itself", () => {
  const own: unknown[][] = [[], []];
  const hosts = [[[5, -7], [6], []], [[9]]].map((intervals) => hostOf({ intervals, drain: [8] }));
  const onHostInterval = (place: number, { histograms, ...counts }: PhaseInterval) =>
    own[place]?.push({ ...counts, latencies: histograms.map(summarize) });
  const drained = { index: DRAIN, fromNs: 3 * WIDTH_NS, widthNs: 0, operations: [1] };
  everything(merged(hosts, [1, 0], { onHostInterval }));
  expect(own.map(({ length }) => length)).toEqual([4, 2]);
  expect(own[0]?.[0]).toMatchObject({
    index: 0,
    fromNs: 0,
    latencies: [{ count: 2, atLeastNs: 7 }],
  });
  expect(own[0]?.[2]).toMatchObject({ index: 2, fromNs: 2 * WIDTH_NS, latencies: [null] });
  expect(own[0]?.[3]).toMatchObject(drained);
  expect(own[1]?.[1]).toMatchObject({ ...drained, fromNs: WIDTH_NS });
});
