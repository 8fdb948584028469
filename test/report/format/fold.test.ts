import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderJson } from "../../../src/report/format/json.ts";
import { renderMarkdown } from "../../../src/report/format/markdown.ts";
import { renderTerminal } from "../../../src/report/format/terminal.ts";
import {
  type Block,
  code,
  dataTable,
  fold,
  list,
  paragraph,
  strong,
  type Text,
} from "../../../src/report/parts/document.ts";
import type { Document } from "../../../src/report/report.ts";

function documentOf(...blocks: readonly Block[]): Document {
  return {
    title: "T",
    lead: [],
    sections: [{ title: "S", blocks }],
    data: dataTable("d", ["a"], []),
  };
}

const STATEMENTS = fold(
  ["38 statements need ", code("a & b"), strong("<AWS>")],
  [paragraph("Reasons:"), list(["30: undeclared", "8: no credits"]), fold("inner", [])],
);

describe("a folded block", () => {
  test("is closed details in markdown, with an escaped title and its blocks as markdown", () => {
    expect(renderMarkdown(documentOf(STATEMENTS))).toBe(`# T

## S

<details>
<summary>38 statements need <code>a &amp; b</code><strong>&lt;AWS&gt;</strong></summary>

Reasons:

- 30: undeclared
- 8: no credits

<details>
<summary>inner</summary>

</details>

</details>
`);
  });

  test("is plain text on a terminal", () => {
    expect(renderTerminal(documentOf(STATEMENTS), { color: false })).toBe(`T

S

38 statements need a & b<AWS>

Reasons:

- 30: undeclared
- 8: no credits

inner
`);
  });

  test("keeps its blocks in JSON", () => {
    const table = dataTable("t", ["count"], [[3]]);
    const json: unknown = JSON.parse(renderJson(documentOf(fold("title", [table]))));
    const folded = {
      kind: "fold",
      title: "title",
      blocks: [
        {
          kind: "table",
          id: "t",
          columns: [{ key: "count", title: "count" }],
          rows: [{ count: 3 }],
        },
      ],
    };
    expect(json).toMatchObject({ sections: [{ title: "S", blocks: [folded] }] });
  });

  test("has one line of title, whatever is in it", () => {
    const part = fc.string({
      unit: fc.constantFrom("<", "/", "summary>", "\n", "`", "&", "a", "*"),
    });
    const titles: fc.Arbitrary<Text> = fc
      .oneof(part, part.map(code), part.map(strong))
      .map((one): Text => (typeof one === "string" ? one : [one]));
    fc.assert(
      fc.property(titles, (title) => {
        const [first, summary, empty] = renderMarkdown(documentOf(fold(title, [paragraph("x")])))
          .split("\n")
          .slice(4);
        expect(first).toBe("<details>");
        expect(summary).toMatch(
          /^<summary>(?:<(strong|code)>)?(?:[^<>\n])*(?:<\/\1>)?<\/summary>$/,
        );
        expect(empty).toBe("");
      }),
    );
  });
});
