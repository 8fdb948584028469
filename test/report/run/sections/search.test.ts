import { describe, expect, test } from "vitest";
import type { SearchResult } from "../../../../src/model/plan/search.ts";
import { renderMarkdown } from "../../../../src/report/format/markdown.ts";
import { plain } from "../../../../src/report/parts/document.ts";
import { searchCsv } from "../../../../src/report/run/files/search-csv.ts";
import { runReport } from "../../../../src/report/run/run.ts";
import { searchSentence } from "../../../../src/report/run/words/search.ts";
import { expectGolden } from "../../golden.ts";
import { chartsOf, tilesOf, viewOf } from "../view-blocks.ts";
import { found, searched } from "./search-cases.ts";

const sentence = (one: Partial<SearchResult>): string => {
  const [search = expect.fail()] = found.searches ?? [];
  return plain(searchSentence({ ...search, ...one }));
};

describe("a search in a report", () => {
  test("is one sentence and the curve, and the rest is of its end point", () => {
    const text = renderMarkdown(runReport(found));
    const [, section = ""] = /(## Search\n[\s\S]*?)\n## /.exec(text) ?? [];
    expectGolden("search.md", `${section}\n`);
    expectGolden("search.csv", searchCsv(found) ?? "");
    expect(text.match(/`read\[rate=7546\/s\]`/g)?.length).toBeGreaterThan(6);
    expect(text).not.toMatch(/read\[rate=(4000|7700)\/s\]|did not run/);
  });

  test("is not there without one", () => {
    const { searches: _, ...plainRun } = found;
    expect(searchCsv(plainRun)).toBeNull();
    expect(renderMarkdown(runReport(plainRun))).not.toContain("## Search");
  });

  test("says how it ended", () => {
    const [search = expect.fail()] = found.searches ?? [];
    const { best } = search;
    expect(sentence({ ended: "always met" })).toMatch(/^response.p99 < 10ms was met up to 7,546/);
    expect(sentence({ ended: "unsettled" })).toMatch(/^The target sustains at least 7,546\/s /);
    expect(sentence({ ended: "never met", best: null })).toMatch(/^No load of the search meets/);
    expect(sentence({ ended: "unsettled", best: null })).toContain("use a longer duration");
    expect(sentence({ ended: "interrupted", reason: "Ctrl-C" })).toMatch(/did not end .*Ctrl-C/);
    const depth = { by: "queueDepth", best: best && { ...best, value: 8 } } as const;
    expect(sentence(depth)).toMatch(
      /^Queue depth 8 is the highest that meets .*achieved rate was 7,546\/s/,
    );
    expect(sentence({ ...depth, wants: "least" })).toMatch(
      /^Queue depth 8 is the lowest that meets/,
    );
  });

  test("of a run that was killed shows the points until then", () => {
    const killed = searched(
      [
        [null, "capacity"],
        [4000, "bracket"],
      ],
      null,
      null,
    );
    const text = renderMarkdown(runReport({ ...killed, state: "running" }));
    expect(text).toContain("**The search did not end**: the points until then follow");
    expect(text).toContain("0 of 1 phases are complete");
    expect(text).toMatch(/\| +4,000 \|/);
  });
});

describe("a search without a result", () => {
  const [search = expect.fail()] = found.searches ?? [];
  const tileOf = (one: Partial<SearchResult>): string =>
    tilesOf(viewOf({ ...found, searches: [{ ...search, ...one }] }))[0] ?? "";
  const unknown = {
    ...({ kind: "objective", text: "response.p99 < 10ms", measured: null, unit: "ns" } as const),
    reason: "50 operations, at least 100 required",
  };
  const few = search.points.map((point) => ({ ...point, met: false, misses: [unknown] }));

  test("is no statement on loads that it did not try or could not compare", () => {
    for (const ended of [null, "interrupted", "failed"] as const) {
      const tile = "– load that meets response.p99 < 10ms: the search did not end";
      expect(tileOf({ ended, best: null })).toBe(tile);
      expect(tileOf({ ended })).toBe(tile);
    }
    expect(tileOf({ ended: "unsettled", best: null })).toMatch(/^– .*contradict each other/);
    expect(tileOf({ ended: "never met", best: null, points: few })).toMatch(/^– .*too few op/);
    expect(sentence({ ended: "never met", best: null, points: few })).toMatch(
      /^No load of the search could be compared with response.p99 < 10ms\. .*at least 100 required/,
    );
  });

  test("is none if each load was compared and missed the objective", () => {
    const miss = { ...unknown, measured: 20e6 };
    const points = few.map((point) => ({ ...point, misses: [miss] }));
    expect(tileOf({ ended: "never met", best: null, points })).toMatch(/^none load that meets/);
  });

  test("counts the crosses of its chart, and the points that are not in it", () => {
    const points = few.map((point, at) =>
      at < 3
        ? { ...point, measured: [null] }
        : { ...point, misses: [{ ...unknown, measured: 2e7 }] },
    );
    const [chart] = chartsOf(viewOf({ ...found, searches: [{ ...search, points }] }));
    const figure = chart?.figure.kind === "load" ? chart.figure : expect.fail("no chart");
    const crosses = figure.lines[0]?.dots?.filter(({ met }) => met === false).length;
    expect(plain(chart?.reading ?? "")).toContain(`(${crosses} of ${crosses})`);
    expect(plain(chart?.reading ?? "")).toMatch(/3 points have too few operations for it/);
  });
});
