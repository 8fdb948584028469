import { describe, expect, test } from "vitest";
import { DARK, LIGHT } from "../../../src/report/chart/kit/palette.ts";
import { standaloneSvg } from "../../../src/report/chart/standalone.ts";
import { renderMarkdown } from "../../../src/report/format/markdown.ts";
import { renderTerminal } from "../../../src/report/format/terminal.ts";
import type { Chart } from "../../../src/report/parts/document.ts";
import { runReport } from "../../../src/report/run/run.ts";
import { openLoopRun } from "../series-fixture.ts";
import { allOf, parseXml } from "./drawing.ts";

const { run, series } = openLoopRun();
const document = runReport(run, { phases: [series], problem: null });
const charts = (document.view ?? []).filter((block): block is Chart => block.kind === "chart");

describe("a chart as a file", () => {
  test.each(charts)("$id has its size, a ground, and colors of a dark page", ({ id, figure }) => {
    const svg = standaloneSvg(figure, { id, title: "Over time", description: "Reading" });
    const root = parseXml(svg.trimEnd());
    expect(root.attributes.width).toBe("880");
    expect(root.attributes.viewBox).toBe(`0 0 880 ${root.attributes.height}`);
    const [, , style, ground] = root.children;
    if (typeof style === "string" || typeof ground === "string") throw new Error("text");
    expect(style?.children.join("")).toContain(`.f-latency{fill:${DARK.latency}}`);
    expect(style?.children.join("")).toContain("(prefers-color-scheme:dark)");
    expect(ground?.attributes).toMatchObject({ width: "100%", fill: LIGHT.ground });
    expect(allOf(root).filter(({ tag }) => tag === "title")).toHaveLength(1);
    expect(allOf(root).some(({ attributes }) => "pointer-events" in attributes)).toBe(false);
    expect(svg.length).toBeLessThan(34_000);
  });
});

describe("a report in markdown", () => {
  test("shows the charts that have a file, with their title and reading", () => {
    const text = renderMarkdown(document, ({ id }) => (id.startsWith("over") ? `${id}.svg` : null));
    expect(text).toContain("\n\n![Over time: lookups](over-time-lookups.svg)\n\nNo operation");
    expect(text.match(/!\[/g)).toHaveLength(1);
    expect(text.indexOf("![")).toBeLessThan(text.indexOf("## Results"));
  });

  test("has no images without files, and no other part of the view", () => {
    expect(renderMarkdown(document)).toBe(renderMarkdown(runReport(run)));
  });

  test("escapes a title in brackets", () => {
    const phases = run.phases.map((one) => ({ ...one, phase: { ...one.phase, name: "a](x) [b" } }));
    const named = runReport(
      { ...run, phases },
      { phases: [{ ...series, phase: "a](x) [b" }], problem: null },
    );
    const text = renderMarkdown(named, ({ id }) => `${id}.svg`);
    expect(text).toContain("![Over time: a\\](x) \\[b](over-time-a-x-b.svg)");
  });
});

test("a terminal shows p99 over time as one line, blank where nothing completed", () => {
  const text = renderTerminal(document, { color: false });
  const [, line = ""] = /Over time: lookups\np99 (.*)/.exec(text) ?? [];
  expect(line).toMatch(/^[▁-█ ]{50} \d/);
  expect(line.slice(0, 50).split(/[▁-█]+/)).toEqual(["", " ", ""]);
  expect(line).toContain("█");
  expect(renderTerminal(runReport(run), { color: false })).not.toContain("Over time");
});
