import { describe, expect, test } from "vitest";
import { verify } from "../../../src/claim/index.ts";
import { evaluateThresholds } from "../../../src/metrics/threshold/threshold.ts";
import type { Claim } from "../../../src/model/claim/claim.ts";
import { Random } from "../../../src/model/random/random.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import { CLAIM, TARGET } from "../../claim/example.ts";
import { LONG } from "../../draws.ts";
import { thresholds } from "../../report/thresholds.ts";
import { linesOf, type Made, madeRun } from "../made-storage.ts";
import { RUN_NOISE_NAMES, RUN_NOISES, type RunNoiseName } from "../run-noise.ts";
import { noisyRun } from "./noisy-run.ts";

/** Consecutive runs on the same storage: any significant difference is wrong. */
const PAIRS = LONG ? 1000 : 20;

/** Largest share of pairs whose expectation is 5%, but for one chance in a thousand. */
const MOST = 0.05 + 3.1 * Math.sqrt((0.05 * 0.95) / PAIRS);

const SPREADS = LONG ? [0.03, 0.1] : [0.1];
const REPETITIONS = LONG ? [5, 10] : [5];

function shareWrong(
  name: RunNoiseName,
  isWrong: (made: { betweenRuns: number; repetitions: number }, seed: number) => boolean,
): void {
  for (const betweenRuns of SPREADS) {
    for (const repetitions of REPETITIONS) {
      const seeds = Array.from({ length: PAIRS }, (_, at) => at + 1);
      const wrong = seeds.filter((seed) => isWrong({ betweenRuns, repetitions }, seed));
      const about = `${name}, ${100 * betweenRuns} %, ${repetitions} repetitions`;
      if (LONG) process.stdout.write(`${about}: ${(100 * wrong.length) / PAIRS} %\n`);
      expect(wrong.length / PAIRS, about).toBeLessThanOrEqual(MOST);
    }
  }
}

describe("a run and its baseline", () => {
  const held = thresholds(["vs baseline: rate not lower", "vs baseline: p50 not slower"]);

  test.each(RUN_NOISE_NAMES)(
    "show no difference that is not there: %s",
    (name) => {
      shareWrong(name, (made, seed) => {
        const random = new Random(seed);
        const behaviour = { speed: 1, phases: 1, noise: RUN_NOISES[name], ...made };
        const [before, after] = ["before", "after"].map((id) => noisyRun(id, behaviour, random));
        if (before === undefined || after === undefined) throw new Error("two runs were made");
        const phases = after.plan.phases.map((phase) => ({ ...phase, thresholds: held }));
        const outcomes = evaluateThresholds({ ...after, plan: { ...after.plan, phases } }, before);
        return outcomes.some(({ baseline }) => baseline?.shows !== "nothing");
      });
    },
    600_000,
  );
});

describe("two targets", () => {
  const other: TargetSpec = { ...TARGET, name: "io2", kind: "ebs-io2" };
  const claim = (relation: "<" | ">"): Claim => ({
    ...CLAIM,
    id: `test.${relation === "<" ? "slower" : "faster"}`,
    role: "comparison",
    side: { kinds: ["ebs-io2"], workload: { operations: ["read"] } },
    over: { kinds: ["ebs-gp3"], workload: { operations: ["read"] } },
    between: "targets",
    varies: ["kind"],
    relation,
    value: "1.0",
    unit: "ratio",
    tolerance: 0,
    needs: { ...CLAIM.needs, instance: null, durationNs: 2e9 },
  });
  const claims = [claim("<"), claim(">")];

  test.each(RUN_NOISE_NAMES)(
    "are neither faster nor slower than each other: %s",
    (name) => {
      shareWrong(name, ({ betweenRuns, repetitions }, seed) => {
        const plan = { workers: 4, queueDepth: 16 };
        const noise = RUN_NOISES[name];
        const phase: Made = {
          seconds: 2,
          rate: 300,
          plan,
          between: betweenRuns,
          repetitions,
          noise,
        };
        const runs = [other, TARGET].map((target, at) =>
          madeRun(target, [phase], { seed: 2 * seed + at, id: `${target.name}-${seed}` }),
        );
        const all = runs.map(({ run }) => run);
        const verdicts = verify(claims, all, linesOf(runs));
        expect(verdicts).toHaveLength(2);
        return verdicts.some(({ outcome }) => outcome === "supported");
      });
    },
    1_200_000,
  );
});
