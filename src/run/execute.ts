/**
 * A plan on one target becomes a stored run: `executeRun` opens the target, `phases.ts` takes the
 * phases in order, `measure.ts` times each of them on worker threads (`phase/`), `result/` turns
 * what they measured into a result, and `store/` stores it at once. This is the main thread's part:
 * it prints nothing and interprets nothing that is stored. `request.ts` says what a run needs and
 * tells; read it first, then this file.
 */
import { describeEnvironment } from "../environment/index.ts";
import { knowledgeWarnings } from "../environment/knowledge.ts";
import { GenerationTables } from "../load/source/generations.ts";
import { orAborted } from "../model/abort.ts";
import { matrixSettings } from "../model/plan/matrix-settings.ts";
import { MODIFIES } from "../model/plan/operation.ts";
import type { Usage } from "../model/run/cost.ts";
import type { Run, Warning } from "../model/run/run.ts";
import { givenWarning, makeWarning } from "../model/run/warning.ts";
import { openTarget } from "../storage/index.ts";
import type { TargetSession } from "../storage/target/target.ts";
import { keepOrCleanUp, letLoose } from "./cleanup.ts";
import { CleanupDeadline, cleanupLimits } from "./cleanup-deadline.ts";
import { PauseMonitor } from "./monitor/pause-monitor.ts";
import { WorkerPool } from "./phase/pool.ts";
import { PhaseRunner } from "./phases.ts";
import type { FinishedRun, RunRequest } from "./request.ts";
import { type RunLabels, RunStore } from "./store/store.ts";

const NOT_REUSED = makeWarning(
  "not-reused",
  "Kept data was not reused: `verify` needs to know the last write to each block",
  { effect: "The run prepared its own data." },
);

/** How long opening a target may go on after an interruption, to remove what it made there. */
const OPEN_GRACE_MS = 1500;

/**
 * Plan to stored run: phases in order, repetition by repetition, the store brought up to date after
 * each. Whatever goes wrong, the data is removed and the store says how far the run came.
 */
export async function executeRun(request: RunRequest): Promise<FinishedRun> {
  const { plan, signal } = request;
  const limits = cleanupLimits(request.cleanupTimeoutMs ?? null, plan.datasets);
  const deadline = new CleanupDeadline(limits, signal);
  const warnings: Warning[] = [];
  const startedAt = new Date();
  const reusable = plan.datasets.every(({ data }) => !data.verifiable);
  if (request.reuseData && !reusable) warnings.push(NOT_REUSED);
  let session: TargetSession | null = null;
  try {
    const opening = openTarget(request.target, {
      runId: request.runId,
      assayVersion: request.assayVersion,
      datasets: plan.datasets,
      plan,
      reuse: request.reuseData && reusable,
      writes: plan.phases.some(({ mix }) => mix.some(({ operation }) => MODIFIES.has(operation))),
      onWarning: (message) => warnings.push(givenWarning("target", message)),
      signal,
    });
    session = await orAborted(opening, signal, OPEN_GRACE_MS);
    return await execute(request, { session, deadline, warnings, startedAt });
  } finally {
    if (session !== null) await letLoose(session, deadline);
    deadline.close();
  }
}

/** A run whose target is open. */
interface Opened {
  readonly session: TargetSession;
  readonly deadline: CleanupDeadline;
  readonly warnings: Warning[];
  readonly startedAt: Date;
}

async function execute(request: RunRequest, opened: Opened): Promise<FinishedRun> {
  const { session, deadline, warnings, startedAt } = opened;
  const { runId, events, signal } = request;
  const pool = new WorkerPool();
  const pauses = new PauseMonitor();
  const generations = new GenerationTables(runId);
  let store: RunStore | null = null;
  let hasResults = false;
  let untouchable: string | null = null;
  let released: readonly Warning[] | null = null;
  const release = async () => {
    const keep = request.keepData && hasResults;
    const remedy = request.remedy?.() ?? `\`assay clean ${runId}\` removes what is left`;
    released ??= await keepOrCleanUp({ session, remedy, events, deadline, keep, untouchable });
    return released;
  };
  try {
    store = new RunStore(request.resultsFolder, labelsOf(request, startedAt));
    let run = await beginRun(request, opened);
    store.save(run);
    events.started(run, store.folder);
    const { environment } = run;
    const parts = { session, pool, store, environment, generations, pauses };
    const end = await new PhaseRunner(request, parts, run, (next) => {
      run = next;
      hasResults = next.phases.length > 0;
    }).all();
    if (end.stuck === true) untouchable = stuckSentence(session);
    warnings.push(...(await release()));
    const endedAt = new Date().toISOString();
    run = { ...run, state: end.state, reason: end.reason, endedAt, warnings };
    run = withVerdicts(run, request, session.usage?.() ?? []);
    store.save(run);
    const stuck = !(await pool.close()) || deadline.reason !== null;
    const { folder, identity } = store;
    const ended = { run, folder, identity, error: end.error, stuck };
    // Where it is stored by now is what the user needs to know.
    return store.failure === null ? ended : { ...ended, error: store.failure };
  } catch (error) {
    // The store itself failed, or never came to be: the data must not stay behind all the same.
    for (const warning of await release()) events.left(warning);
    store?.discard();
    signal.throwIfAborted();
    throw error;
  } finally {
    await pool.close();
    await pauses.close();
    store?.close();
  }
}

function labelsOf({ runId, plan, target }: RunRequest, startedAt: Date): RunLabels {
  const settings = matrixSettings(plan.phases);
  return {
    ...{ runId, startedAtMs: startedAt.getTime(), settings },
    ...{ scenario: plan.name, target: target.name },
  };
}

/** The run before its first phase, with what is known of the machine and the storage. */
async function beginRun(request: RunRequest, { session, warnings, startedAt }: Opened) {
  const { target, signal } = request;
  const path = "path" in target.address ? target.address.path : null;
  const environment = await orAborted(describeEnvironment(path), signal);
  const learning = request.learn?.(environment);
  const storage = learning === undefined ? undefined : await orAborted(learning, signal);
  if (storage !== undefined) warnings.push(...knowledgeWarnings(storage));
  const run: Run = {
    ...begun(request, startedAt),
    environment,
    ...(storage === undefined ? {} : { storage }),
    ...(session.reused === true ? { reusedData: true } : {}),
    warnings,
  };
  return run;
}

/** Calls that remove files block like those that hang already; requests to a bucket do not. */
function stuckSentence({ location }: TargetSession): string | null {
  if (location.kind === "bucket") return null;
  return "operations were still blocked in the storage, so its data was not touched";
}

/** A run of which nothing is known but what was asked for. */
function begun(request: RunRequest, startedAt: Date): Omit<Run, "environment" | "warnings"> {
  return {
    format: "assay-run",
    version: 1,
    id: request.runId,
    assayVersion: request.assayVersion,
    state: "running",
    reason: null,
    startedAt: startedAt.toISOString(),
    endedAt: null,
    plan: request.plan,
    planHash: request.planHash,
    target: request.target,
    phases: [],
  };
}

/** What can be said of a run only when it has ended: its cost, and how its thresholds came out. */
function withVerdicts(run: Run, request: RunRequest, around: readonly Usage[]): Run {
  const cost = request.cost?.(run, around);
  const thresholds = request.judge?.(run);
  return {
    ...run,
    ...(cost === undefined ? {} : { cost }),
    ...(thresholds === undefined ? {} : { thresholds }),
  };
}
