import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { displayWidth } from "../../../src/report/format/format.ts";
import { renderMarkdown, tableMarkdown } from "../../../src/report/format/markdown.ts";
import {
  cell,
  code,
  type Inline,
  list,
  paragraph,
  strong,
  type Table,
} from "../../../src/report/parts/document.ts";

/**
 * Cells of a table row as GitHub's parser splits it: a backslash takes the next character along.
 */
function splitRow(line: string): string[] {
  const cells = [""];
  for (const [token] of line.matchAll(/\\[!-/:-@[-`{-~]|[\s\S]/gu)) {
    if (token === "|") cells.push("");
    else cells[cells.length - 1] += token;
  }
  return cells.slice(1, -1);
}

const inline: fc.Arbitrary<Inline> = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: fc.constantFrom("\\", "|", "`", "a", "\n", "_", "*", "<", " ") }),
  fc.string().map(code),
  fc.string({ unit: fc.constantFrom("\\", "|", "`", "b", "\r\n") }).map(code),
  fc.string().map(strong),
);

function tableOf(rows: readonly (readonly Inline[])[], columns: number): Table {
  return {
    kind: "table",
    id: "t",
    columns: Array.from({ length: columns }, (_, index) => ({
      key: `k${index}`,
      title: `Title ${index} | a`,
      align: index % 2 === 0 ? "left" : "right",
    })),
    rows: rows.map((row) => row.map((part) => cell([part], null))),
  };
}

describe("tables", () => {
  test("every row has as many cells as there are columns, whatever is in them", () => {
    const rows = fc
      .integer({ min: 1, max: 5 })
      .chain((width) =>
        fc.array(fc.array(inline, { minLength: width, maxLength: width }), { minLength: 1 }),
      );
    fc.assert(
      fc.property(rows, (cells) => {
        const columns = cells[0]?.length ?? 0;
        const lines = tableMarkdown(tableOf(cells, columns)).split("\n");
        expect(lines).toHaveLength(cells.length + 2);
        for (const line of lines) {
          expect(line.startsWith("| ") && line.endsWith(" |")).toBe(true);
          expect(splitRow(line)).toHaveLength(columns);
        }
      }),
    );
  });

  test("lines have the same width, so that the source reads as a table", () => {
    const text = tableMarkdown(
      tableOf(
        [
          ["short", "a longer one"],
          ["日本", "x|y"],
        ],
        2,
      ),
    );
    expect(new Set(text.split("\n").map(displayWidth)).size).toBe(1);
  });

  test("a pipe is escaped in words and in code", () => {
    const text = tableMarkdown(tableOf([["a|b", code("c|d")]], 2));
    expect(text).toContain("a\\|b");
    expect(text).toContain("`c\\|d`");
  });

  test("a row with too few cells is filled up", () => {
    const [, , row = ""] = tableMarkdown(tableOf([["only"]], 3)).split("\n");
    expect(splitRow(row)).toHaveLength(3);
  });
});

describe("text", () => {
  const body = (...text: Inline[]): string =>
    renderMarkdown({
      title: "T",
      lead: [paragraph(...text)],
      sections: [],
      data: tableOf([], 1),
    })
      .split("\n")
      .slice(2)
      .join("\n")
      .trimEnd();

  test.each([
    ["*not bold*", "\\*not bold\\*"],
    ["_not italic_", "\\_not italic\\_"],
    ["snake_case_name", "snake_case_name"],
    ["<script>alert(1)</script>", "\\<script>alert(1)\\</script>"],
    ["[text](http://x)", "[text\\](http://x)"],
    ["read[queueDepth=4]", "read[queueDepth=4]"],
    ["&lt;", "\\&lt;"],
    ["# no heading", "\\# no heading"],
    ["1. no list", "1\\. no list"],
    ["- no list", "\\- no list"],
    ["two\nlines", "two lines"],
    ["a < b", "a < b"],
  ])("%j means itself", (text, markdown) => {
    expect(body(text)).toBe(markdown);
  });

  test("a full stop after code is no list", () => {
    expect(body(code("run.json"), ". More")).toBe("`run.json`. More");
  });

  test("code with backticks gets a longer fence", () => {
    expect(body(code("a`b"))).toBe("``a`b``");
    expect(body(code("`"))).toBe("`` ` ``");
  });

  test("lists", () => {
    const document = {
      title: "T",
      lead: [list(["one", [strong("two"), " *"]])],
      sections: [],
      data: tableOf([], 1),
    };
    expect(renderMarkdown(document)).toBe("# T\n\n- one\n- **two** \\*\n");
  });
});
