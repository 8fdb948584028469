import fc from "fast-check";
import { encodeIntoCompressedBase64 } from "hdr-histogram-js";
import { expect, test } from "vitest";
import { eachCell, edgeOf, LONGEST_NS } from "../../../src/metrics/histogram/cells.ts";
import { makeHistogram } from "../../../src/metrics/histogram/histogram.ts";
import { CountedCells, percentilesOf, rowsOf } from "../../../src/metrics/series/counted-cells.ts";
import { curvePoints } from "../../../src/metrics/series/curve.ts";

const latency = fc.double({ min: 0, max: 1, noNaN: true }).map((u) => Math.round(LONGEST_NS ** u));
const counted = fc.array(fc.tuple(latency, fc.integer({ min: 1, max: 5000 })), {
  ...{ minLength: 1, maxLength: 100 },
});

/** The same latencies in the library's histogram, and added cell by cell. */
function both(pairs: readonly (readonly [ns: number, count: number])[]) {
  const histogram = makeHistogram("interval");
  const cells = new CountedCells();
  for (const [ns, count] of pairs) {
    const one = makeHistogram("interval");
    for (const into of [one, histogram]) into.recordValueWithCount(ns, count);
    eachCell(encodeIntoCompressedBase64(one), (cell, of) => cells.add(cell, of));
    one.destroy();
  }
  return { histogram, cells };
}

test("percentiles of added cells are those of the histogram, null with too few operations", () => {
  fc.assert(
    fc.property(counted, (pairs) => {
      const { histogram, cells } = both(pairs);
      const { totalCount } = histogram;
      expect(cells.total).toBe(totalCount);
      const shares = [0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 1];
      const found = percentilesOf(cells.sorted(), cells.total, shares);
      for (const [index, share] of shares.entries()) {
        // 10,000 operations for p99.99.
        const isEnough = totalCount >= (share === 1 ? 1 : Math.round(1 / (1 - share)));
        const exact = histogram.getValueAtPercentile(share * 100);
        expect(found[index]).toBe(isEnough ? exact : null);
      }
      const points = curvePoints(cells);
      for (const { share, ns } of points) {
        if (shares.includes(share)) expect(ns).toBe(found[shares.indexOf(share)]);
        expect(share).toBeLessThanOrEqual(1 - 1 / totalCount);
      }
      const increasing = points.toSorted((a, b) => a.share - b.share || a.ns - b.ns);
      expect(points).toEqual(increasing);
      histogram.destroy();
    }),
    { numRuns: 100 },
  );
});

test("rows of a heat map count every operation once, in the row of its latency", () => {
  fc.assert(
    fc.property(counted, (pairs) => {
      const { histogram, cells } = both(pairs);
      const rows = rowsOf(cells.sorted());
      expect(rows.reduce((sum, [, count]) => sum + count, 0)).toBe(histogram.totalCount);
      expect(rows).toEqual([...new Map(rows)].toSorted(([a], [b]) => a - b));
      histogram.destroy();
    }),
    { numRuns: 50 },
  );
  // 1 ms is 10^(60/10) ns, 1.25 ms is still in its row, 1.26 ms is not: 10^0.1 is 1.2589.
  const { cells } = both([
    [1e6, 3],
    [1.25e6, 2],
    [1.26e6, 1],
    [0, 4],
  ]);
  expect(rowsOf(cells.sorted())).toEqual([
    [0, 4],
    [60, 5],
    [61, 1],
  ]);
});

test("cleared cells are as new", () => {
  const { cells } = both([[5e6, 7]]);
  cells.clear();
  expect(cells.sorted()).toEqual([]);
  cells.add(3, 2);
  expect(cells.sorted()).toEqual([[3, 2]]);
  expect(percentilesOf(cells.sorted(), cells.total, [0.5])).toEqual([edgeOf(4) - 1]);
});
