import { describe, expect, test } from "vitest";
import { renderCsv } from "../../../src/report/format/csv.ts";
import { renderJson } from "../../../src/report/format/json.ts";
import { renderMarkdown } from "../../../src/report/format/markdown.ts";
import { renderTerminal } from "../../../src/report/format/terminal.ts";
import type { Document } from "../../../src/report/report.ts";
import { runReport } from "../../../src/report/run/run.ts";
import { mixed, single } from "../cases.ts";
import { DIRECTORY } from "../fixture.ts";

const ESCAPE = "\u001b";

describe("terminal", () => {
  test("colour only where it was asked for, and nothing else changes", () => {
    const document = runReport(mixed());
    const coloured = renderTerminal(document, { color: true });
    const bare = renderTerminal(document, { color: false });
    expect(coloured).toContain(`${ESCAPE}[`);
    expect(bare).not.toContain(ESCAPE);
    expect(coloured.replaceAll(new RegExp(`${ESCAPE}\\[\\d+m`, "g"), "")).toBe(bare);
  });

  test("a name cannot steer the reader's terminal", () => {
    const document = runReport(single({ ...DIRECTORY, name: `evil${ESCAPE}[2J\u0007` }));
    expect(renderTerminal(document, { color: false })).not.toMatch(/[^\P{Cc}\n]/u);
  });

  test("columns of a table line up", () => {
    const lines = renderTerminal(runReport(mixed()), { color: false }).split("\n");
    const header = lines.findIndex((line) => line.startsWith("Phase  Operation"));
    const [title = "", first = "", second = ""] = lines.slice(header, header + 3);
    const end = title.indexOf("MB/s") + "MB/s".length;
    expect(first.slice(end - 3, end)).toBe("164");
    expect(second.slice(end - 3, end)).toBe("115");
  });
});

test("every format renders every document, and ends in one line feed", () => {
  const terminal = (document: Document): string => renderTerminal(document, { color: false });
  for (const render of [renderCsv, renderJson, renderMarkdown, terminal]) {
    const text = render(runReport(single()));
    expect(text.endsWith("\n") && !text.endsWith("\n\n")).toBe(true);
    expect(text).toContain("random-read");
  }
});
