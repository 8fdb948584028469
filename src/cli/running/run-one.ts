import { randomBytes } from "node:crypto";
import { learnStorage } from "../../environment/knowledge.ts";
import { judgeThresholds } from "../../metrics/threshold/threshold.ts";
import { AbandonedError } from "../../model/abort.ts";
import { EXIT, PreflightError, UnsuitedError } from "../../model/fault/errors.ts";
import type { Plan } from "../../model/plan/plan.ts";
import type { Run } from "../../model/run/run.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import type { Unbegun } from "../../report/run/files/junit.ts";
import { CLEANUP_NOTE, CLEANUP_WARNINGS } from "../../run/cleanup.ts";
import { executeRun } from "../../run/execute.ts";
import type { FinishedRun } from "../../run/request.ts";
import { planHash } from "../../scenario/plan/hash.ts";
import { type Host, resolvePhase } from "../../scenario/preflight/preflight.ts";
import type { CommandContext } from "../command.ts";
import { leftBehind } from "../ending/left-behind.ts";
import type { Print } from "../print.ts";
import type { budgetOf } from "./cost.ts";
import type { keptClientLimits } from "./host.ts";
import { LiveLine, sayWaiting } from "./live.ts";
import { type Skipped, skipLine } from "./pairs.ts";
import { publish } from "./publish.ts";
import { printFailedThresholds, saySearchedInVain } from "./verdict.ts";

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
  readonly print: Print;
  /** USD that all runs together may cost; null: any amount. */
  readonly maxCost: number | null;
  /** Folder or id of the run that thresholds compare with. */
  readonly baseline?: string | undefined;
  /** File for a JUnit report. */
  readonly junit?: string | undefined;
  /** How often each plan is run on each of so many targets; once unless said. */
  readonly times?: (plans: readonly Plan[], targets: number) => number;
  /** The whole command line, for the target's options. */
  readonly parsed: Readonly<Record<string, unknown>>;
}

/** All that is the same for every run of a command. */
export interface RunContext {
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
  readonly floors: Awaited<ReturnType<typeof keptClientLimits>>;
}

const ENDING_CLEANUP = "ending the clean-up, and saying what is left";

/** Runs and stores one plan on one target; returns its exit code. */
export async function runOne(plan: Plan, target: TargetSpec, around: RunContext): Promise<number> {
  const { options, host, baseline } = around;
  const { console, env, version, interrupt } = around.context;
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
        return learnStorage(target, environment, { offline: options.offline, env });
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
  const unwritten = await publish(finished, options.print, around.context);
  return printOutcome(finished, unwritten, around.context);
}

/** What the reports of a command say of a pair that is left out. */
export function unbegunOf({ plan, target, reason }: Skipped): Unbegun {
  return {
    state: "skipped",
    scenario: plan.name,
    target: target.name,
    at: new Date(),
    reason,
  };
}

/** Says on stderr why a run is not complete and what it left; returns its exit code. */
function printOutcome(
  { run, error }: FinishedRun,
  unwritten: PreflightError | null,
  context: CommandContext,
): number {
  const { console, interrupt } = context;
  const stays = run.warnings.filter(({ code }) =>
    Object.values<string>(CLEANUP_WARNINGS).includes(code),
  );
  for (const { message } of stays) console.error(`left in the target: ${message}\n`);
  const notes = run.warnings.filter(({ code }) => code === CLEANUP_NOTE);
  for (const { message } of notes) console.error(`clean-up: ${message}\n`);
  if (error !== null && !(error instanceof PreflightError)) throw error;
  if (run.reason !== null) console.error(`${run.state}: ${run.reason}\n`);
  const problem = error ?? unwritten;
  if (problem !== null && run.reason?.includes(problem.message) !== true) {
    console.error(`${problem.message}\n`);
  }
  if (run.state === "failed" || error !== null) return EXIT.machine;
  if (run.state === "partial" || interrupt.signal.aborted) return EXIT.interrupted;
  // What others put there is theirs; what the run made and could not remove is not done with.
  const broken = printFailedThresholds(run, context);
  if (stays.some(({ code }) => code === CLEANUP_WARNINGS.notRemoved)) return EXIT.machine;
  if (unwritten !== null) return EXIT.machine;
  if (broken) return EXIT.threshold;
  return saySearchedInVain(run, console) ? EXIT.inconclusive : EXIT.ok;
}

/** `20261123-084700-random-read-gp3-1f3a`: sorts by time, says what it was, and is unique. */
function makeRunId(plan: Plan, target: TargetSpec, now: Date): string {
  const time = now.toISOString().replaceAll(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const name = (text: string): string =>
    text
      .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
      .replaceAll(/^[-.]+|[-.]+$/g, "")
      .slice(0, 40);
  return [time, name(plan.name), name(target.name), randomBytes(2).toString("hex")]
    .filter((part) => part !== "")
    .join("-");
}
