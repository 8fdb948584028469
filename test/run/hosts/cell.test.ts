import fc from "fast-check";
import { expect, test } from "vitest";
import { LONGEST_NS } from "../../../src/metrics/histogram/cells.ts";
import { CellList } from "../../../src/metrics/histogram/packed.ts";
import { InvalidCell, unpackCell } from "../../../src/run/hosts/cell.ts";
import { hostOf, merged, READS, timed, WIDTH_NS } from "./support.ts";

const SHAPE = { operations: 1, series: 1, intervalNs: WIDTH_NS, intervals: 3 };
const [FIRST, , , DRAINED] = hostOf({ intervals: [[5, -7], [6], []], drain: [9] }).cells;

const lists = [new CellList()];
const unpack = (value: unknown) => unpackCell(value, SHAPE, lists);

test("an interval of a host is read as it was packed", () => {
  expect(unpack(FIRST)).toMatchObject({ index: 0, operations: [1], unfinished: [1] });
  expect(lists[0]).toMatchObject({ length: 2, atLeastNs: 7 });
  expect(unpack(DRAINED)).toMatchObject({ index: -1, widthNs: 0, operations: [1] });
});

test.each([
  ["no object", null, "expected an interval, got null"],
  ["nothing", undefined, "expected an interval, got nothing"],
  ["an index outside of the grid", { ...FIRST, index: 3 }, "interval 3 is outside of the 3"],
  ["a negative index", { ...FIRST, index: -2 }, "index: expected a count, got -2"],
  ["NaN", { ...FIRST, widthNs: Number.NaN }, "widthNs: expected a number, got null"],
  ["a negative width", { ...FIRST, widthNs: -1 }, "the width of interval 0 is -1 ns"],
  ["a drain with a width", { ...DRAINED, widthNs: 5 }, "the width of interval -1 is 5 ns"],
  ["a wide interval", { ...FIRST, widthNs: 2 * WIDTH_NS }, "the width of interval 0 is 200000000"],
  [
    "half an operation",
    { ...FIRST, operations: [0.5] },
    "operations: expected 1 counts, got [0.5]",
  ],
  ["more operations", { ...FIRST, operations: [1, 1] }, "operations: expected 1 entries, got 2"],
  ["negative bytes", { ...FIRST, bytes: [-1] }, "bytes: expected 1 counts, got [-1]"],
  ["a backlog of text", { ...FIRST, backlogEnd: "5" }, 'backlogEnd: expected a count, got "5"'],
  ["no open loop", { ...FIRST, opened: undefined }, "expected an interval, got nothing"],
  ["more series", { ...FIRST, latencies: [null, null] }, "latencies: expected 1 entries, got 2"],
  ["no text", { ...FIRST, latencies: [5] }, "latencies: expected packed counts"],
  ["no base64", { ...FIRST, latencies: ["!!!!"] }, "latencies: expected packed counts in base64"],
  ["a bound of 0", { ...FIRST, latencies: [["AQE=", 0]] }, "expected a lower bound, got 0"],
  ["a long bound", { ...FIRST, latencies: [["AQE=", LONGEST_NS + 1]] }, "expected a lower bound"],
  ["a count of 0", { ...FIRST, latencies: ["AQA="] }, "expected counts of 44032 cells"],
  ["a cell too far", { ...FIRST, latencies: ["////fwE="] }, "expected counts of 44032 cells"],
  ["half a pair", { ...FIRST, latencies: ["AQ=="] }, "latencies: expected "],
])("%s is refused", (_, value, problem) => {
  expect(() => unpack(value)).toThrow(InvalidCell);
  expect(() => unpack(value)).toThrow(problem);
});

test("whatever a host sends is refused in one sentence, or is an interval", () => {
  const garbage = fc.anything({ maxDepth: 2 });
  const mutated = fc
    .tuple(fc.constantFrom(...Object.keys(FIRST ?? {})), garbage)
    .map(([name, value]) => ({ ...FIRST, [name]: value }));
  const text = fc.uint8Array({ maxLength: 40 }).map((bytes) => ({
    ...FIRST,
    latencies: [Buffer.from(bytes).toString("base64")],
  }));
  fc.assert(
    fc.property(fc.oneof(garbage, mutated, text), (value) => {
      try {
        const { index, operations, widthNs } = unpack(value);
        expect(index >= -1 && index < 3 && widthNs >= 0 && operations.length === 1).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidCell);
        expect(String(error)).toMatch(/^InvalidCell: [^\n]{10,300}$/);
      }
    }),
    { numRuns: 3000 },
  );
});

test("intervals come in order, each once, and nothing after the drain", () => {
  const measurement = merged([], [0], { series: [READS, READS], phase: timed(3) });
  const { cells } = hostOf({ intervals: [[5], [6], [7]] });
  const [first, second, third, drain] = cells;
  measurement.add(0, first);
  expect(() => measurement.add(0, first)).toThrow("expected interval 1, got 0");
  expect(() => measurement.add(0, third)).toThrow("expected interval 1, got 2");
  measurement.add(0, second);
  measurement.add(0, drain);
  expect(() => measurement.add(0, third)).toThrow("an interval came after the end");
  expect(() => measurement.add(2, first)).toThrow("there is no host at place 2");
  measurement.finish(1);
  expect(() => measurement.add(1, first)).toThrow("an interval came after the end");
  expect(measurement.of(0).sum("operations")).toBe(2);
  measurement.close();
});
