import { describeEnvironment } from "../environment/index.ts";
import { knowledgeWarnings } from "../environment/knowledge-warnings.ts";
import { GenerationTables } from "../load/generations.ts";
import type { Usage } from "../model/cost.ts";
import type { Environment } from "../model/environment.ts";
import { messageOf } from "../model/errors.ts";
import type { Floors } from "../model/harness.ts";
import type { StorageKnowledge } from "../model/knowledge.ts";
import { MODIFIES } from "../model/operation.ts";
import type { EngineName, PhasePlan, Plan } from "../model/plan.ts";
import type { Run, Warning } from "../model/run.ts";
import type { TargetSpec } from "../model/target.ts";
import { openTarget } from "../target/index.ts";
import type { TargetSession } from "../target/target.ts";
import { PhaseRunner } from "./phases.ts";
import { WorkerPool } from "./pool.ts";
import type { RunEvents } from "./progress.ts";
import { RunStore } from "./store.ts";
import { PauseWatch } from "./watch.ts";

/** Everything a run depends on, named: nothing is taken from around it. */
export interface RunRequest {
  readonly plan: Plan;
  readonly planHash: string;
  readonly target: TargetSpec;
  /** Which engine, threads and depth each phase gets on this target. */
  readonly resolve: (phase: PhasePlan) => ResolvedPhase;
  readonly runId: string;
  readonly assayVersion: string;
  readonly resultsFolder: string;
  /** Leave the data in the target for later runs. */
  readonly keepData: boolean;
  /** Use data a former run left there. */
  readonly reuseData: boolean;
  /** Aborted by the first Ctrl-C: end early, keep what was measured, clean up. */
  readonly signal: AbortSignal;
  readonly events: RunEvents;
  /** What this machine's selftest came to, if one was made. */
  readonly floors?: Floors | null;
  /** What is known of the storage, found out before any load; absent: nothing is stored of it. */
  readonly learn?: (environment: Environment) => Promise<StorageKnowledge>;
  /** What the requests of a run cost, given what was sent to prepare and clean. */
  readonly cost?: (run: Run, around: readonly Usage[]) => Run["cost"];
  /** How the thresholds of a run that has ended came out. */
  readonly judge?: (run: Run) => Run["thresholds"];
}

export interface ResolvedPhase {
  readonly engine: EngineName;
  readonly threads: number;
  readonly depth: number;
  /** Why it is not the engine that suits it best, one sentence; null where it is. */
  readonly fallback: string | null;
}

const NOT_REUSED: Warning = {
  code: "not-reused",
  message:
    "no kept data was used: what another run wrote last is not known, so `verify` needs data " +
    "of its own",
};

/** A finished run and where it is stored. */
export interface FinishedRun {
  readonly run: Run;
  readonly folder: string;
  /** What ended the run early, a PreflightError or a defect of ours; null otherwise. */
  readonly error: unknown;
}

/**
 * Plan to stored run: phases in order, repetition by repetition, the store brought up to date after
 * each. Whatever goes wrong, the data is removed and the store says how far the run came.
 */
export async function executeRun(request: RunRequest): Promise<FinishedRun> {
  const { plan, target, runId } = request;
  const path = "path" in target.address ? target.address.path : null;
  const startedAt = new Date();
  const warnings: Warning[] = [];
  const verified = plan.datasets.some(({ data }) => data.verifiable);
  if (request.reuseData && verified) warnings.push(NOT_REUSED);
  const session = await openTarget(target, {
    runId,
    assayVersion: request.assayVersion,
    datasets: plan.datasets,
    reuse: request.reuseData && !verified,
    writes: plan.phases.some(({ mix }) => mix.some(({ operation }) => MODIFIES.has(operation))),
    onWarning: (message) => warnings.push({ code: "target", message }),
  });
  const pool = new WorkerPool();
  const watch = new PauseWatch();
  const generations = new GenerationTables(runId);
  let store: RunStore | null = null;
  let measured = false;
  let released: readonly Warning[] | null = null;
  const release = async () => {
    released ??= await letGo(session, request, measured);
    return released;
  };
  try {
    store = new RunStore(request.resultsFolder, runId, startedAt.getTime());
    const environment = await describeEnvironment(path);
    const storage = await request.learn?.(environment);
    if (storage !== undefined) warnings.push(...knowledgeWarnings(storage));
    let run: Run = {
      ...begun(request, startedAt),
      environment,
      ...(storage === undefined ? {} : { storage }),
      ...(session.reused === true ? { reusedData: true } : {}),
      warnings,
    };
    store.save(run);
    request.events.started(run, store.folder);
    const parts = { session, pool, store, environment, generations, watch };
    const end = await new PhaseRunner(request, parts, run, (next) => {
      run = next;
      measured = next.phases.length > 0;
    }).all();
    warnings.push(...(await release()));
    const endedAt = new Date().toISOString();
    run = { ...run, state: end.state, reason: end.reason, endedAt, warnings };
    run = withVerdicts(run, request, session.usage?.() ?? []);
    store.save(run);
    return { run, folder: store.folder, error: end.error };
  } catch (error) {
    // The store itself failed, or never came to be: the data must not stay behind all the same.
    await release();
    throw error;
  } finally {
    await pool.close();
    await watch.close();
    store?.close();
    // A target that is gone cannot be let go of; why the run ended is the better thing to say.
    await session.close().catch(() => {});
  }
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

/** Codes of what stays in a target: not the run's to remove, or not removed although it is. */
export const STAYS = { leftBehind: "left-behind", notRemoved: "not-removed" } as const;

/**
 * Removes the run's data, or marks it as kept once a phase came to have it: half a dataset that
 * nothing has read yet would only be in the way. What could not be removed becomes a warning.
 */
async function letGo(
  session: TargetSession,
  request: RunRequest,
  measured: boolean,
): Promise<readonly Warning[]> {
  try {
    if (request.keepData && measured) {
      await session.keep();
      return [];
    }
    request.events.cleaning();
    const report = await session.clean();
    const code = report.incomplete === true ? STAYS.notRemoved : STAYS.leftBehind;
    return report.left.map((message) => ({ code, message }));
  } catch (error) {
    return [{ code: STAYS.notRemoved, message: messageOf(error) }];
  }
}
