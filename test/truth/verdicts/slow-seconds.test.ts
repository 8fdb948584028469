import { describe, expect, test } from "vitest";
import { shareOfSeconds } from "../../../src/claim/evidence/seconds.ts";
import { judge } from "../../../src/claim/verdict/judge.ts";
import type { TimeSeries } from "../../../src/metrics/histogram/time-series.ts";
import type { Claim } from "../../../src/model/claim/claim.ts";
import { Random } from "../../../src/model/random/random.ts";
import { CLAIM, TARGET } from "../../claim/example.ts";
import { LONG } from "../../draws.ts";
import { phasePlan, plan, result, run } from "../../report/fixture.ts";
import { type SlowSeconds, slowSeconds } from "./slow-seconds.ts";

const SEED = Number(process.env.ASSAY_SEED ?? Date.now() % 1e6);
/** Each of the 36 kinds of volume below is drawn so often. */
const DRAWS = LONG ? 300 : 6;

const MINUTES = [10, 35, 120];
const STRETCHES = [1, 3, 10, 30];
const LENGTHS = ["fixed", "geometric", "flicker"] as const;

const STEADY: Claim = { ...CLAIM, value: "0.99", unit: "share", tolerance: 0 };
const FIGURE = { relation: ">=", value: 0.99, low: null, high: null } as const;
const FAST = 6000;

function lineOf(slow: readonly boolean[]): TimeSeries {
  const operations = Float64Array.from(slow, (one) => (one ? 0.5 * FAST : FAST));
  const widthsNs = operations.map(() => 1e9);
  return { widthsNs, operations, bytes: operations, latencies: {} };
}

/** Interval and verdict of repetitions with such seconds. */
function judged(repetitions: readonly (readonly boolean[])[]) {
  const phase = phasePlan("phase");
  const results = repetitions.map((_, at) => ({ ...result(phase, []), repetition: at + 1 }));
  const made = run("made", TARGET, plan("made", [phase]), results);
  const asked = results.map((one) => ({ run: made, result: one, touch: "again" }) as const);
  const found = shareOfSeconds(asked, "operations", 0.9 * FAST, (_, __, repetition) =>
    lineOf(repetitions[repetition - 1] ?? []),
  );
  if ("absent" in found) return expect.fail(found.absent);
  const { measured } = found;
  return { measured, outcome: judge(STEADY, measured, FIGURE).outcome };
}

interface Tally {
  draws: number;
  covered: number;
  open: number;
  wrong: number;
}

/** A share from 0.2 to 5 %, as often below 1 % as above it; every third one at the border. */
function drawnShare(random: Random, draw: number): number {
  if (draw % 3 === 0) return 0.009 + 0.002 * random.unit();
  return 0.002 * 25 ** random.unit();
}

function tally(kind: Omit<SlowSeconds, "share">, seconds: number, stream: number): Tally {
  const random = new Random(SEED, stream);
  const sums = { draws: 0, covered: 0, open: 0, wrong: 0 };
  for (let draw = 0; draw < DRAWS; draw++) {
    const share = drawnShare(random, draw);
    const { measured, outcome } = judged([slowSeconds(random, seconds, { ...kind, share })]);
    const truth = 1 - share;
    sums.draws++;
    if ((measured.low ?? 0) <= truth && truth <= (measured.high ?? 1)) sums.covered++;
    const right = truth >= 0.99 ? "supported" : "refuted";
    if (outcome === "inconclusive") sums.open++;
    else if (outcome !== right) sums.wrong++;
  }
  return sums;
}

const ROWS = MINUTES.flatMap((minutes, i) =>
  STRETCHES.flatMap((stretch, j) =>
    LENGTHS.map((lengths, k) => ({
      minutes,
      stretch,
      lengths,
      ...tally({ stretch, lengths }, minutes * 60, 100 * i + 10 * j + k),
    })),
  ),
);

describe(`slow seconds that come in stretches (ASSAY_SEED=${SEED})`, () => {
  test("the interval holds the true share, and verdicts are right", () => {
    const sum = (of: keyof Tally) => ROWS.reduce((all, row) => all + row[of], 0);
    if (LONG) process.stdout.write(`${ROWS.map((row) => JSON.stringify(row)).join("\n")}\n`);
    const draws = sum("draws");
    expect(draws).toBeGreaterThanOrEqual(200);
    // Three deviations of a count that is 5 %, or 1 %, of the draws.
    const chance = (share: number) => 3 * Math.sqrt(draws * share * (1 - share));
    expect(draws - sum("covered")).toBeLessThanOrEqual(0.05 * draws + chance(0.05));
    expect(sum("wrong")).toBeLessThanOrEqual(0.01 * draws + chance(0.01));
    if (!LONG) return;
    for (const row of ROWS) {
      const kind = `${row.minutes} min, ${row.stretch} s, ${row.lengths}`;
      const few = (share: number) => share * row.draws + 3 * Math.sqrt(row.draws * share);
      expect(row.draws - row.covered, kind).toBeLessThanOrEqual(few(0.05));
      expect(row.wrong, kind).toBeLessThanOrEqual(few(0.01));
    }
  });

  test("no slow second supports nothing before 4.4 h, and states the assumption", () => {
    const none = (seconds: number) => judged([slowSeconds(new Random(1), seconds, NONE)]);
    expect(none(600).outcome).toBe("inconclusive");
    expect(none(7200).outcome).toBe("inconclusive");
    expect(none(15_820)).toMatchObject({
      outcome: "supported",
      measured: { value: 1, assumes: expect.stringContaining("30 s or less on average") },
    });
  });

  test("a volume that is slow all the time, or every tenth second, is refuted", () => {
    const refuted = { outcome: "refuted" };
    expect(judged([Array.from({ length: 60 }, () => true)])).toMatchObject(refuted);
    expect(judged([Array.from({ length: 600 }, (_, at) => at % 10 === 0)])).toMatchObject(refuted);
  });

  test("one long slow period counts once; half of the repetitions are not evidence", () => {
    const late = Array.from({ length: 600 }, (_, at) => at >= 300);
    expect(judged([late]).outcome).toBe("inconclusive");
    const [bad, good] = [true, false].map((state) => Array.from({ length: 600 }, () => state));
    const { measured } = judged([bad ?? [], good ?? [], good ?? []]);
    expect(measured.low).toBeLessThan(0.1);
  });

  test("many separate slow periods in a day decide without an assumption", () => {
    const kind = { share: 0.002, stretch: 3, lengths: "geometric" } as const;
    const { outcome, measured } = judged([slowSeconds(new Random(3), 40_000, kind)]);
    expect(outcome).toBe("supported");
    expect(measured.assumes).toBeUndefined();
  });
});

const NONE: SlowSeconds = { share: 1e-9, stretch: 1, lengths: "fixed" };
