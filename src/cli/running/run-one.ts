import { learnStorage } from "../../environment/knowledge.ts";
import { AbandonedError } from "../../model/abort.ts";
import { EXIT, PreflightError } from "../../model/fault/errors.ts";
import type { PhasePlan, Plan } from "../../model/plan/plan.ts";
import type { NotStarted } from "../../report/run/files/junit.ts";
import { CLEANUP_NOTE, CLEANUP_WARNINGS } from "../../run/cleanup.ts";
import { executeRun } from "../../run/execute.ts";
import type { FinishedRun, RunRequest } from "../../run/request.ts";
import { planHash } from "../../scenario/plan/hash.ts";
import { type Host, resolvePhase } from "../../scenario/preflight/preflight.ts";
import { makeRunId } from "../../storage/ownership/manifest.ts";
import type { Output } from "../ci/outputs.ts";
import type { CommandContext } from "../command.ts";
import { leftBehind } from "../ending/left-behind.ts";
import type { JoinedCrew } from "../hosts/crew.ts";
import type { HostOptions } from "../hosts/options.ts";
import type { LiveView } from "../live/live.ts";
import { reportWaiting } from "../live/waiting.ts";
import type { PageOutput } from "../pages/show.ts";
import type { Print } from "../print.ts";
import type { SharedData } from "../sharing/shared-data.ts";
import type { BaselineSetup } from "./baseline.ts";
import type { budgetOf } from "./cost.ts";
import type { keptClientLimits } from "./host.ts";
import { reportNotStarted } from "./not-started.ts";
import type { PlannedRun } from "./pairs.ts";
import { publish } from "./publish.ts";
import { warnUndeclared } from "./undeclared.ts";
import { printFailedSearches, printFailedThresholds } from "./verdict.ts";

/** Options of `assay run` and the other commands that start runs. */
export interface RunOptions {
  readonly scenarios: readonly string[];
  readonly set: readonly string[];
  /** A directory names all its scenarios; those that a target does not support are skipped. */
  readonly folders?: boolean;
  /** Runs only the phases that search for a load. */
  readonly searches?: boolean;
  /** Runs the pairs that can run and prints their counts; absent: all pairs must be able to. */
  readonly counts?: boolean;
  /** Runs only the phases that this selects; absent: all. */
  readonly phases?: (phase: PhasePlan) => boolean;
  readonly resultsFolder: string;
  readonly keepData: boolean;
  readonly reuseData: boolean;
  /** Does not ask instance metadata or AWS about the target. */
  readonly offline: boolean;
  readonly quiet: boolean;
  /** Time limit of cleanup and closing, milliseconds; null: the default of `cleanupLimits`. */
  readonly cleanupTimeoutMs: number | null;
  /** Form of the output on stdout. */
  readonly print: Print;
  /** Whether `report.html` is stored with each run. */
  readonly storesPage: boolean;
  /** Whether a page about all runs is printed or opened at the end. */
  readonly page: PageOutput;
  /** Maximum time of the command, to which its phases are shortened; absent or null: none. */
  readonly budgetNs?: number | null;
  /** Maximum estimated cost of all runs, USD; null: no maximum. */
  readonly maxCost: number | null;
  /** Directory or id of the run that thresholds compare with, or name of a baseline. */
  readonly baseline?: string | undefined;
  /** Directory of the named baselines. */
  readonly baselinesFolder?: string;
  /** Files and endpoints for the numbers of all runs. */
  readonly outputs?: readonly Output[];
  /** File for a JUnit report. */
  readonly junit?: string | undefined;
  /** Whether to write a job summary of the runs, asked at the end; absent: yes. */
  readonly hasSummary?: () => boolean;
  /** Returns how many runs each plan gets on each target; one if absent. */
  readonly times?: (plans: readonly Plan[], targets: number) => number;
  /** Hosts that load the target together; null or absent: this host alone. */
  readonly hosts?: HostOptions | null;
  /** The whole command line, which has the target options. */
  readonly parsed: Readonly<Record<string, unknown>>;
}

/** Shared by all runs of a command. */
export interface RunContext {
  readonly host: Host;
  readonly options: RunOptions;
  readonly context: CommandContext;
  readonly budget: Awaited<ReturnType<typeof budgetOf>>;
  readonly baselineOf: BaselineSetup["baselineOf"];
  readonly live: LiveView;
  /** Data that a run handed over to the next one. */
  readonly shared: SharedData;
  /** Runs that are stored so far. */
  readonly finished: FinishedRun[];
  /** Pairs that were skipped or refused so far. */
  readonly unbegun: NotStarted[];
  readonly floors: Awaited<ReturnType<typeof keptClientLimits>>;
  /** Hosts that load the target; null: this host alone. */
  readonly crew: JoinedCrew | null;
}

const ENDING_CLEANUP = "ending the cleanup and reporting what is left";

/** Runs and stores one plan on one target; returns its exit code. */
export async function runOne(pair: PlannedRun, around: RunContext): Promise<number> {
  const { plan, target } = pair;
  const { options, live } = around;
  const { console, interrupt } = around.context;
  interrupt.signal.throwIfAborted();
  const runId = makeRunId([plan.name, target.name], new Date());
  const sharedFrom = await around.shared.before(pair);
  live.begin(plan, target);
  const { duty } = interrupt;
  interrupt.duty = () => (live.cleans ? ENDING_CLEANUP : (duty?.() ?? ""));
  const remedy = (id = sharedFrom ?? runId) => leftBehind(id, target, options.resultsFolder);
  interrupt.leftBehind = () => remedy();
  let finished: FinishedRun;
  // A silent endpoint is reported even with --quiet.
  const opened = reportWaiting(console, target);
  try {
    const evaluate = await evaluationOf(pair, around);
    const request = requestOf(pair, around, { runId, sharedFrom, remedy, opened, ...evaluate });
    finished = await executeRun(request, await around.crew?.generator(request));
  } catch (error) {
    live.end();
    if (error instanceof AbandonedError) {
      console.error(`${remedy()}\n`);
    }
    return reportNotStarted(error, pair, around);
  } finally {
    opened();
    live.end();
    interrupt.leftBehind = null;
    interrupt.duty = duty;
  }
  interrupt.stuck ||= finished.stuck === true;
  around.shared.after(pair, finished);
  around.finished.push(finished);
  const unwritten = await publish(finished, options, around.context);
  return printOutcome(finished, unwritten, around.context);
}

/** Decisions for one run of a command. */
interface RunDecisions extends Pick<RunRequest, "runId" | "sharedFrom" | "remedy" | "evaluate"> {
  /** Called once the target is open. */
  readonly opened: () => void;
}

/** Evaluates thresholds; the code is loaded only for a plan that has some. */
async function evaluationOf(
  { plan, target }: PlannedRun,
  { baselineOf }: RunContext,
): Promise<Pick<RunRequest, "evaluate">> {
  if (!plan.phases.some(({ thresholds = [] }) => thresholds.length > 0)) return {};
  const { evaluateThresholds } = await import("../../metrics/threshold/threshold.ts");
  return { evaluate: (run) => evaluateThresholds(run, baselineOf(plan, target)) };
}

function requestOf(
  pair: PlannedRun,
  around: RunContext,
  { opened, ...decided }: RunDecisions,
): RunRequest {
  const { plan, target, skippedPhases, handsOverData } = pair;
  const { options, host, live, crew } = around;
  const { resultsFolder, keepData, reuseData, cleanupTimeoutMs, offline } = options;
  const { console, env, version, interrupt } = around.context;
  return {
    ...{ ...decided, plan, target, skippedPhases, handsOverData, floors: around.floors },
    ...{ resultsFolder, keepData, reuseData, cleanupTimeoutMs },
    planHash: planHash(plan, crew?.crew.hosts.length),
    resolve: (phase) => resolvePhase(phase, target, host.engines),
    assayVersion: version,
    signal: interrupt.signal,
    onStuck: () => {
      interrupt.stuck = true;
    },
    events: live,
    learn: async (environment) => {
      opened();
      const known = crew?.storage() ?? null;
      const storage = known ?? (await learnStorage(target, environment, { offline, env }));
      const before = around.finished.map(({ run }) => run);
      await warnUndeclared({ plan, target }, storage, before, console);
      return storage;
    },
    ...(target.address.kind === "bucket" ? { cost: around.budget.price(plan, target) } : {}),
  };
}

/** Prints why a run is not complete and what it left in the target; returns its exit code. */
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
  for (const { message } of notes) console.error(`cleanup: ${message}\n`);
  if (error !== null && !(error instanceof PreflightError)) throw error;
  if (run.reason !== null) console.error(`${run.state}: ${run.reason}\n`);
  const problem = error ?? unwritten;
  if (problem !== null && run.reason?.includes(problem.message) !== true) {
    console.error(`${problem.message}\n`);
  }
  if (run.state === "failed" || error !== null) return EXIT.machine;
  if (run.state === "partial" || interrupt.signal.aborted) return EXIT.interrupted;
  // Data of others in the target is no failure; data of this run that stays there is one.
  const broken = printFailedThresholds(run, context);
  if (stays.some(({ code }) => code === CLEANUP_WARNINGS.notRemoved)) return EXIT.machine;
  if (unwritten !== null) return EXIT.machine;
  if (broken) return EXIT.threshold;
  return printFailedSearches(run, console) ? EXIT.inconclusive : EXIT.ok;
}
