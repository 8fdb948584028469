import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { DARK, LIGHT, type Palette } from "../../../src/report/chart/kit/palette.ts";
import { renderHtml } from "../../../src/report/html/html.ts";
import { SCRIPT } from "../../../src/report/html/script.ts";
import { STYLE } from "../../../src/report/html/style.ts";
import { paragraph } from "../../../src/report/parts/document.ts";
import { runReport } from "../../../src/report/run/run.ts";
import { mixed, single } from "../cases.ts";
import { openLoopRun } from "../series-fixture.ts";
import { anatomy } from "./markup.ts";

const { run, series } = openLoopRun();
const page = renderHtml(runReport(run, { phases: [series], problem: null }));
const textOf = (html: string): string => html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");

describe("a page", () => {
  test("has one style sheet and one script, which its policy allows by their hashes", () => {
    const [, policy = ""] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    const hashOf = (text: string) => createHash("sha256").update(text).digest("base64");
    const [, style = ""] = /<style>(.*?)<\/style>/s.exec(page) ?? [];
    const [, script = ""] = /<script>(.*?)<\/script>/s.exec(page) ?? [];
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      `style-src 'sha256-${hashOf(style)}'`,
      `script-src 'sha256-${hashOf(script)}'`,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(page.split("<style>")).toHaveLength(2);
    expect(page.split("<script>")).toHaveLength(2);
    expect(Buffer.byteLength(SCRIPT)).toBeLessThan(1024);
    expect(Buffer.byteLength(STYLE)).toBeLessThan(8 * 1024);
    expect(page).not.toMatch(/ style=|url\(|@import|https?:\/\/(?!www\.w3\.org)/);
  });

  test("is well-formed", () => {
    expect(anatomy(page)).toMatchObject({ problems: [] });
  });

  test("begins with title and tiles, and ends with folds and the origin of its numbers", () => {
    const order = ["<h1>", 'class="tiles"', "<figure", "<h2>Results", "<h2>Details", "<footer>"];
    const places = order.map((mark) => page.indexOf(mark));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    const [, after = ""] = page.split("<h2>Details</h2>");
    const folds = [...after.matchAll(/<details><summary>([^<]*)/g)].map(([, title]) => title);
    expect(folds).toEqual(["Counters", "Load", "Environment", "Definitions", "Data files"]);
    const [, footer = ""] = page.split("<footer>");
    const origin = textOf(footer.split("</footer>")[0] ?? "");
    for (const part of [run.id, run.planHash, run.assayVersion, "2026-11-20 10:00:00 UTC"])
      expect(origin).toContain(part);
  });

  test("folds nothing else, and leaves sections without content out", () => {
    const empty = { title: "Empty", blocks: [] };
    const document = { ...runReport(single()), sections: [empty], lead: [paragraph("Lead.")] };
    const { provenance: _, ...plain } = document;
    const html = renderHtml(plain);
    expect(html).not.toMatch(/Empty|<details|<footer|<h2/);
    expect(html).toContain("<main>\n<h1>4 KiB random reads, on gp3</h1>\n<p>Lead.</p>\n</main>");
  });

  test("has equal values of a table in one sentence, and numbers on the right", () => {
    const html = renderHtml(runReport(mixed()));
    const [, results = ""] = html.split("<h2>Results</h2>");
    const [table = ""] = results.split("<h2>");
    expect(textOf(table)).toMatch(/In all rows: Repetition 1\b/);
    expect(table).toContain('<th scope="row"><code dir="auto">mix</code></th><td>all</td>');
    expect(table).toMatch(/<td class="r">10,000<\/td>/);
  });
});

describe("the palette", () => {
  /** Relative luminance of `#rrggbb` by WCAG 2. */
  const luminance = (color: string): number => {
    const parts = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255);
    const [r = 0, g = 0, b = 0] = parts.map((one) =>
      one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one: string, other: string): number => {
    const [high = 0, low = 0] = [one, other].map(luminance).toSorted((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };

  test("knows the contrast of black on white", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
  });

  test.each([
    ["light", LIGHT],
    ["dark", DARK],
  ] as const)("%s: each color of a text has a contrast of 4.5 on page and card", (_, palette) => {
    const { grid: _grid, band: _band, ground, card, ...texts }: Palette = palette;
    for (const [name, color] of Object.entries(texts)) {
      for (const behind of [ground, card])
        expect(contrast(color, behind), name).toBeGreaterThanOrEqual(4.5);
    }
  });
});
