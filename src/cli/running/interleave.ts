import { ALPHA } from "../../metrics/compare/contrasts.ts";
import { leastForMedian } from "../../metrics/statistics/median.ts";
import { leastForRankTest } from "../../metrics/statistics/rank-test.ts";
import { EXIT, UsageError } from "../../model/fault/errors.ts";
import type { Plan } from "../../model/plan/plan.ts";
import { pairName } from "../../model/run/pair-name.ts";
import { readRun, type StoredRun } from "../../run/store/read.ts";
import { planHash } from "../../scenario/plan/hash.ts";
import type { CommandContext } from "../command.ts";
import type { PlannedRun } from "./pairs.ts";
import type { RunOptions } from "./run-one.ts";
import { type ReadyRuns, withRuns } from "./running.ts";

/**
 * Runs every scenario on every target once per round in alternating order (A B, then B A), so that
 * slow drift affects all of them equally. `compare` gets all stored runs after the last round and
 * returns its exit code; a run that fails or is interrupted ends the command before.
 */
export async function interleave(
  options: Omit<RunOptions, "times">,
  rounds: number | null,
  context: CommandContext,
  compare: (stored: readonly StoredRun[]) => Promise<number>,
): Promise<number> {
  const times = (plans: readonly Plan[], targets: number): number =>
    rounds ?? roundsNeeded(plans, targets);
  return withRuns({ ...options, times }, context, async (ready) => {
    const sides = sidesOf(ready);
    const order = runOrder(sides, ready.times);
    const needed = roundsNeeded(ready.plans, ready.targets.length);
    if (ready.times < needed) {
      const rounds = ready.times === 1 ? "1 round is" : `${ready.times} rounds are`;
      context.console.error(
        `${rounds} too few: significance tests of all metrics need ${needed}, so differences may ` +
          "not be significant\n",
      );
    }
    let worst: number = EXIT.ok;
    for (const [at, pair] of order.entries()) {
      const { plan, target } = pair;
      if (!options.quiet) {
        const round = Math.floor(at / sides.length) + 1;
        const what = pairName({ plan, target });
        context.console.error(`round ${round} of ${ready.times}: ${what}\n`);
      }
      const code = await ready.run(pair);
      if (code !== EXIT.ok && code !== EXIT.threshold && code !== EXIT.inconclusive) {
        const stored = ready.finished.length;
        context.console.error(`not compared: ${stored} of ${order.length} runs are stored\n`);
        return code;
      }
      worst = Math.max(worst, code);
    }
    const stored: StoredRun[] = [];
    for (const { folder } of ready.finished) stored.push(await readRun(folder, ""));
    return Math.max(worst, await compare(stored));
  });
}

/** Metrics of a phase that are always compared: a rate and three percentiles. */
const METRICS_PER_PHASE = 4;

/**
 * Rounds after which the median of every metric has a 95% confidence interval and all metrics
 * together can be tested; an even number, so that each side is first as often as last.
 */
function roundsNeeded(plans: readonly Plan[], targets: number): number {
  const phases = Math.max(...plans.map((plan) => plan.phases.length));
  const tests = (plans.length * targets - 1) * phases * METRICS_PER_PHASE;
  // Repetitions of one run share its conditions, so a run counts as one value.
  const rounds = Math.max(leastForMedian(), leastForRankTest(ALPHA, tests));
  return rounds + (rounds % 2);
}

function sidesOf({ pairs: sides }: ReadyRuns): readonly PlannedRun[] {
  if (sides.length < 2) {
    throw new UsageError(
      "--interleave needs at least two scenarios on one target, or one scenario on two targets",
    );
  }
  const keys = sides.map(({ plan, target }) =>
    JSON.stringify([planHash(plan), target.name, target.address]),
  );
  const twice = keys.findIndex((key, at) => keys.indexOf(key) !== at);
  const same = sides[twice];
  if (same === undefined) return sides;
  throw new UsageError(`${pairName(same)} is given twice; compare different scenarios or targets`);
}

/** Order of the runs, A B B A A B …: every second round is reversed. */
export function runOrder<One>(sides: readonly One[], rounds: number): readonly One[] {
  const reversed = [...sides].reverse();
  return Array.from({ length: rounds }, (_, round) => (round % 2 === 0 ? sides : reversed)).flat();
}
