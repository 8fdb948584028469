/**
 * Shared by the commands that start runs (`run`, `find`, `compare --interleave`): they check every
 * scenario, target and option first, then execute one run after the other and print progress,
 * thresholds and results. Measuring itself is in `src/run`. Read this file first, then
 * `run-one.ts`.
 */
import { ENGINES } from "../../engine/index.ts";
import { orAborted } from "../../model/abort.ts";
import { EXIT, UsageError } from "../../model/fault/errors.ts";
import type { Plan } from "../../model/plan/plan.ts";
import { printableJson } from "../../model/printable.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import type { NotStarted } from "../../report/run/files/junit.ts";
import { cleanupLimits } from "../../run/cleanup-deadline.ts";
import type { FinishedRun } from "../../run/request.ts";
import { wantsRing } from "../../scenario/preflight/preflight.ts";
import { writeOutputs } from "../ci/outputs.ts";
import { runsToStepSummary } from "../ci/step-summary.ts";
import type { CommandContext } from "../command.ts";
import { sayLines } from "../console.ts";
import { searchLines } from "../estimate/planned.ts";
import type { JoinedCrew } from "../hosts/crew.ts";
import { crewOf } from "../hosts/hosts.ts";
import { LiveView } from "../live/live.ts";
import { CommandWork } from "../live/work.ts";
import { absentRuns } from "../pages/absent.ts";
import { SharedData } from "../sharing/shared-data.ts";
import { targetsOf } from "../targets.ts";
import type { BaselineSetup } from "./baseline.ts";
import { budgetOf, pricingOf } from "./cost.ts";
import { countRuns, printRunCounts } from "./counts.ts";
import { estimateRuns } from "./estimates.ts";
import { fitAlike, fitRuns } from "./fit.ts";
import { keptClientLimits, probeHost } from "./host.ts";
import { refusedOf, unbegunOf } from "./not-started.ts";
import {
  type PlannedRun,
  pairsOf,
  plansOf,
  type Requested,
  requirePairs,
  skipLine,
  skipPolicy,
  skippedPhaseLines,
} from "./pairs.ts";
import { type RunOptions, runOne } from "./run-one.ts";
import { writeJunit } from "./verdict.ts";

/** Plans and targets that passed every check. */
export interface ReadyRuns {
  readonly plans: readonly Plan[];
  readonly targets: readonly TargetSpec[];
  /** Each scenario on each target that can execute it. */
  readonly pairs: readonly PlannedRun[];
  /** Runs of each pair. */
  readonly times: number;
  /** Number of pairs that cannot run although their scenario was named. */
  readonly refused: number;
  /** Runs and stores one pair; returns its exit code. */
  readonly run: (pair: PlannedRun) => Promise<number>;
  /** The stored runs so far, in order. */
  readonly finished: readonly FinishedRun[];
}

/** Runs every scenario on every target once; returns the exit code of the command. */
export function runAll(options: RunOptions, context: CommandContext): Promise<number> {
  return withRuns({ ...options, counts: true }, context, async ({ pairs, run, refused }) => {
    let worst: number = refused === 0 ? EXIT.ok : EXIT.machine;
    const defects: unknown[] = [];
    for (const pair of pairs) {
      const code = await run(pair).catch((error: unknown) => {
        // One scenario never stops the others, not even by an internal error.
        context.interrupt.signal.throwIfAborted();
        defects.push(error);
        return EXIT.internal;
      });
      if (code === EXIT.interrupted) return code;
      if (severityOf(code) > severityOf(worst)) worst = code;
    }
    if (defects.length > 0) throw defects[0];
    return worst;
  });
}

/** Ranks exit codes: incomplete runs above failed thresholds, those above inconclusive searches. */
function severityOf(code: number): number {
  const lighter: readonly number[] = [EXIT.ok, EXIT.inconclusive, EXIT.threshold];
  const at = lighter.indexOf(code);
  return at < 0 ? lighter.length : at;
}

/** Checks each scenario on each target before the first run, then calls `use` to run them. */
export async function withRuns(
  options: RunOptions,
  context: CommandContext,
  use: (ready: ReadyRuns) => Promise<number>,
): Promise<number> {
  const { console, interrupt } = context;
  const checked = await orAborted(checkRuns(options, context), interrupt.signal);
  const { plans, targets, pairs, skipped, refused, isLenient, times, ...about } = checked;
  const finished: FinishedRun[] = [];
  const unbegun: NotStarted[] = [...skipped.map(unbegunOf), ...refused.map(refusedOf)];
  const ended = unbegun.length;
  const jobs = Array.from({ length: times }, () => pairs).flat();
  const work = new CommandWork(jobs, options.keepData, () => performance.now());
  const live = new LiveView(console, { quiet: options.quiet, work }, () => performance.now());
  const shared = new SharedData(options, context);
  const around = { ...about, options, context, finished, unbegun, live, shared };
  const data = options.keepData ? "keeping its data" : "removing the data";
  interrupt.duty = () => `storing results and ${data}`;
  interrupt.endsWithinMs = Math.max(...plans.map((plan) => endsWithinMs(plan, options)));
  const isCounted = options.counts === true && (ended + jobs.length > 1 || isLenient);
  const isSilent = () => options.quiet && !isLenient && code === EXIT.ok;
  let code: number = EXIT.internal;
  live.open();
  try {
    const run = (pair: PlannedRun) => runOne(pair, around);
    const ready = { plans, targets, pairs, times, run, finished, refused: refused.length };
    code = await use(ready);
    if (options.page.prints || options.page.opens) {
      const { showFinished } = await import("../pages/stored.ts");
      const absent = absentRuns(jobs, finished, unbegun.slice(ended));
      const shown = { finished, absent: [...unbegun.slice(0, ended), ...absent] };
      await showFinished(shown, options.page, options.resultsFolder, context);
    }
    if (options.print === "json") await console.out(`${printableJson(runsDocument(finished))}\n`);
  } finally {
    if (!(await shared.release()) && code === EXIT.ok) code = EXIT.machine;
    live.close();
    const counts = countRuns(jobs.length + ended, finished, unbegun);
    if (isCounted && !isSilent()) code = printRunCounts(code, counts, console);
    const runs = finished.map(({ run }) => run);
    if (options.hasSummary?.() ?? true) await runsToStepSummary(runs, unbegun, context);
    if (options.junit !== undefined) await writeJunit(options.junit, finished, unbegun);
    await writeOutputs(options.outputs ?? [], runs, context.env);
    await checked.crew?.close();
  }
  return code;
}

/** Document of `--print json`: the stored runs of the command, each with its directory. */
function runsDocument(finished: readonly FinishedRun[]) {
  return { runs: finished.map(({ run, folder }) => ({ folder, ...run })) };
}

/** Time limit of a command after an interruption: that of the cleanup plus 10 s, milliseconds. */
function endsWithinMs({ datasets }: Plan, { cleanupTimeoutMs }: RunOptions): number {
  return cleanupLimits(cleanupTimeoutMs, datasets).totalMs + 10_000;
}

/** Reads and checks all scenarios, targets and options of the command. Changes nothing. */
async function checkRuns(options: RunOptions, context: CommandContext) {
  const targets = await targetsOf(options.parsed, context);
  if (targets.length === 0) {
    throw new UsageError(
      "no target: name a directory, device or bucket, e.g. --target /mnt/data or " +
        "--target s3://bucket",
    );
  }
  if (options.baseline !== undefined && options.budgetNs != null) {
    throw new UsageError(
      "--budget shortens phases, so that they differ from those of --baseline; remove one of them",
    );
  }
  const requested = await plansOf(options, context.env);
  const read = requested.map(({ plan }) => plan);
  const { plans, notes, requireHosts, baselineOf } = await baselineSetup(read, targets, options);
  const ring = wantsRing(plans, targets, ENGINES);
  const checked = requested.map((one, index) => ({ ...one, plan: plans[index] ?? one.plan }));
  // Scenarios of a directory that need more hosts are skipped, others refused.
  const named = checked.filter(({ inFolder }) => !inFolder).map(({ plan }) => plan);
  const crew = await crewOf({ plans: named, targets, ring }, options, context);
  try {
    requireHosts(crew?.crew.hosts.length ?? 1);
    const pairs = await checkPairs({ checked, targets, crew, ring, notes }, options, context);
    return { plans, targets, baselineOf, crew, ...pairs };
  } catch (error) {
    await crew?.close();
    throw error;
  }
}

/** The plans, and what `--baseline` adds; its code is loaded only if a baseline is named. */
async function baselineSetup(
  plans: readonly Plan[],
  targets: readonly TargetSpec[],
  options: RunOptions,
): Promise<BaselineSetup> {
  const { baseline } = options;
  if (baseline === undefined) {
    return { plans, baselineOf: () => null, requireHosts: () => {}, notes: [] };
  }
  const { againstBaseline } = await import("./baseline.ts");
  return againstBaseline(plans, targets, { ...options, baseline });
}

/** What `checkPairs` needs besides the options. */
interface ToCheck {
  readonly checked: readonly Requested[];
  readonly targets: readonly TargetSpec[];
  readonly crew: JoinedCrew | null;
  readonly ring: boolean;
  readonly notes: readonly string[];
}

/** Fits, estimates and checks each scenario on each target; prints what will be done. */
async function checkPairs(
  { checked, targets, crew, ring, notes }: ToCheck,
  options: RunOptions,
  context: CommandContext,
) {
  const host = crew?.host ?? (await probeHost(ring));
  const skips = skipPolicy(checked, targets.length, options.folders === true);
  const suited = pairsOf(checked, targets, host, skips);
  // Only `compare --interleave` runs each pair several times.
  const alike = options.times === undefined ? suited.pairs : await fitAlike(suited.pairs);
  const plans = checked.map(({ plan }) => plan);
  const times = options.times?.(plans, targets.length) ?? 1;
  const fitted = await fitRuns(alike, { ...options, times, factsOf: crew?.factsOf });
  const refused = [...suited.refused, ...fitted.refused];
  const { skipped } = suited;
  requirePairs({ ...fitted, skipped, refused }, options.counts !== true);
  const pricing = await pricingOf(targets, crew?.crew.hosts.length);
  const { signal } = context.interrupt;
  const how = { ...options, times, isElsewhere: crew !== null };
  const estimated = await estimateRuns(fitted.pairs, pricing, how, signal);
  const pairs = estimated.runs;
  const budget = budgetOf(pairs, pricing, options.maxCost, times);
  const planned = new Map(pairs.map(({ plan }) => [plan.name, plan]));
  const searches = [...planned.values()].flatMap(searchLines);
  const schedule = options.quiet ? [] : [...searches, ...estimated.lines];
  const lines = [...pairs.flatMap(skippedPhaseLines), ...budget.lines, ...schedule];
  for (const { reason } of refused) sayLines(context.console, reason, "  ");
  for (const line of [...skipped.map(skipLine), ...notes, ...lines])
    context.console.error(`${line}\n`);
  const isLenient = checked.some(skips);
  const checks = { pairs, skipped, refused, isLenient, times, host, budget };
  return { ...checks, floors: crew === null ? await keptClientLimits(context) : null };
}
