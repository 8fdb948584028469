import fc from "fast-check";
import { expect, test } from "vitest";
import { CellCounts } from "../../../src/metrics/histogram/cell-counts.ts";
import { summarizeCells } from "../../../src/metrics/histogram/cell-summary.ts";
import { CELLS, LONGEST_NS } from "../../../src/metrics/histogram/cells.ts";
import { LatencyCounts } from "../../../src/metrics/histogram/counts.ts";
import {
  addPairs,
  type LatencyHistogram,
  makeHistogram,
  summarize,
} from "../../../src/metrics/histogram/histogram.ts";
import { CellList, packCounts } from "../../../src/metrics/histogram/packed.ts";

const exact = fc.oneof(
  fc.integer({ min: 1, max: 5000 }),
  fc.integer({ min: 1, max: 2e9 }),
  fc.maxSafeInteger().map((ns) => (Math.abs(ns) % LONGEST_NS) + 1),
);
const censored = fc.integer({ min: 1, max: 2e9 }).map((ns) => -ns);
const latencies = fc.array(fc.oneof({ weight: 9, arbitrary: exact }, censored), {
  maxLength: 300,
});

/** A histogram of latencies; negative ones are lower bounds. */
function histogramOf(values: readonly number[]): LatencyHistogram {
  const counts = new LatencyCounts(1);
  for (const ns of values) {
    if (ns < 0) counts.recordAtLeast(0, -ns);
    else counts.record(0, ns);
  }
  const histogram = makeHistogram("total");
  const pairs = counts.take(0);
  if (pairs !== null) addPairs(histogram, pairs);
  return histogram;
}

function unpacked(histogram: LatencyHistogram, times = 1): CellCounts {
  const list = new CellList();
  list.unpack(packCounts(histogram), histogram.atLeastNs);
  const counts = new CellCounts();
  for (let time = 0; time < times; time++) counts.add(list);
  return counts;
}

test("packed and unpacked counts have the summary of the histogram", () => {
  fc.assert(
    fc.property(latencies, (values) => {
      const histogram = histogramOf(values);
      const counts = unpacked(histogram);
      const back = makeHistogram("total");
      counts.addTo(back);
      const expected = summarize(histogram);
      expect(summarize(back)).toEqual(expected);
      const found = summarizeCells(counts);
      if (expected === null || found === null) expect(found).toBe(expected);
      else {
        const { meanNs, standardDeviationNs, ...rest } = expected;
        expect(found).toMatchObject(rest);
        expect(found.meanNs / meanNs).toBeCloseTo(1, 9);
        expect(found.standardDeviationNs).toBeCloseTo(standardDeviationNs, -Math.log10(meanNs) + 5);
        expect(found.atLeastNs).toBe(expected.atLeastNs);
      }
      for (const one of [histogram, back]) one.destroy();
    }),
    { numRuns: 200 },
  );
});

test("counts beyond 16 and 32 bits are exact", () => {
  const histogram = makeHistogram("total");
  const large = [1, 65_535, 65_536, 2 ** 32, 2 ** 45 + 1];
  for (const [at, count] of large.entries()) histogram.recordValueWithCount(10 + at, count);
  const list = new CellList();
  list.fill(unpacked(histogram, 3));
  expect([...list.counts.slice(0, list.length)]).toEqual(large.map((count) => 3 * count));
  histogram.destroy();
});

test("sums are exact, whatever pages they fill and share", () => {
  const cell = fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: CELLS - 1 }));
  const count = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 2 ** 40 }));
  const lists = fc.array(fc.dictionary(cell.map(String), count), { minLength: 1, maxLength: 8 });
  const list = new CellList();
  fc.assert(
    fc.property(lists, fc.boolean(), (given, isNarrow) => {
      const counts = new CellCounts();
      const sums = new Map<number, number>();
      for (const one of given) {
        list.collect((visit) => {
          for (const [text, value] of Object.entries(one)) {
            // Integer keys are in ascending order.
            const [at, more] = [Number(text), isNarrow ? Math.min(value, 200) : value];
            visit(at, more);
            sums.set(at, (sums.get(at) ?? 0) + more);
          }
        });
        counts.add(list);
      }
      list.fill(counts);
      const found = [...list.cells.slice(0, list.length)].map((at, place) => [
        at,
        list.counts[place],
      ]);
      expect(found).toEqual([...sums].toSorted(([one], [other]) => one - other));
    }),
    { numRuns: 300 },
  );
});

test("1,000 latencies of a log-normal distribution take at most 2.5 kB", () => {
  const values = Array.from({ length: 1000 }, (_, at) => {
    const [u, v] = [(at + 0.5) / 1000, ((at * 619) % 1000) / 1000];
    return 400e3 * Math.exp(0.5 * Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v));
  });
  const histogram = histogramOf(values);
  const packed = packCounts(histogram);
  const list = new CellList();
  list.fill(unpacked(histogram));
  expect(list.length).toBeGreaterThan(600);
  expect(packed.length).toBeLessThanOrEqual(2500);
  histogram.destroy();
});

test("any other text is refused in one sentence, or has valid cells", () => {
  const list = new CellList();
  const text = fc.oneof(
    fc.string(),
    fc.base64String(),
    fc.uint8Array({ maxLength: 60 }).map(base64),
  );
  fc.assert(
    fc.property(text, (packed) => {
      try {
        list.unpack(packed);
      } catch (error) {
        expect(String(error)).toMatch(/^Error: [^\n]{10,200}$/);
        return;
      }
      let last = -1;
      for (const [at, cell] of list.cells.subarray(0, list.length).entries()) {
        const count = list.counts[at] ?? 0;
        expect(cell).toBeGreaterThan(last);
        expect(Number.isSafeInteger(count) && count > 0).toBe(true);
        last = cell;
      }
    }),
    { numRuns: 2000 },
  );
});

test("a count that is no exact number is refused", () => {
  const packed = Buffer.from([0, ...Array.from({ length: 8 }, () => 0xff), 0x7e]);
  expect(() => new CellList().unpack(base64(packed))).toThrow("a number that does not end");
});

test("a text longer than any packed histogram is refused", () => {
  expect(() => new CellList().unpack("A".repeat(2_000_000))).toThrow("2000000 characters");
});

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
