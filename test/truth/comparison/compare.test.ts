// @module-tag system
import { describe, expect, test } from "vitest";
import { type Comparison, compareRuns } from "../../../src/metrics/compare/compare.ts";
import type { Contrast } from "../../../src/metrics/compare/contrasts.ts";
import type { TimeSeriesSource } from "../../../src/metrics/histogram/time-series.ts";
import { Random } from "../../../src/model/random/random.ts";
import { LONG } from "../../draws.ts";
import { RUN_NOISE_NAMES, RUN_NOISES } from "../run-noise.ts";
import { type Behaviour, noisyLine, noisyRun, noisyTurns, withNumbersOf } from "./noisy-run.ts";

const TABLES = LONG ? 4000 : 200;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const QUIET: Behaviour = { speed: 1, betweenRuns: 0.03, phases: 3, repetitions: 10 };

function compared(behaviour: Behaviour, faster: number, seed: number): Comparison {
  const random = new Random(seed);
  const first = noisyRun("first", behaviour, random);
  const other = noisyRun("other", { ...behaviour, speed: behaviour.speed * faster }, random);
  return compareRuns([first, other], { force: false });
}

/** Alternating runs on the same storage; one side may be faster. */
function taken(behaviour: Behaviour, faster: number, seed: number): Comparison {
  const runs = noisyTurns(behaviour, [1, faster], new Random(seed));
  return compareRuns(runs, { force: false, pool: true });
}

function contrasts(comparison: Comparison): readonly Contrast[] {
  return comparison.scenarios.flatMap(({ rows }) =>
    rows.flatMap((row) => row.contrasts.flatMap((column) => Object.values(column))),
  );
}

/** Share of tables of which something holds. */
function share(tables: number, holds: (seed: number) => boolean): number {
  const seeds = Array.from({ length: tables }, (_, index) => index + 1);
  return seeds.filter(holds).length / tables;
}

/**
 * The most that a share of `tables` may be when its expectation is 5 %, at one chance in a thousand
 * of a wrong alarm: 5 % and 3.1 deviations of a binomial share.
 */
const mostOf = (tables: number): number => 0.05 + 3.1 * Math.sqrt((0.05 * 0.95) / tables);

const isWrong = (comparison: Comparison): boolean =>
  contrasts(comparison).some(({ shown }) => shown !== null);

/** Two consecutive stored runs, and alternating runs. */
const ORDERS = [
  ["blocks", compared],
  ["turns", taken],
] as const;

describe("A against A, however repetitions differ", () => {
  test.each(RUN_NOISE_NAMES)(
    "nor of repetitions with noise: %s",
    (name) => {
      const tables = LONG ? 1000 : 40;
      const rows = ORDERS.flatMap(([order, make]) =>
        [0.03, 0.1].flatMap((betweenRuns) =>
          [6, 10, 14].map((repetitions) => {
            const noise = { ...QUIET, betweenRuns, repetitions, noise: RUN_NOISES[name] };
            const wrong = share(tables, (seed) => isWrong(make(noise, 1, seed)));
            return { about: `${order}, ${100 * betweenRuns} %, ${repetitions} repetitions`, wrong };
          }),
        ),
      );
      for (const { about, wrong } of rows) {
        if (LONG) say(`A against A, ${name}, ${about}: ${(100 * wrong).toFixed(1)} %`);
        expect(wrong, about).toBeLessThanOrEqual(mostOf(tables));
      }
    },
    600_000,
  );
});

describe("A against A", () => {
  const noises: readonly (readonly [string, Partial<Behaviour>])[] = [
    ["3 %, 10 repetitions", {}],
    ["20 %, 6 repetitions", { betweenRuns: 0.2, repetitions: 6 }],
    ["3 %, 8 phases, 8 repetitions", { phases: 8, repetitions: 8 }],
  ];

  test.each(noises)("at most 5 percent of tables call anything different, of %s", (name, noise) => {
    for (const [order, make] of ORDERS) {
      const wrong = share(TABLES, (seed) => isWrong(make({ ...QUIET, ...noise }, 1, seed)));
      say(`A against A, ${order}, ${name}: ${(100 * wrong).toFixed(1)} % of ${TABLES} tables`);
      expect(wrong, order).toBeLessThanOrEqual(mostOf(TABLES));
    }
  });

  test("without the correction far more would: the cases are hard enough to tell", () => {
    const wrong = share(200, (seed) =>
      contrasts(taken(QUIET, 1, seed)).some(({ p }) => p !== null && p <= 0.05),
    );
    expect(wrong).toBeGreaterThan(0.15);
  });

  test("95 % intervals of the ratio hold 1 as often as they say", () => {
    let [held, all] = [0, 0];
    for (let seed = 1; seed <= TABLES; seed++) {
      for (const { interval } of contrasts(compared(QUIET, 1, seed))) {
        all++;
        if (interval !== null && interval.low <= 1 && interval.high >= 1) held++;
      }
    }
    expect(held / all).toBeGreaterThan(0.94);
  });

  test("one repetition of each: the interval from its time line holds the truth", () => {
    const once = { ...QUIET, repetitions: 1, phases: 1, betweenRuns: 0 };
    const held = { operations: 0, p50: 0, p99: 0 };
    const tables = LONG ? 600 : 40;
    for (let seed = 1; seed <= tables; seed++) {
      const random = new Random(seed);
      const runs = ["first", "other"].map((id) => noisyRun(id, once, random));
      const lines = new Map(runs.map((run) => [run.id, noisyLine(random)]));
      const matched = runs.map((run) => withNumbersOf(run, lines.get(run.id)));
      const timeSeries: TimeSeriesSource = (runId) => lines.get(runId) ?? null;
      const found = compareRuns(matched, { force: false, timeSeries }).scenarios[0]?.rows[0];
      for (const name of ["operations", "p50", "p99"] as const) {
        const contrast = found?.contrasts[1]?.[name];
        expect(contrast).toMatchObject({ basis: "intervals", p: null, shown: null });
        const interval = contrast?.interval;
        if (interval && interval.low <= 1 && interval.high >= 1) held[name] += 1 / tables;
      }
    }
    const shares = Object.entries(held).map(([name, of]) => `${name} ${(100 * of).toFixed(0)} %`);
    say(`95 % intervals from time lines hold the truth: ${shares.join(", ")}`);
    // With 60 autocorrelated intervals a bootstrap is somewhat too narrow.
    for (const of of Object.values(held)) expect(of).toBeGreaterThan(0.84);
  }, 600_000);

  test("one run each differs in no table, and without time series only from tenfold", () => {
    const noisy = { ...QUIET, betweenRuns: 0.1, repetitions: 1 };
    expect(share(TABLES, (seed) => isWrong(compared(noisy, 1, seed)))).toBe(0);
    expect(share(50, (seed) => isWrong(compared(noisy, 3, seed)))).toBe(0);
    expect(compared(noisy, 3, 1).testing).toMatchObject({ fewest: 1, needed: 6 });
    const rates = (seed: number) =>
      compared(noisy, 40, seed).scenarios[0]?.rows.map(({ contrasts: [, one] }) => one?.operations);
    for (let seed = 1; seed <= 50; seed++) {
      for (const rate of rates(seed) ?? []) {
        expect(rate).toMatchObject({ shown: "faster", shownBy: "run-to-run" });
      }
    }
  });
});

describe("A against a faster A", () => {
  /** Share of tables in which the rate of the first phase is called faster, and of p99 too. */
  function power(
    faster: number,
    repetitions: number,
  ): { readonly rate: number; readonly p99: number } {
    const found = { rate: 0, p99: 0 };
    for (let seed = 1; seed <= TABLES; seed++) {
      const { scenarios } = taken({ ...QUIET, repetitions }, faster, seed);
      const column = scenarios[0]?.rows[0]?.contrasts[1];
      if (column?.operations?.shown === "faster") found.rate += 1 / TABLES;
      if (column?.p99?.shown === "faster") found.p99 += 1 / TABLES;
    }
    return found;
  }

  test("10 % is found in at least 95 % with 10 repetitions; the power is printed", () => {
    const rows = (LONG ? [6, 8, 10, 15, 20] : [10]).flatMap((repetitions) =>
      [1.03, 1.1].map((faster) => ({ faster, repetitions, ...power(faster, repetitions) })),
    );
    for (const { faster, repetitions, rate, p99 } of rows) {
      const found = `rate ${(100 * rate).toFixed(0)} %, p99 ${(100 * p99).toFixed(0)} %`;
      say(`+ ${((faster - 1) * 100).toFixed(0)} %, ${repetitions} repetitions: ${found}`);
    }
    const at = (faster: number, repetitions: number): number =>
      rows.find((row) => row.faster === faster && row.repetitions === repetitions)?.rate ?? 0;
    expect(at(1.1, 10)).toBeGreaterThanOrEqual(0.95);
    expect(at(1.1, 10)).toBeGreaterThan(at(1.03, 10));
    expect(at(1.03, 10)).toBeGreaterThan(0.05);
  });
});
