// @module-tag system
import { describe, expect, test } from "vitest";
import { loadCatalogue } from "../../../src/claim/catalogue/catalogue.ts";
import { verify } from "../../../src/claim/index.ts";
import type { Verdict } from "../../../src/model/claim/verdict.ts";
import { Random } from "../../../src/model/random/random.ts";
import { LONG } from "../../draws.ts";
import { linesOf } from "../made-storage.ts";
import { RUN_NOISE_NAMES } from "../run-noise.ts";
import { borderDraw, clearDraw, type Draw, honestDraw, separateDraw } from "./border-draws.ts";

/** The long form takes another seed each time; `ASSAY_SEED` repeats one. */
const DRAWS = LONG ? 10_000 : 200;
const SEED = Number(process.env.ASSAY_SEED ?? (LONG ? Date.now() % 1e9 : 1));

const { claims } = await loadCatalogue();

interface Outcome {
  readonly draw: Omit<Draw, "made">;
  readonly wrong: boolean;
  readonly open: boolean;
  /** Whether the interval holds the truth; null without an interval. */
  readonly covers: boolean | null;
}

function outcomeOf({ made, ...draw }: Draw): Outcome {
  const asked = claims.filter(({ id }) => id === draw.claim);
  const [verdict] = verify(
    asked,
    made.map(({ run }) => run),
    linesOf(made),
  );
  if (verdict === undefined) throw new Error(`no verdict on ${draw.claim}`);
  const { outcome } = verdict;
  return {
    draw,
    wrong: outcome === (draw.agrees ? "refuted" : "supported"),
    open: outcome === "inconclusive",
    covers: covers(verdict, draw.truth),
  };
}

function covers({ measured, reason }: Verdict, truth: number): boolean | null {
  if (measured?.low == null || measured.high == null) {
    throw new Error(`no interval: ${reason.words}`);
  }
  return measured.low <= truth && measured.high >= truth;
}

const share = (all: readonly Outcome[], holds: (one: Outcome) => boolean | null): number =>
  all.filter(holds).length / Math.max(1, all.length);
const percent = (value: number): string => `${(100 * value).toFixed(2)} %`.padStart(9);

/** One line per kind of noise: wrong verdicts and coverage, by number of repetitions too. */
function table(title: string, outcomes: readonly Outcome[]): string {
  const row = (name: string, some: readonly Outcome[]): string => {
    const by = [1, 3, 5, 10].map((n) =>
      percent(
        share(
          some.filter(({ draw }) => draw.repetitions === n),
          (one) => one.wrong,
        ),
      ),
    );
    const decidable = some.filter(({ draw }) => draw.decidable);
    const open =
      decidable.length === 0 ? "        –" : percent(share(decidable, (one) => one.open));
    const columns = [percent(share(some, (one) => one.wrong)), ...by];
    const held = percent(share(some, (one) => one.covers));
    return `${name.padEnd(20)}${String(some.length).padStart(6)}${columns.join("")}${held}${open}`;
  };
  const heads = ["wrong", "1 rep.", "3", "5", "10", "covers", "open"].map((one) => one.padStart(9));
  const rows = RUN_NOISE_NAMES.map((name) =>
    row(
      name,
      outcomes.filter(({ draw }) => draw.noise === name),
    ),
  );
  const kinds = [true, false].map((isShared) =>
    row(
      isShared ? "shared" : "provisioned",
      outcomes.filter(({ draw }) => draw.isShared === isShared),
    ),
  );
  const head = `${title.padEnd(20)}${"runs".padStart(6)}${heads.join("")}`;
  return ["", head, ...rows, ...kinds, row("all", outcomes), ""].join("\n");
}

/** Largest share that `n` draws of 1% give, but for one chance in a thousand. */
const mostOf = (n: number): number => 0.01 + 3.1 * Math.sqrt((0.01 * 0.99) / n);

function outcomes(one: (random: Random, index: number) => Draw, count: number): Outcome[] {
  const random = new Random(SEED);
  return Array.from({ length: count }, (_, index) => outcomeOf(one(random, index)));
}

describe("stored runs of storage at the border of its figure", () => {
  test.each([
    ["at the border", borderDraw],
    ["separate runs", separateDraw],
  ])(
    "at most 1 in 100 verdicts is wrong, whatever the noise between runs: %s",
    (title, drawn) => {
      const all = outcomes(drawn, DRAWS);
      process.stdout.write(`seed ${SEED} (ASSAY_SEED)\n${table(title, all)}`);
      expect(share(all, ({ wrong }) => wrong)).toBeLessThanOrEqual(LONG ? 0.01 : mostOf(DRAWS));
      for (const name of RUN_NOISE_NAMES) {
        const some = all.filter(({ draw }) => draw.noise === name);
        expect(
          share(some, ({ wrong }) => wrong),
          name,
        ).toBeLessThanOrEqual(mostOf(some.length));
        expect(
          share(some, (one) => one.covers),
          name,
        ).toBeGreaterThanOrEqual(0.9);
      }
    },
    1_800_000,
  );

  test("at most 1 in 5 of honest storage is left open by separate runs, none refuted", () => {
    const all = outcomes(honestDraw, LONG ? 2000 : 200);
    process.stdout.write(table("honest, separate", all));
    const decidable = all.filter(({ draw }) => draw.decidable);
    expect(decidable.length).toBeGreaterThan(20);
    expect(share(decidable, ({ open }) => open)).toBeLessThanOrEqual(0.2);
    expect(share(all, ({ wrong }) => wrong)).toBe(0);
  }, 1_800_000);

  test("at most 1 in 5 of the decidable is left open, and none is decided wrongly", () => {
    const all = outcomes(clearDraw, LONG ? 2000 : 200);
    process.stdout.write(table("off the border", all));
    const decidable = all.filter(({ draw }) => draw.decidable);
    expect(decidable.length).toBeGreaterThan(20);
    expect(share(decidable, ({ open }) => open)).toBeLessThanOrEqual(0.2);
    expect(share(all, ({ wrong }) => wrong)).toBe(0);
  }, 1_800_000);
});
