// @module-tag system
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { compareRuns } from "../../../src/metrics/compare/compare.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { comparisonReport } from "../../../src/report/comparison/comparison.ts";
import { renderHtml } from "../../../src/report/html/html.ts";
import { overviewReport } from "../../../src/report/overview/overview.ts";
import { addressOf } from "../../../src/report/parts/address.ts";
import { runReport } from "../../../src/report/run/run.ts";
import { readRun } from "../../../src/run/store/read.ts";
import { EXAMPLES, example } from "../browser/page-kinds.ts";
import { described, mixed } from "../cases.ts";
import { openLoopRun } from "../series-fixture.ts";
import { freeTexts, HOSTILE, withTexts } from "./hostile.ts";
import { anatomy } from "./markup.ts";

const TEXTS = 10_000;

/** Texts of fast-check and hostile ones, all of them different in each page. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(...HOSTILE),
  fc.tuple(fc.constantFrom(...HOSTILE), fc.string({ maxLength: 8 })).map((parts) => parts.join("")),
);

/** Pages about a run: its own, a comparison, an overview with a link. */
function pagesOf(run: Run, series: ReturnType<typeof openLoopRun>["series"] | null) {
  const other = { ...run, id: "other", target: { ...run.target, name: "other" } };
  const phases = series === null ? [] : [{ ...series, phase: run.phases[0]?.phase.name ?? "" }];
  return {
    run: renderHtml(runReport(run, { phases, problem: null })),
    comparison: renderHtml(comparisonReport(compareRuns([run, other], { force: true }))),
    overview: renderHtml(overviewReport([{ run, page: addressOf(`${run.id}/report.html`) }])),
  };
}

describe("a stored run with hostile texts", () => {
  const runs = new Map<
    string,
    { run: Run; series: ReturnType<typeof openLoopRun>["series"] | null }
  >();

  beforeAll(async () => {
    const { run, series } = openLoopRun();
    const stored = await readRun(example("random-read-local"), EXAMPLES);
    runs.set("open loop", { run, series }).set("mixed", { run: mixed(), series: null });
    runs.set("described", { run: described(), series: null });
    runs.set("stored", { run: stored.run, series: null });
  });

  test("each text of a run, one by one, is no markup in a page", () => {
    for (const [name, { run, series }] of runs) {
      const paths = freeTexts(run);
      expect(paths.length, name).toBeGreaterThan(15);
      for (const path of paths) {
        const one = withTexts(run, [path], () => HOSTILE[1] ?? "");
        for (const page of Object.values(pagesOf(one, series))) {
          expect(anatomy(page).problems, `${name}: ${path.join(".")}`).toEqual([]);
        }
      }
    }
  });

  test(`${TEXTS} texts leave no element and no attribute in a page`, () => {
    let seen = 0;
    for (const { run, series } of runs.values()) {
      const paths = freeTexts(run);
      const known = Object.values(pagesOf(run, series)).map(anatomy);
      const attributes = new Set(known.flatMap((page) => [...page.attributes, "a href"]));
      const rounds = Math.ceil(TEXTS / runs.size / paths.length);
      const texts = fc.array(text, { minLength: paths.length, maxLength: paths.length });
      for (const chosen of fc.sample(texts, rounds)) {
        const one = withTexts(run, paths, (at) => chosen[at] ?? "");
        for (const page of Object.values(pagesOf(one, series))) {
          const found = anatomy(page);
          expect(found.problems).toEqual([]);
          expect([...found.attributes].filter((name) => !attributes.has(name))).toEqual([]);
        }
        seen += paths.length;
      }
    }
    expect(seen).toBeGreaterThanOrEqual(TEXTS);
  });
});
