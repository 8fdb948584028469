import { ALPHA } from "../../metrics/compare/contrasts.ts";
import { leastForMedian } from "../../metrics/statistics/median.ts";
import { leastForRankTest } from "../../metrics/statistics/rank-test.ts";
import { EXIT, UsageError } from "../../model/fault/errors.ts";
import type { Plan } from "../../model/plan/plan.ts";
import { readRun, type StoredRun } from "../../run/store/read.ts";
import { planHash } from "../../scenario/plan/hash.ts";
import type { CommandContext } from "../command.ts";
import type { PlannedRun } from "./pairs.ts";
import type { RunOptions } from "./run-one.ts";
import { type ReadyRuns, withRuns } from "./running.ts";

/**
 * Runs every scenario on every target once a round, in turns: A B, then B A, so that what changes
 * slowly meanwhile falls on all alike. Each run is stored like any other. `compare` gets them all
 * when the last round is over; a run that fails or is interrupted ends it before.
 */
export async function interleave(
  options: Omit<RunOptions, "times">,
  rounds: number | null,
  context: CommandContext,
  compare: (stored: readonly StoredRun[]) => Promise<void>,
): Promise<number> {
  const times = (plans: readonly Plan[], targets: number): number =>
    rounds ?? roundsNeeded(plans, targets);
  return withRuns({ ...options, times }, context, async (ready) => {
    const sides = sidesOf(ready);
    const turns = turnsOf(sides, ready.times);
    const needed = roundsNeeded(ready.plans, ready.targets.length);
    if (ready.times < needed) {
      const said = ready.times === 1 ? "1 round is" : `${ready.times} rounds are`;
      const test = "that a test of all numbers needs, so some or all of them cannot be told apart";
      context.console.error(`${said} fewer than the ${needed} ${test}\n`);
    }
    let worst: number = EXIT.ok;
    for (const [at, { plan, target }] of turns.entries()) {
      if (!options.quiet) {
        const round = Math.floor(at / sides.length) + 1;
        const what = `${plan.name} on ${target.name}`;
        context.console.error(`round ${round} of ${ready.times}: ${what}\n`);
      }
      const code = await ready.run(plan, target);
      if (code !== EXIT.ok && code !== EXIT.threshold && code !== EXIT.inconclusive) {
        const stored = ready.finished.length;
        context.console.error(`not compared: ${stored} of ${turns.length} runs are stored\n`);
        return code;
      }
      worst = Math.max(worst, code);
    }
    const stored: StoredRun[] = [];
    for (const { folder } of ready.finished) stored.push(await readRun(folder, ""));
    await compare(stored);
    return worst;
  });
}

/** Numbers of a phase that are always compared: a rate and three percentiles. */
const NUMBERS_EACH = 4;

/**
 * Rounds after which the median of every number has a 95 % interval and all of them together can be
 * tested; an even number, so that each side goes first as often as last.
 */
function roundsNeeded(plans: readonly Plan[], targets: number): number {
  const phases = Math.max(...plans.map((plan) => plan.phases.length));
  const tests = (plans.length * targets - 1) * phases * NUMBERS_EACH;
  // Repetitions of one run share its time, so a run counts as one value.
  const rounds = Math.max(leastForMedian(), leastForRankTest(ALPHA, tests));
  return rounds + (rounds % 2);
}

function sidesOf({ pairs: sides }: ReadyRuns): readonly PlannedRun[] {
  if (sides.length < 2) {
    throw new UsageError(
      "--interleave takes turns, which needs two: two scenarios on a target, or a scenario on two",
    );
  }
  const keys = sides.map(({ plan, target }) =>
    JSON.stringify([planHash(plan), target.name, target.address]),
  );
  const twice = keys.findIndex((key, at) => keys.indexOf(key) !== at);
  const same = sides[twice];
  if (same === undefined) return sides;
  throw new UsageError(
    `${same.plan.name} on ${same.target.name} was given twice: what does the same is not compared`,
  );
}

/** A B B A A B …: every second round backwards. */
export function turnsOf<One>(sides: readonly One[], rounds: number): readonly One[] {
  const backwards = [...sides].reverse();
  return Array.from({ length: rounds }, (_, round) => (round % 2 === 0 ? sides : backwards)).flat();
}
