import { learnStorage } from "../../environment/knowledge.ts";
import { judgeThresholds } from "../../metrics/threshold/judge.ts";
import { AbandonedError, orAborted } from "../../model/abort.ts";
import { EXIT, PreflightError, UnsuitedError, UsageError } from "../../model/fault/errors.ts";
import type { Plan } from "../../model/plan/plan.ts";
import type { Run } from "../../model/run/run.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import type { Unbegun } from "../../report/run/junit.ts";
import { cleanupLimits } from "../../run/cleanup-deadline.ts";
import { executeRun, type FinishedRun } from "../../run/execute.ts";
import { planHash } from "../../scenario/plan/hash.ts";
import { type Host, resolvePhase } from "../../scenario/preflight/preflight.ts";
import type { CommandContext } from "../command.ts";
import { leftBehind } from "../ending/left-behind.ts";
import { sayWaiting } from "../ending/waiting.ts";
import { probeHost } from "../host.ts";
import { targetsOf } from "../targets.ts";
import { againstBaseline } from "./baseline.ts";
import { budgetOf } from "./cost.ts";
import { keptFloors } from "./kept-floors.ts";
import { LiveLine } from "./live.ts";
import { lenience, type Pair, pairsOf, plansOf, type Skipped, skipLine } from "./pairs.ts";
import { plannedTimeLines } from "./planned-time.ts";
import { publish } from "./publish.ts";
import { endOf, tally } from "./run-end.ts";
import { makeRunId } from "./run-id.ts";
import { searchLines } from "./search-lines.ts";
import { writeJunit } from "./verdict.ts";

/** What `assay run` was asked for. */
export interface RunOptions {
  readonly scenarios: readonly string[];
  readonly set: readonly string[];
  /** A folder stands for its scenarios; what a target cannot do of many is left out. */
  readonly folders?: boolean;
  /** Leaves out the phases that do not search. */
  readonly searches?: boolean;
  readonly resultsFolder: string;
  readonly keepData: boolean;
  readonly reuseData: boolean;
  /** Neither instance metadata nor AWS is asked what a target is. */
  readonly offline: boolean;
  readonly quiet: boolean;
  /** Longest time for cleaning and closing, milliseconds; null: unless the user sets one. */
  readonly cleanupTimeoutMs: number | null;
  readonly print: string;
  /** USD that all runs together may cost; null: any amount. */
  readonly maxCost: number | null;
  /** Folder or id of the run that thresholds are held against. */
  readonly baseline?: string | undefined;
  /** File for a JUnit report. */
  readonly junit?: string | undefined;
  /** How often each plan is run on each of so many targets; once unless said. */
  readonly times?: (plans: readonly Plan[], targets: number) => number;
  /** The whole command line, for the target's options. */
  readonly parsed: Readonly<Record<string, unknown>>;
}

/** Plans and targets that were checked against each other, ready to be run. */
export interface ReadyRuns {
  readonly plans: readonly Plan[];
  readonly targets: readonly TargetSpec[];
  /** What is run: each scenario on each target, as far as they go together. */
  readonly pairs: readonly Pair[];
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
    return lenient.size > 0 ? tally(code, console, finished, unbegun) : code;
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
  const targets = await targetsOf(options.parsed, context.interrupt);
  if (targets.length === 0) {
    throw new UsageError(
      "run what against? name a target: --target /mnt/data, or --target s3://bucket",
    );
  }
  const asked = await plansOf(options);
  const { plans, baseline } = await againstBaseline(
    asked.map(({ plan }) => plan),
    targets,
    options.baseline,
    options.resultsFolder,
  );
  const host = await probeHost();
  const leaves = lenience(asked, targets.length, options.folders === true);
  const checked = asked.map((one, index) => ({ ...one, plan: plans[index] ?? one.plan }));
  const { pairs, skipped } = pairsOf(checked, targets, host, leaves);
  const times = options.times?.(plans, targets.length) ?? 1;
  const budget = await budgetOf(pairs, options.maxCost, times);
  const begun = plans.filter((plan) => pairs.some((pair) => pair.plan === plan));
  const told = [...begun.flatMap(searchLines), ...plannedTimeLines(pairs, times)];
  const lines = [...budget.lines, ...(options.quiet ? [] : told)];
  for (const line of [...skipped.map(skipLine), ...lines]) context.console.error(`${line}\n`);
  const floors = await keptFloors(context.version);
  const lenient: ReadonlySet<Plan> = new Set(checked.filter(leaves).map(({ plan }) => plan));
  return { plans, targets, pairs, skipped, lenient, times, baseline, host, budget, floors };
}

interface Surroundings {
  readonly host: Host;
  readonly options: RunOptions;
  readonly context: CommandContext;
  readonly budget: Awaited<ReturnType<typeof budgetOf>>;
  readonly baseline: Run | null;
  /** What there is to report of all pairs so far. */
  readonly finished: FinishedRun[];
  readonly unbegun: Unbegun[];
  /** What of these turns out to be nothing for a target is left out, and is no failure. */
  readonly lenient: ReadonlySet<Plan>;
  readonly floors: Awaited<ReturnType<typeof keptFloors>>;
}

const ENDING_CLEANUP = "ending the clean-up, and saying what is left";

async function runOne(plan: Plan, target: TargetSpec, around: Surroundings): Promise<number> {
  const { options, host, baseline } = around;
  const { console, version, interrupt } = around.context;
  interrupt.signal.throwIfAborted();
  const runId = makeRunId(plan, target, new Date());
  const live = new LiveLine(console, options.quiet, () => performance.now());
  const { duty } = interrupt;
  interrupt.duty = () => (live.cleans ? ENDING_CLEANUP : (duty?.() ?? ""));
  const remedy = (): string => leftBehind(runId, target, options.resultsFolder);
  interrupt.leftBehind = remedy;
  let finished: FinishedRun;
  // Until the target is open nothing else is said; silence of a store is said even with --quiet.
  const opened = sayWaiting(console, target);
  try {
    finished = await executeRun({
      plan,
      planHash: planHash(plan),
      target,
      resolve: (phase) => resolvePhase(phase, target, host.engines),
      runId,
      assayVersion: version,
      resultsFolder: options.resultsFolder,
      keepData: options.keepData,
      reuseData: options.reuseData,
      remedy,
      cleanupTimeoutMs: options.cleanupTimeoutMs,
      signal: interrupt.signal,
      events: live,
      judge: (run) => {
        const outcomes = judgeThresholds(run, baseline);
        return outcomes.length === 0 ? undefined : outcomes;
      },
      floors: around.floors,
      learn: (environment) => {
        opened();
        return learnStorage(target, environment, { offline: options.offline, env: process.env });
      },
      ...(target.address.kind === "bucket" ? { cost: around.budget.price(plan, target) } : {}),
    });
  } catch (error) {
    live.clear();
    if (error instanceof AbandonedError) {
      console.error(`${remedy()}\n`);
    }
    if (interrupt.signal.aborted) return EXIT.interrupted;
    if (!(error instanceof PreflightError)) throw error;
    const refused = { plan, target, reason: error.message };
    if (around.lenient.has(plan) && error instanceof UnsuitedError) {
      console.error(`${skipLine(refused)}\n`);
      around.unbegun.push(unbegunOf(refused));
      return EXIT.ok;
    }
    console.error(`${plan.name} on ${target.name}: ${error.message}\n`);
    around.unbegun.push({ ...unbegunOf(refused), state: "refused" });
    return error.exitCode;
  } finally {
    opened();
    live.clear();
    interrupt.leftBehind = null;
    interrupt.duty = duty;
  }
  interrupt.stuck ||= finished.stuck === true;
  around.finished.push(finished);
  const unwritten = await publish(finished, options.print, console);
  return endOf(finished, unwritten, console, interrupt);
}

function unbegunOf({ plan, target, reason }: Skipped): Unbegun {
  return {
    state: "skipped",
    scenario: plan.name,
    target: target.name,
    at: new Date(),
    reason,
  };
}
