import fc from "fast-check";
import { expect, test } from "vitest";
import { ColumnSums, type IntervalSums } from "../../../src/metrics/series/column-sums.ts";
import { MAX_COLUMNS } from "../../../src/metrics/series/series.ts";

const count = fc.integer({ min: 0, max: 1e6 });
const one = fc.record({
  ...{ operations: count, bytes: count, errors: count, throttled: count },
  ...{ offered: count, late: count, dropped: count, backlogMost: count, backlogEnd: count },
});

const WIDTH_S = 0.25;
const limit = fc.constantFrom(60, 120, MAX_COLUMNS);

/** Two operations per interval; what is common to both is in the row of each. */
function rowsOf(intervals: readonly (typeof one extends fc.Arbitrary<infer T> ? T : never)[]) {
  return intervals.flatMap((counts, interval): IntervalSums[] => {
    const at = { interval, fromS: interval * WIDTH_S, widthS: WIDTH_S };
    const none = { serviceAtLeastNs: null, responseAtLeastNs: null };
    const second = { ...counts, operations: 1, bytes: 2, errors: 3, throttled: 4 };
    return [
      { ...at, ...counts, ...none },
      { ...at, ...second, ...none },
    ];
  });
}

test("columns of whole intervals keep all sums, maxima and the time", () => {
  fc.assert(
    fc.property(fc.array(one, { minLength: 1, maxLength: 1000 }), limit, (intervals, limit) => {
      const sums = new ColumnSums(intervals.length, "response", limit);
      for (const row of rowsOf(intervals)) sums.add(row);
      const columns = sums.columns().map(([, column]) => column);
      const per = Math.ceil(intervals.length / limit);
      expect(columns).toHaveLength(Math.ceil(intervals.length / per));
      expect(columns.length).toBeLessThanOrEqual(limit);
      let atS = 0;
      for (const [index, column] of columns.entries()) {
        const own = intervals.slice(index * per, (index + 1) * per);
        const sum = (of: "operations" | "bytes" | "errors" | "throttled", second: number) =>
          own.reduce((all, counts) => all + counts[of] + second, 0);
        expect(column).toMatchObject({
          fromS: atS,
          widthS: own.length * WIDTH_S,
          operations: sum("operations", 1),
          bytes: sum("bytes", 2),
          errors: sum("errors", 3),
          throttled: sum("throttled", 4),
          open: {
            offered: own.reduce((all, { offered }) => all + offered, 0),
            late: own.reduce((all, { late }) => all + late, 0),
            dropped: own.reduce((all, { dropped }) => all + dropped, 0),
            backlogMost: Math.max(...own.map(({ backlogMost }) => backlogMost)),
            backlogEnd: own.at(-1)?.backlogEnd,
          },
        });
        atS += own.length * WIDTH_S;
      }
    }),
    { numRuns: 50 },
  );
});
