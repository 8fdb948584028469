import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printable, withoutCommand } from "../../../src/model/printable.ts";
import { csvText, renderCsv } from "../../../src/report/format/csv.ts";
import { summaryCsv } from "../../../src/report/run/files/summary-csv.ts";
import { runReport } from "../../../src/report/run/run.ts";
import { bucket, failed, mixed, repeated, single } from "../cases.ts";
import { readCsv } from "../read-csv.ts";

/** As a cell shows a text: no line of it acts on a terminal or in a log. */
const shown = (text: string): string => withoutCommand(printable(text));

describe("CSV", () => {
  test("reads back what was written; text that begins like a formula is defused", () => {
    const field = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", "'", "=", "a") }),
      fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }),
      fc.boolean(),
      fc.constant(null),
    );
    const table = fc
      .integer({ min: 2, max: 5 })
      .chain((width) => fc.array(fc.array(field, { minLength: width, maxLength: width })));
    fc.assert(
      fc.property(table, (rows) => {
        const width = rows[0]?.length ?? 2;
        const header = Array.from({ length: width }, (_, index) => `column_${index}`);
        const expected = rows.map((row) =>
          row.map((value) => {
            if (typeof value === "number") return String(value);
            const text = typeof value === "string" ? shown(value) : String(value ?? "");
            return /^[=+\-@\t\r\uff0b\uff0d\uff1d\uff20]/.test(text) ? `'${text}` : text;
          }),
        );
        expect(readCsv(csvText(header, rows))).toEqual([header, ...expected]);
      }),
    );
  });

  test("a formula in a name does not run in a spreadsheet", () => {
    expect(csvText(["name"], [["=HYPERLINK(1)"]])).toBe("name\n'=HYPERLINK(1)\n");
  });

  test("numbers keep every digit, and what is no number is empty", () => {
    const rows = readCsv(csvText(["a", "b", "c"], [[0.1 + 0.2, Number.NaN, 2 ** 53 - 1]]));
    expect(rows[1]).toEqual(["0.30000000000000004", "", "9007199254740991"]);
  });
});

describe("summary.csv", () => {
  test.each([single(), mixed(), bucket(), repeated(), failed()])(
    "$id: one row a phase, repetition and operation, as wide as its header",
    (run) => {
      const [header = [], ...rows] = readCsv(summaryCsv(run));
      const expected = run.phases.flatMap((result) =>
        result.summaries.map((summary) => [
          result.phase.name,
          String(result.repetition),
          summary.operation,
        ]),
      );
      const at = (row: readonly string[], key: string): string => row[header.indexOf(key)] ?? "?";
      const keys = ["phase", "repetition", "operation"];
      expect(rows.map((row) => keys.map((key) => at(row, key)))).toEqual(expected);
      for (const row of rows) expect(row).toHaveLength(header.length);
    },
  );

  test("values are in base units, and each unit ends its column's name", () => {
    const [header = [], row = []] = readCsv(summaryCsv(single()));
    const record = Object.fromEntries(header.map((key, index) => [key, row[index]]));
    expect(record).toMatchObject({
      latency_p50_ns: "812000",
      latency_p99_ns: "3248000",
      operations_per_second: "5987.4",
      bytes_per_second: String(5987.4 * 4096),
      first_byte_p50_ns: "",
      block_bytes: "4096",
    });
  });

  test("is what the report's CSV format shows", () => {
    expect(renderCsv(runReport(mixed()))).toBe(summaryCsv(mixed()));
  });
});
