/**
 * What the commands that make runs share (`run`, `find`, `compare --interleave`): reading and
 * checking all that is asked for before anything runs, then one run after the other, its progress,
 * its verdict and its report. Nothing here measures; that is `src/run`. Read this file first, then
 * `run-one.ts`.
 */
import { orAborted } from "../../model/abort.ts";
import { EXIT, UsageError } from "../../model/fault/errors.ts";
import type { Plan } from "../../model/plan/plan.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import type { Unbegun } from "../../report/run/files/junit.ts";
import { cleanupLimits } from "../../run/cleanup-deadline.ts";
import type { FinishedRun } from "../../run/request.ts";
import type { CommandContext } from "../command.ts";
import type { Console } from "../console.ts";
import { targetsOf } from "../targets.ts";
import { againstBaseline } from "./baseline.ts";
import { budgetOf } from "./cost.ts";
import { keptClientLimits, probeHost } from "./host.ts";
import { type PlannedRun, pairsOf, plansOf, skipLine, skipPolicy } from "./pairs.ts";
import { plannedTimeLines, searchLines } from "./planned.ts";
import { type RunOptions, runOne, unbegunOf } from "./run-one.ts";
import { writeJunit } from "./verdict.ts";

/** Plans and targets that were checked against each other, ready to be run. */
export interface ReadyRuns {
  readonly plans: readonly Plan[];
  readonly targets: readonly TargetSpec[];
  /** What is run: each scenario on each target, as far as they go together. */
  readonly pairs: readonly PlannedRun[];
  readonly times: number;
  /** Runs and stores one plan on one target; returns its exit code. */
  readonly run: (plan: Plan, target: TargetSpec) => Promise<number>;
  /** The stored runs so far, in order. */
  readonly finished: readonly FinishedRun[];
}

/** Every scenario on every target, one run each. */
export function runAll(options: RunOptions, context: CommandContext): Promise<number> {
  return withRuns(options, context, async ({ pairs, run }) => {
    let worst: number = EXIT.ok;
    for (const { plan, target } of pairs) {
      const code = await run(plan, target);
      if (code === EXIT.interrupted || code === EXIT.internal) return code;
      // What one target refuses says nothing of the others: they are measured all the same.
      if (weightOf(code) > weightOf(worst)) worst = code;
    }
    return worst;
  });
}

/** A run that did not complete weighs more than a broken threshold, that more than no answer. */
function weightOf(code: number): number {
  const lighter: readonly number[] = [EXIT.ok, EXIT.inconclusive, EXIT.threshold];
  const at = lighter.indexOf(code);
  return at < 0 ? lighter.length : at;
}

/** Everything is checked before anything is run: each scenario on each target. */
export async function withRuns(
  options: RunOptions,
  context: CommandContext,
  use: (ready: ReadyRuns) => Promise<number>,
): Promise<number> {
  const { console, interrupt } = context;
  const checked = await orAborted(checkRuns(options, context), interrupt.signal);
  const { plans, targets, pairs, skipped, lenient, times, ...shared } = checked;
  const finished: FinishedRun[] = [];
  const unbegun: Unbegun[] = skipped.map(unbegunOf);
  const around = { ...shared, options, context, finished, unbegun, lenient };
  const data = options.keepData ? "keeping its data" : "removing the data";
  interrupt.duty = () => `storing what was measured and ${data}`;
  interrupt.endsWithinMs = Math.max(...plans.map((plan) => endsWithinMs(plan, options)));
  try {
    const run = (plan: Plan, target: TargetSpec) => runOne(plan, target, around);
    const code = await use({ plans, targets, pairs, times, run, finished });
    return lenient.size > 0 ? printRunCounts(code, console, finished, unbegun) : code;
  } finally {
    if (options.junit !== undefined) writeJunit(options.junit, finished, unbegun);
  }
}

/** Some seconds beyond the limit of a run's clean-up, which begins with the interruption. */
function endsWithinMs({ datasets }: Plan, { cleanupTimeoutMs }: RunOptions): number {
  return cleanupLimits(cleanupTimeoutMs, datasets).totalMs + 10_000;
}

/** Reads and checks all that is to be run. Changes nothing. */
async function checkRuns(options: RunOptions, context: CommandContext) {
  const targets = await targetsOf(options.parsed, context);
  if (targets.length === 0) {
    throw new UsageError(
      "run what against? name a target: --target /mnt/data, or --target s3://bucket",
    );
  }
  const asked = await plansOf(options, context.env);
  const { plans, baseline } = await againstBaseline(
    asked.map(({ plan }) => plan),
    targets,
    options.baseline,
    options.resultsFolder,
  );
  const host = await probeHost();
  const leaves = skipPolicy(asked, targets.length, options.folders === true);
  const checked = asked.map((one, index) => ({ ...one, plan: plans[index] ?? one.plan }));
  const { pairs, skipped } = pairsOf(checked, targets, host, leaves);
  const times = options.times?.(plans, targets.length) ?? 1;
  const budget = await budgetOf(pairs, options.maxCost, times);
  const begun = plans.filter((plan) => pairs.some((pair) => pair.plan === plan));
  const told = [...begun.flatMap(searchLines), ...plannedTimeLines(pairs, times)];
  const lines = [...budget.lines, ...(options.quiet ? [] : told)];
  for (const line of [...skipped.map(skipLine), ...lines]) context.console.error(`${line}\n`);
  const floors = await keptClientLimits(context);
  const lenient: ReadonlySet<Plan> = new Set(checked.filter(leaves).map(({ plan }) => plan));
  return { plans, targets, pairs, skipped, lenient, times, baseline, host, budget, floors };
}

/** Says on stderr how many were run; returns the exit code, that of the machine without any. */
function printRunCounts(
  code: number,
  console: Console,
  finished: readonly FinishedRun[],
  unbegun: readonly Unbegun[],
): number {
  const skipped = unbegun.filter(({ state }) => state === "skipped").length;
  const refused = unbegun.length - skipped;
  const more = refused === 0 ? "" : `, ${refused} refused`;
  console.error(`${finished.length} run, ${skipped} skipped${more}\n`);
  if (finished.length + refused > 0 || code !== EXIT.ok) return code;
  console.error(
    "nothing was run: no scenario suits any of the targets; `assay list` says what there is\n",
  );
  return EXIT.machine;
}
