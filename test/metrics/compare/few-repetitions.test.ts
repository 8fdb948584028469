import { describe, expect, test } from "vitest";
import { compareRuns } from "../../../src/metrics/compare/compare.ts";
import {
  exceedsRunToRun,
  plausibleFactorOf,
  requiredFactor,
} from "../../../src/metrics/compare/few-repetitions.ts";
import { runToRunOf } from "../../../src/model/run/run-to-run.ts";
import { single } from "../../report/cases.ts";
import { BUCKET, DIRECTORY, VOLUME } from "../../report/fixture.ts";

const PLAUSIBLE = plausibleFactorOf([runToRunOf("directory"), runToRunOf("ebs-gp3")], 1);

describe("the plausible factor between two runs", () => {
  test("is that of the wider spread, and never below that assumed of few runs", () => {
    // 2.576 standard deviations of 10%, between two runs.
    expect(PLAUSIBLE).toBeCloseTo(Math.exp(Math.SQRT2 * 2.5758 * 0.1), 3);
    expect(plausibleFactorOf([runToRunOf("ebs-gp3")], 1)).toBe(PLAUSIBLE);
    expect(plausibleFactorOf([runToRunOf("ebs-gp3")], 12)).toBeGreaterThan(PLAUSIBLE);
  });
});

describe("a difference between two single runs", () => {
  const far = requiredFactor(PLAUSIBLE);
  const single = (ratio: number, interval: readonly [low: number, high: number] | null = null) => ({
    first: [1000],
    other: [1000 * ratio],
    interval: interval && { low: interval[0], high: interval[1], confidence: 0.95 },
    plausibleFactor: PLAUSIBLE,
  });

  test("counts beyond the required factor and the variation within both runs", () => {
    expect(far).toBeCloseTo(2.07, 2);
    const narrow = (ratio: number) => single(ratio, [ratio * 0.99, ratio / 0.99]);
    expect(exceedsRunToRun("operations", narrow(far * 1.02), null)).toBe(true);
    expect(exceedsRunToRun("operations", narrow(far * 1.005), null)).toBe(false);
    expect(exceedsRunToRun("operations", narrow(1 / far / 1.02), null)).toBe(true);
    expect(exceedsRunToRun("operations", narrow(1.44), null)).toBe(false);
    expect(exceedsRunToRun("p999", single(5, [2, 12.5]), null)).toBe(false);
    expect(exceedsRunToRun("p999", single(5, [0.5, 50]), null)).toBe(false);
  });

  test("counts from tenfold if the variation within the runs is unknown", () => {
    expect(exceedsRunToRun("operations", single(9.9), null)).toBe(false);
    expect(exceedsRunToRun("operations", single(10.1), null)).toBe(true);
    expect(exceedsRunToRun("p99", single(50), null)).toBe(false);
    expect(exceedsRunToRun("p99", single(50), single(1 / 20))).toBe(true);
    expect(exceedsRunToRun("p99", single(50), single(20))).toBe(false);
    expect(exceedsRunToRun("p99", single(50), single(1 / 5))).toBe(false);
  });

  test("is faster or slower in a comparison, with the factor that it exceeds", () => {
    const runs = [single258(DIRECTORY), single258(BUCKET)];
    const compared = compareRuns(runs, { force: false });
    const contrasts = compared.scenarios[0]?.rows[0]?.contrasts[1];
    const shown = { shown: "slower", shownBy: "run-to-run", p: null, withheld: null };
    expect(contrasts?.operations).toMatchObject({ ...shown, ratio: 1 / 258 });
    expect(contrasts?.p99).toMatchObject(shown);
    expect(compared.testing?.plausibleFactor).toBe(PLAUSIBLE);
  });

  test("of a run that was interrupted never counts", () => {
    const whole = single258(BUCKET);
    const phases = whole.phases.map((phase) => ({ ...phase, state: "partial" as const }));
    const compared = compareRuns([single258(DIRECTORY), { ...whole, phases }], { force: false });
    const contrasts = compared.scenarios[0]?.rows[0]?.contrasts[1];
    expect(contrasts?.operations).toMatchObject({ shown: null, shownBy: null });
  });
});

function single258(target: typeof DIRECTORY | typeof BUCKET) {
  return target === DIRECTORY ? single(target, 2500, 387_000) : single(target, 645_000, 1500);
}

describe("a difference between a few repetitions", () => {
  test("counts if every pair of repetitions differs by more than the required factor", () => {
    const few = (first: readonly number[], other: readonly number[]) => ({
      first,
      other,
      interval: null,
      plausibleFactor: PLAUSIBLE,
    });
    expect(exceedsRunToRun("p99", few([100, 110], [240, 300]), null)).toBe(true);
    expect(exceedsRunToRun("p99", few([100, 130], [240, 300]), null)).toBe(false);
    expect(exceedsRunToRun("p99", few([100, 300], [200, 400]), null)).toBe(false);
    expect(exceedsRunToRun("operations", few([100, 110, 120], [0]), null)).toBe(false);
  });

  test("counts against a single run from tenfold upward", () => {
    const one = { first: [100, 110], interval: null, plausibleFactor: PLAUSIBLE };
    expect(exceedsRunToRun("operations", { ...one, other: [900] }, null)).toBe(false);
    expect(exceedsRunToRun("operations", { ...one, other: [1200] }, null)).toBe(true);
  });
});

test("storage compared with itself differs in no run of ordinary variation", () => {
  const runs = [single(VOLUME, 800_000, 3000), { ...single(VOLUME, 560_000, 4300), id: "again" }];
  const contrasts = compareRuns(runs, { force: false }).scenarios[0]?.rows[0]?.contrasts[1];
  expect(Object.values(contrasts ?? {}).map(({ shown }) => shown)).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
});
