import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import type { Run } from "../../../src/model/run/run.ts";
import { fitted } from "../../../src/report/format/fitted.ts";
import { renderMarkdown } from "../../../src/report/format/markdown.ts";
import { MAX_WIDTH } from "../../../src/report/format/table-width.ts";
import { cell, plain, type Table, words } from "../../../src/report/parts/document.ts";
import { runReport } from "../../../src/report/run/run.ts";
import { phasePlan, plan, result, run, summary, VOLUME } from "../fixture.ts";

const GOLDEN = resolve(import.meta.dirname, "../golden");

function tableWidths(markdown: string): readonly number[] {
  return markdown
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => stringWidth(line));
}

const columns = ["Phase", "Repetition", "Rate", "Reason"].map(
  (title) => ({ key: title.toLowerCase(), title, align: "left" }) as const,
);

function table(...rows: readonly (readonly string[])[]): Table {
  const cells = rows.map((row) =>
    row.map((text) => (text === "–" ? cell(text, null) : words(text))),
  );
  return { kind: "table", id: "t", columns, rows: cells, keys: 2 };
}

/** Titles of the tables, and the other blocks as text. */
function shown(given: Table): readonly (readonly string[] | string)[] {
  return fitted(given).map((block) => {
    if (block.kind === "table") return block.columns.map(({ title }) => title);
    if (block.kind === "fold") return plain(block.title);
    if (block.kind === "list") return block.items.map(plain).join("\n");
    return block.kind === "paragraph" ? plain(block.text) : block.kind;
  });
}

describe("tables that fit a page", () => {
  test("state equal columns in one sentence and leave out empty ones", () => {
    expect(shown(table(["a", "1", "5", "–"], ["b", "1", "6", "–"]))).toEqual([
      ["Phase", "Rate"],
      "In all rows: Repetition 1.",
    ]);
  });

  test("list long texts once below a table that is too wide", () => {
    const why = "a reason that is long ".repeat(5).trim();
    const rows = [
      ["a", "1", "5", why],
      ["b", "2", "6", why],
      ["c", "2", "7", "short"],
    ];
    expect(shown(table(...rows))).toEqual([
      ["Phase", "Repetition", "Rate"],
      `Reason, a, b: ${why}\nReason, c: short`,
    ]);
  });

  test("leave a table without row names as it is", () => {
    const { keys: _, ...other } = table(["a", "1", "5", "–"], ["b", "1", "6", "–"]);
    expect(shown(other)).toEqual([["Phase", "Repetition", "Rate", "Reason"]]);
  });

  const ofRuns = ["single", "mixed", "bucket", "repeated-partial", "failed", "described"];
  test.each([...ofRuns, "disturbed", "search", "thresholds", "thresholds-alone", "selftest"])(
    "keep the report %s within the width of a page",
    (name) => {
      expect(readdirSync(GOLDEN)).toContain(`${name}.md`);
      const widths = tableWidths(readFileSync(`${GOLDEN}/${name}.md`, "utf8"));
      expect(widths.length).toBeGreaterThan(0);
      expect(Math.max(...widths)).toBeLessThanOrEqual(MAX_WIDTH);
    },
  );

  test("keep any run within the width of a page", () => {
    const name = fc.oneof(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 90 }),
      fc.stringMatching(/^[長い名|*_`]{1,60}$/u),
    );
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 12 }), (names) => {
        const phases = names.map((one) => phasePlan(one));
        const results = phases.map((phase, at) =>
          result(phase, [summary("all", 10 ** at + at, 4096, 1e3 * 3 ** at)], {
            state: at % 4 === 3 ? "partial" : "complete",
            reason: at % 4 === 3 ? "interrupted" : null,
          }),
        );
        const given: Run = run("any", VOLUME, plan("any", phases), results);
        const widths = tableWidths(renderMarkdown(runReport(given)));
        expect(Math.max(...widths)).toBeLessThanOrEqual(MAX_WIDTH);
      }),
      { numRuns: 60 },
    );
  });
});
