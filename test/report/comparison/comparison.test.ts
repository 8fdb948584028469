import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareRuns } from "../../../src/metrics/compare/compare.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { comparisonReport } from "../../../src/report/comparison/comparison.ts";
import { comparisonScreen } from "../../../src/report/comparison/screen.ts";
import { displayWidth } from "../../../src/report/format/format.ts";
import { renderMarkdown } from "../../../src/report/format/markdown.ts";
import { MAX_SCREEN_LINES, renderScreen } from "../../../src/report/screen/screen.ts";
import { bucket, eight, failed, mixed, single } from "../cases.ts";
import { BUCKET, DIRECTORY, phasePlan, plan, result, run, summary, VOLUME } from "../fixture.ts";

/** Width that GitHub shows of a table without a scroll bar. */
const MAX_TABLE_WIDTH = 100;

const WORDS = ["read", "upload[partSize=64MiB,partConcurrency=16]", "読み取り", "a`b|c", "é́"];

const names = fc
  .tuple(fc.constantFrom(...WORDS), fc.nat(999))
  .map(([word, number]) => `${word}${number}`);

interface Case {
  readonly targets: readonly string[];
  readonly phases: readonly string[];
  readonly rate: number;
  /** Rate of each target relative to the one before. */
  readonly factor: number;
  readonly caveats: number;
}

function runsFor({ targets, phases, rate, factor, caveats }: Case): readonly Run[] {
  return targets.map((name, at) => {
    const planned = plan(
      "any",
      phases.map((phase) => phasePlan(phase)),
    );
    const speed = Math.min(1e7, Math.max(0.1, rate * factor ** at));
    const results = planned.phases.map((phase, place) => ({
      ...result(phase, [summary("all", speed, 4096, 1e9 / speed)]),
      warnings: Array.from({ length: (place + at) % (caveats + 1) }, (_, code) => ({
        code: `code-${code}`,
        message: `Warning ${code} of ${name}: ${"long words ".repeat(code * 9)}`,
      })),
    }));
    return run(`${name}-${at}`, { ...VOLUME, name }, planned, results);
  });
}

/** Runs of one plan with any number of phases on several targets, some of them with caveats. */
const manyRuns = fc
  .record({
    targets: fc.uniqueArray(names, { minLength: 2, maxLength: 5 }),
    phases: fc.uniqueArray(names, { minLength: 1, maxLength: 60 }),
    rate: fc.double({ min: 1, max: 1e6, noNaN: true }),
    factor: fc.double({ min: 0.02, max: 50, noNaN: true }),
    caveats: fc.nat(6),
  })
  .map(runsFor);

test("the screen has at most 25 lines of at most 80 columns", () => {
  fc.assert(
    fc.property(manyRuns, (runs) => {
      const screen = comparisonScreen(compareRuns(runs, { force: false }));
      const lines = renderScreen(screen, { columns: 80, color: false }).trimEnd().split("\n");
      expect(lines.length).toBeLessThanOrEqual(MAX_SCREEN_LINES);
      expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(80);
    }),
    { numRuns: 60 },
  );
});

test("no table of the report is wider than 100 characters", () => {
  const widest = (runs: readonly Run[]): number => {
    const text = renderMarkdown(comparisonReport(compareRuns(runs, { force: false })));
    const rows = text.split("\n").filter((line) => line.startsWith("| "));
    return Math.max(...rows.map(displayWidth));
  };
  fc.assert(
    fc.property(manyRuns, (runs) => {
      expect(widest(runs)).toBeLessThanOrEqual(MAX_TABLE_WIDTH);
    }),
    { numRuns: 60 },
  );
  const runs = [single(DIRECTORY), single(BUCKET), mixed(), failed(), bucket()];
  expect(widest(runs)).toBeLessThanOrEqual(MAX_TABLE_WIDTH);
  const targets = ["production-gp3-a", "production-io2-b"];
  const phases = ["upload[partSize=64MiB,partConcurrency=16]", "read"];
  const wide = runsFor({ targets, phases, rate: 1e6, factor: 0.9, caveats: 0 });
  expect(widest(wide)).toBeLessThanOrEqual(MAX_TABLE_WIDTH);
});

describe("two single runs that differ 258-fold", () => {
  const compared = compareRuns([single(DIRECTORY, 2500, 387_000), single(BUCKET, 645_000, 1500)], {
    force: false,
  });

  test("are a difference, with the assumed spread and one run each", () => {
    const text = renderMarkdown(comparisonReport(compared));
    expect(text).toMatch(/operations \(ops\/s\) \| 387,000 \| +1,500 \| 258x slower † \|/);
    expect(text).toMatch(/p99 \(µs\) .* 258x slower † \|/);
    expect(text).not.toContain("0.00388");
    expect(text).toMatch(/^One run each: .* 44 ?% more or 31 ?% less \(assumed run-to-run spread/m);
    const screen = renderScreen(comparisonScreen(compared), { columns: 80, color: false });
    expect(screen).toMatch(/^read +387,000 ops\/s +1,500 ops\/s +258x slower † +258x slower †/m);
    expect(screen).toContain("minio compared with local: 1 workload, one run each");
  });
});

describe("the screen", () => {
  const screenOf = (runs: readonly Run[]) =>
    renderScreen(comparisonScreen(compareRuns(runs, { force: false })), {
      columns: 80,
      color: false,
    });

  test("shows three columns one below the other, each compared with the first", () => {
    const io2 = eight({ ...VOLUME, name: "io2" }, 1.1);
    const text = screenOf([eight(VOLUME, 1), io2, eight({ ...VOLUME, name: "fast" }, 2)]);
    expect(text).toMatch(/^PHASE +COLUMN +RATE +RATIO +P99 +P99 RATIO$/m);
    expect(text).toMatch(/^read +gp3 +6,000 ops\/s +1x +3\.20 ms +1x$/m);
    expect(text).toMatch(
      /^read +io2 +6,600 ops\/s +1\.10x faster \? +2\.91 ms +1\.10x faster \?$/m,
    );
    expect(text).toMatch(/^read +fast +12,000 ops\/s +2\.00x faster +1\.60 ms +2\.00x faster$/m);
    expect(text).toContain("assay compare --interleave");
  });

  test("names long columns by letters and gives their labels", () => {
    const text = screenOf([single(), { ...single(), id: "20261120T110000-random-read-again" }]);
    expect(text).toMatch(/^PHASE +A +B +RATIO/m);
    expect(text).toMatch(/^Columns +A: 20261120T100000-random-read-gp3$/m);
    expect(text).toMatch(/^ +B: 20261120T110000-random-read-again$/m);
  });

  test("reports other plans, incomplete runs and missing runs as caveats", () => {
    const text = screenOf([single(DIRECTORY), single(BUCKET), mixed(), failed()]);
    expect(text).toMatch(/^Caveats +The run of small-files on local failed: worker 1 ended/m);
    expect(text).toMatch(/^random-read\n {2}read .* \d/m);
  });

  test("has a heading per scenario, and only scenarios that two columns have", () => {
    const text = screenOf([single(DIRECTORY), single(BUCKET), mixed(), eight(VOLUME, 1)]);
    expect(text.match(/^random-read$/gm)).toHaveLength(1);
    expect(text).not.toMatch(/^mixed-70-30/m);
    expect(text).toContain("minio: No run of mixed-70-30 to compare.");
  });

  test("counts the rows that do not fit without headings", () => {
    const plans = Array.from({ length: 20 }, (_, at) => plan(`s${at}`, [phasePlan("read")]));
    const runs = plans.flatMap((planned, at) =>
      [DIRECTORY, BUCKET].map((target) => {
        const results = planned.phases.map((phase) => {
          return result(phase, [summary("all", 1000, 4096, 1e6)]);
        });
        return run(`${target.name}-${at}`, target, planned, results);
      }),
    );
    const text = screenOf(runs);
    const shown = text.match(/^ {2}read/gm)?.length ?? 0;
    expect(text.match(/^s\d+$/gm)).toHaveLength(shown);
    expect(text).toContain(`and ${20 - shown} more workloads`);
  });

  test("defines the ratio of repetitions where it differs from that of the medians", () => {
    const meaning = "Ratio: median of the ratios of all pairs of repetitions.";
    expect(screenOf([eight(VOLUME, 1), eight(DIRECTORY, 2)])).toContain(meaning);
    expect(screenOf([single(DIRECTORY), single(BUCKET)])).not.toContain(meaning);
  });

  test("advises --pool where a target has several columns", () => {
    const again = { ...single(), id: "20261120T110000-random-read-again" };
    expect(screenOf([single(), again])).toMatch(/^Next +--pool combines the runs of a target/m);
    expect(screenOf([single(DIRECTORY), single(BUCKET)])).not.toContain("--pool");
  });
});
