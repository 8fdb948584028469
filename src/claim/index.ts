/**
 * Published claims and what stored runs say about them. Nothing here measures; it only reads runs,
 * and the outcome is data for a report. Read `verify` below first. `catalogue/` reads the claims,
 * `formula/` their expressions, `evidence/` finds the phases that show something, `doubt/` what
 * spoils them, and `verdict/` weighs both.
 */

import type { TimeSeriesSource } from "../metrics/histogram/time-series.ts";
import { holm } from "../metrics/statistics/holm.ts";
import { leastForRankTest } from "../metrics/statistics/rank-test.ts";
import type { Claim } from "../model/claim/claim.ts";
import type { Verdict } from "../model/claim/verdict.ts";
import type { Run } from "../model/run/run.ts";
import { evidenceOf } from "./evidence/evidence.ts";
import { type ComparedVerdict, comparisonVerdict } from "./verdict/comparison.ts";
import { leadingVerdict } from "./verdict/leading.ts";
import { pairsFor } from "./verdict/pairs.ts";
import { verdictOn } from "./verdict/verdict.ts";

/** Chance of calling any two targets different that are not. */
const ALPHA = 0.05;

/**
 * What stored runs say about claims: one verdict for each claim and each target (or two targets)
 * whose runs speak to it, in the order of the claims. A claim that none speaks to has none.
 */
export function verify(
  claims: readonly Claim[],
  runs: readonly Run[],
  timeSeries: TimeSeriesSource,
): readonly Verdict[] {
  const byScope = { client: evidenceOf(runs, "client"), system: evidenceOf(runs, "system") };
  const targets = [...new Set(byScope.system.map(({ target }) => target.name))];
  return claims.flatMap((claim): readonly Verdict[] => {
    const evidence = byScope[claim.scope];
    if (claim.over !== null) {
      const pairs = pairsFor(claim, evidence);
      const judged = pairs.map((pair) => comparisonVerdict(claim, pair, timeSeries, evidence));
      return tested(byTargets(claim, judged));
    }
    return targets.flatMap((name) => {
      const own = evidence.filter(({ target }) => target.name === name);
      return verdictOn(claim, own, timeSeries) ?? [];
    });
  });
}

/** One verdict for each two targets: of several clients, the one that leads. */
function byTargets(claim: Claim, judged: readonly ComparedVerdict[]): readonly ComparedVerdict[] {
  const groups = Map.groupBy(judged, ({ verdict }) => JSON.stringify(verdict.targets));
  return [...groups.values()].flatMap((group) => {
    const verdicts = group.map(({ verdict }) => verdict);
    const leading = leadingVerdict(claim, verdicts);
    const same = group.find(({ verdict }) => verdict.reason === leading?.reason);
    return leading === null || same === undefined ? [] : [{ ...same, verdict: leading }];
  });
}

/**
 * Differences between targets need the rank test as well, corrected for how many pairs of targets
 * the claim compares. Each claim is a question of its own: runs of others take nothing from it.
 */
function tested(judged: readonly ComparedVerdict[]): readonly Verdict[] {
  const asked = judged.filter(({ p }) => p !== null);
  const corrected = holm(asked.map(({ p }) => p ?? 1));
  return judged.map((one) => {
    const { verdict } = one;
    const p = corrected[asked.indexOf(one)];
    if (p === undefined || p <= ALPHA || !one.isDifference) return verdict;
    const words =
      `the rank test over all ${asked.length} comparisons of this claim does not tell them apart ` +
      `(p = ${p.toPrecision(2)} after Holm's correction)`;
    const least = leastForRankTest(ALPHA, asked.length);
    const more = Math.max(least, (verdict.measured?.repetitions ?? 0) + 1);
    return {
      ...verdict,
      outcome: "inconclusive",
      reason: { code: "repetitions", words },
      settle: `run it with ${more} repetitions of each target or more`,
    };
  });
}
