/**
 * Executes a plan on one target and stores the run: `executeRun` opens the target, `phases.ts` runs
 * the phases in order, `measure.ts` times each of them on worker threads (`phase/`), `result/`
 * turns the measurements into a result, and `store/` stores it immediately. This code runs on the
 * main thread; it prints nothing and does not interpret results. `request.ts` defines the input and
 * the events of a run; read it first, then this file.
 */
import { knowledgeWarnings } from "../environment/knowledge.ts";
import { orAborted } from "../model/abort.ts";
import { matrixSettings } from "../model/plan/matrix-settings.ts";
import { MODIFIES } from "../model/plan/operation.ts";
import type { Usage } from "../model/run/cost.ts";
import type { Run, Warning } from "../model/run/run.ts";
import { givenWarning, makeWarning } from "../model/run/warning.ts";
import type { TargetSession } from "../storage/target/target.ts";
import { closeSession, keepOrCleanUp } from "./cleanup.ts";
import { CleanupDeadline, cleanupLimits } from "./cleanup-deadline.ts";
import type { Generator } from "./generator.ts";
import type { Lead } from "./lead.ts";
import { LocalGenerator } from "./local.ts";
import { PhaseRunner } from "./phases.ts";
import type { FinishedRun, RunRequest } from "./request.ts";
import { type RunLabels, RunStore } from "./store/store.ts";

const NOT_REUSED = makeWarning(
  "not-reused",
  "Kept data was not reused: `verify` needs to know the last write to each block",
  { effect: "The run prepared its own data." },
);

/** Time that opening a target gets after an interruption, to remove what it created there. */
const OPEN_GRACE_MS = 1500;

/**
 * Executes a plan and stores the run: phases in order, repetition by repetition, stored after each.
 * After any failure the data is removed, and the stored run has what was measured until then.
 *
 * @param generator what loads the target; closed at the end
 * @param lead decides the phases in place of the plan; null: the plan does
 * @throws the error of a run that ended before the load of its first phase; nothing is stored
 */
export async function executeRun(
  request: RunRequest,
  generator: Generator = new LocalGenerator(request),
  lead: Lead | null = null,
): Promise<FinishedRun> {
  const { plan, signal } = request;
  if (plan.autoAmounts?.some(({ limitedBy }) => limitedBy === undefined) === true) {
    throw new Error(`the sizes of ${plan.name} were not chosen for the target`);
  }
  const limits = cleanupLimits(request.cleanupTimeoutMs ?? null, plan.datasets);
  const deadline = new CleanupDeadline(limits, signal);
  const warnings: Warning[] = [];
  const startedAt = new Date();
  const reusable = plan.datasets.every(({ data }) => !data.verifiable);
  if (request.reuseData && !reusable) warnings.push(NOT_REUSED);
  let session: TargetSession | null = null;
  try {
    const opening = generator.open({
      runId: request.runId,
      assayVersion: request.assayVersion,
      datasets: plan.datasets,
      plan,
      reuse: request.reuseData && reusable,
      // With both options, a run uses kept data if there is any, and keeps its own otherwise.
      sharedFrom: request.sharedFrom,
      requireKept: request.reuseData && reusable && !request.keepData,
      writes: plan.phases.some(({ mix }) => mix.some(({ operation }) => MODIFIES.has(operation))),
      onWarning: (message) => warnings.push(givenWarning("target", message)),
      signal,
    });
    session = await orAborted(opening, signal, OPEN_GRACE_MS);
    return await execute(request, { session, generator, lead, deadline, warnings, startedAt });
  } finally {
    await generator.close();
    if (session !== null) await closeSession(session, deadline);
    deadline.close();
  }
}

/** A run whose target is open. */
interface Opened {
  readonly session: TargetSession;
  readonly generator: Generator;
  readonly lead: Lead | null;
  readonly deadline: CleanupDeadline;
  readonly warnings: Warning[];
  readonly startedAt: Date;
}

async function execute(request: RunRequest, opened: Opened): Promise<FinishedRun> {
  const { session, generator, deadline, warnings, startedAt } = opened;
  const { runId, events, signal } = request;
  let store: RunStore | null = null;
  let phases: PhaseRunner | null = null;
  let hasResults = false;
  let untouchable: string | null = null;
  let released: readonly Warning[] | null = null;
  const release = async () => {
    const keep = request.keepData && hasResults;
    const dataRunId = session.sharedFrom ?? runId;
    const remedy = request.remedy?.(dataRunId) ?? `\`assay clean ${dataRunId}\` removes the rest`;
    released ??= await keepOrCleanUp({ session, remedy, events, deadline, keep, untouchable });
    return released;
  };
  try {
    store = new RunStore(request.resultsFolder, labelsOf(request, startedAt));
    let run = await beginRun(request, opened);
    store.save(run);
    events.started(run, store.folder);
    const { environment } = run;
    const parts = { session, store, environment };
    phases = new PhaseRunner(request, generator, parts, run, (next) => {
      run = next;
      hasResults = next.phases.length > 0;
    });
    const end = await (opened.lead === null ? phases.all() : phases.led(opened.lead));
    // Cleaning up may take long.
    store.flush();
    if (end.stuck === true) untouchable = untouchableReason(session);
    if (!phases.hasStarted && end.state !== "complete") throw end.error ?? signal.reason;
    const handedOver = end.state === "complete" && (await handOver(request, session));
    if (!handedOver) warnings.push(...(await release()));
    warnings.push(...generator.warnings());
    const endedAt = new Date().toISOString();
    const { state, reason } = end;
    const hosts = generator.hosts({ state, reason });
    run = { ...run, ...hosts, state, reason, endedAt, warnings };
    run = withVerdicts(run, request, session.usage?.() ?? []);
    store.save(run);
    const stuck = !(await generator.close()) || deadline.reason !== null;
    const { folder, identity } = store;
    const ended = { run, folder, identity, error: end.error, stuck, handedOver };
    // A store that failed names the place of the results.
    return store.failure === null ? ended : { ...ended, error: store.failure };
  } catch (error) {
    // Without any load there is nothing to store. The data is removed in any case.
    if (phases?.hasStarted !== true) store?.discard();
    for (const warning of await release()) events.left(warning);
    if (!(await generator.close()) || deadline.reason !== null) request.onStuck?.();
    signal.throwIfAborted();
    throw error;
  } finally {
    await generator.close();
    store?.close();
  }
}

/** Leaves the data to the next run of the command; false if it must be removed. */
async function handOver(request: RunRequest, session: TargetSession): Promise<boolean> {
  if (request.handsOverData !== true || request.signal.aborted) return false;
  if (session.handOver === undefined) return false;
  try {
    await session.handOver();
    return true;
  } catch {
    // The cleanup, which follows, reports the same problem.
    return false;
  }
}

function labelsOf(request: RunRequest, startedAt: Date): RunLabels {
  const { runId, folderName, plan, target, resultsRemedy: remedy } = request;
  const settings = matrixSettings(plan.phases);
  return {
    ...{ runId, folderName, startedAtMs: startedAt.getTime(), settings },
    ...{ scenario: plan.name, target: target.name, remedy },
  };
}

/** Returns the run before its first phase, with the facts about host and storage. */
async function beginRun(request: RunRequest, opened: Opened) {
  const { session, generator, warnings, startedAt } = opened;
  const { signal } = request;
  const environment = await generator.environment(signal);
  const learning = request.learn?.(environment);
  const storage = learning === undefined ? undefined : await orAborted(learning, signal);
  if (storage !== undefined) warnings.push(...knowledgeWarnings(storage));
  const run: Run = {
    ...emptyRun(request, startedAt),
    environment,
    ...generator.hosts(null),
    ...(storage === undefined ? {} : { storage }),
    ...(session.reused === true ? { reusedData: true } : {}),
    ...(session.sharedFrom === undefined ? {} : { sharedFrom: session.sharedFrom }),
    warnings,
  };
  return run;
}

/**
 * Reason not to access a target whose operations hang: further file calls would block as well. Null
 * for a bucket, whose requests do not block.
 */
function untouchableReason({ location }: TargetSession): string | null {
  if (location.kind === "bucket") return null;
  return "operations were still blocked in the storage, so the data was not removed";
}

/** Returns a run without results, environment and warnings. */
function emptyRun(request: RunRequest, startedAt: Date): Omit<Run, "environment" | "warnings"> {
  const { skippedPhases = [] } = request;
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
    ...(skippedPhases.length === 0 ? {} : { skippedPhases }),
    planHash: request.planHash,
    target: request.target,
    phases: [],
  };
}

/** Adds what is known only after the end of a run: its cost and the outcomes of its thresholds. */
function withVerdicts(run: Run, request: RunRequest, around: readonly Usage[]): Run {
  const cost = request.cost?.(run, around);
  const thresholds = request.evaluate?.(run);
  return {
    ...run,
    ...(cost === undefined ? {} : { cost }),
    ...(thresholds === undefined ? {} : { thresholds }),
  };
}
