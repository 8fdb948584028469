import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import {
  MAX_SCREEN_LINES,
  renderScreen,
  type Screen,
  type ScreenLine,
  screenLine,
} from "../../../src/report/screen/screen.ts";

const COLUMNS = [
  { title: "PHASE", align: "left" },
  { title: "IOPS", align: "right" },
  { title: "MB/s", align: "right" },
  { title: "p50", align: "right" },
  { title: "p99", align: "right" },
  { title: "p99.9", align: "right", optional: true },
  { title: "max", align: "right" },
  { title: "ERRORS", align: "right" },
] as const;

const NUMBERS = ["3,004", "12.3", "1.31 ms", "1.62 ms", "2.90 ms", "11.8 ms", "0"];

function screenOf(names: readonly string[], lines: readonly ScreenLine[]): Screen {
  const rows = names.map((name) => [name, ...NUMBERS]);
  return {
    headline: "random-read on gp3 (EBS gp3), 1 repetition, complete in 1 min 12 s",
    table: { columns: COLUMNS, rows, noun: "phase" },
    lines,
    others: "see the report",
  };
}

const REPORT = screenLine("Report", "results/20261129-091204-random-read-gp3-1f3a/report.md");
const CAVEAT =
  "The load generator was not scheduled for 112 ms (2 pauses). Tail latencies are unreliable. " +
  "Stop other programs and run again.";

function render(screen: Screen, columns = 80): readonly string[] {
  const text = renderScreen(screen, { columns, color: false });
  expect(text.endsWith("\n")).toBe(true);
  return text.slice(0, -1).split("\n");
}

describe("screen", () => {
  test("shows a headline, one row per phase and labelled lines that line up", () => {
    const caveats = screenLine("Caveats", CAVEAT, "warning");
    expect(`\n${render(screenOf(["read"], [caveats, REPORT])).join("\n")}\n`).toBe(`
random-read on gp3 (EBS gp3), 1 repetition, complete in 1 min 12 s

PHASE   IOPS  MB/s      p50      p99    p99.9      max  ERRORS
read   3,004  12.3  1.31 ms  1.62 ms  2.90 ms  11.8 ms       0

Caveats  The load generator was not scheduled for 112 ms (2 pauses). Tail
         latencies are unreliable. Stop other programs and run again.
Report   results/20261129-091204-random-read-gp3-1f3a/report.md
`);
  });

  test("counts the rows that do not fit", () => {
    const names = Array.from({ length: 60 }, (_, at) => `read[queueDepth=${at + 1}]`);
    const lines = render(screenOf(names, [screenLine("Caveats", "none"), REPORT]));
    expect(lines).toHaveLength(MAX_SCREEN_LINES);
    expect(lines.filter((line) => line.startsWith("read["))).toHaveLength(18);
    expect(lines).toContain("and 42 more phases, see the report");
    expect(lines.at(-1)).toMatch(/^Report {3}results/);
  });

  test("counts the caveats that do not fit and keeps every label", () => {
    const caveats: ScreenLine = {
      label: "Caveats",
      items: Array.from({ length: 30 }, () => CAVEAT),
      tone: "warning",
    };
    const names = Array.from({ length: 60 }, (_, at) => `phase-${at}`);
    const lines = render(screenOf(names, [caveats, screenLine("Verdict", "none"), REPORT]));
    expect(lines).toHaveLength(MAX_SCREEN_LINES - 1);
    expect(lines).toContain("and 52 more phases, see the report");
    expect(lines).toContain("         and 26 more, see the report");
    expect(lines.at(-2)).toBe("Verdict  none");
  });

  test("shortens long names in the middle and leaves out optional columns", () => {
    const name = "download[blockSize=16MiB,partConcurrency=16,objectSize=128MiB]";
    const lines = render(screenOf([name], [REPORT]));
    expect(lines[2]).not.toContain("p99.9");
    expect(lines[2]).toContain("ERRORS");
    expect(lines[3]).toMatch(/^download\[blockSi…ectSize=128MiB\] +3,004/);
    expect(render(screenOf([name], [REPORT]), 140)[3]).toContain(name);
  });

  test("escapes control characters, and colors only where asked", () => {
    const screen = screenOf(["a\u001b[2Jb"], [screenLine("Caveats", "one\ntwo", "warning")]);
    const plain = renderScreen(screen, { columns: 80, color: false });
    expect(plain).toContain("a\\x1b[2Jb");
    expect(plain).toContain("Caveats  one two");
    const colored = renderScreen(screen, { columns: 80, color: true });
    expect(colored).toContain("\u001b[33mone two\u001b[0m");
    const codes = new RegExp(`${String.fromCharCode(0x1b)}\\[\\d+m`, "g");
    expect(colored.replaceAll(codes, "")).toBe(plain);
  });
});

describe("limits of a screen", () => {
  test("fits 25 lines and the width, whatever it shows", () => {
    const text = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 120 }),
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.stringMatching(/^[長い名前のフェーズ ]{0,90}$/u),
      fc.stringMatching(/^[a-z ,.]{0,600}$/),
      fc.stringMatching(/^[a-z]{0,300}$/),
    );
    const line = fc.record({
      label: fc.constantFrom("Caveats", "Verdict", "Thresholds", "Report", "Next"),
      items: fc.array(text, { minLength: 1, maxLength: 12 }),
      tone: fc.constantFrom("plain" as const, "good" as const, "warning" as const, "bad" as const),
    });
    const property = fc.property(
      text,
      fc.array(text, { maxLength: 200 }),
      fc.array(line, { maxLength: 8 }),
      fc.integer({ min: 20, max: 200 }),
      (headline, names, lines, columns) => {
        const shown = render({ ...screenOf(names, lines), headline }, columns);
        expect(shown.length).toBeLessThanOrEqual(MAX_SCREEN_LINES);
        const width = Math.max(80, columns);
        for (const one of shown) expect(stringWidth(one)).toBeLessThanOrEqual(width);
        for (const { label } of lines) {
          expect(shown.some((one) => one.startsWith(label))).toBe(true);
        }
      },
    );
    fc.assert(property, { numRuns: 300 });
  });
});
