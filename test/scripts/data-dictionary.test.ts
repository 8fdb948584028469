import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { csvSections } from "../../scripts/docs/data-dictionary.ts";
import { readCsv } from "../report/read-csv.ts";
import { ROOT } from "../tree.ts";

const sections = csvSections();

function columnsOf(title: string) {
  return sections.find((section) => section.title === title)?.columns ?? [];
}

/** Column names of a section with the columns of one metric and one setting written out. */
function describes(title: string, key: string): boolean {
  return columnsOf(title).some((column) => {
    const pattern = column.key
      .replace("<setting>", "\\w+")
      .replace(/^<metric>_(low|high)$/, "\\w+_$1(_ns)?")
      .replace("<metric>", "\\w+");
    return new RegExp(`^${pattern}$`).test(key);
  });
}

describe("the data dictionary", () => {
  test.each([
    ["summary.csv", "bucket.summary.csv"],
    ["summary.csv", "mixed.summary.csv"],
    ["thresholds.csv", "thresholds.csv"],
    ["search.csv", "search.csv"],
    ["assay compare", "comparison.csv"],
    ["assay compare", "comparison-tested.csv"],
  ])("describes every column of %s in %s, and no other", (title, file) => {
    const text = readFileSync(join(ROOT, "test/report/golden", file), "utf8");
    const [header = []] = readCsv(text);
    expect(header.filter((key) => !describes(title, key))).toEqual([]);
    const names = columnsOf(title).map(({ key }) => key);
    const fixed = names.filter((key) => !key.includes("<"));
    expect(fixed.filter((key) => !header.includes(key))).toEqual([]);
  });

  test("describes every column of the guide, those of its verdicts included", () => {
    const text = readFileSync(join(ROOT, "test/report/golden/guide.csv"), "utf8");
    const [header = []] = readCsv(text);
    const keys = ["assay report --guide", "assay verify"].flatMap((title) =>
      columnsOf(title).map(({ key }) => key),
    );
    expect(keys).toEqual(header);
  });

  test("names a column of the same table wherever a value has the unit of a column", () => {
    for (const { title, columns } of sections) {
      for (const { key, unit } of columns) {
        const named = /^unit of (\w+)$/.exec(unit)?.[1];
        if (named === undefined) continue;
        expect(
          columns.map((one) => one.key),
          `${title}: ${key}`,
        ).toContain(named);
      }
    }
  });

  test("ends the name of a time or size with its unit", () => {
    const ends = { ns: /_ns$/, s: /_s$/, bytes: /(^|_)bytes$/, "bytes/s": /^bytes_per_second$/ };
    for (const { columns } of sections) {
      for (const { key, unit } of columns) {
        const end = Object.entries(ends).find(([one]) => one === unit)?.[1];
        if (end !== undefined) expect(key).toMatch(end);
      }
    }
  });
});
