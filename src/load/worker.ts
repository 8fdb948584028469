/**
 * One worker's part of a phase, in a separate thread: it makes the source of operations (`work.ts`,
 * `source/`), opens a session of the engine, waits for the start line, drives the session
 * (`drive/`) and counts completions (`record/`). It knows no target, run or report: its input is
 * one task (`task.ts`), its output are intervals and one measurement. Read
 * `task.ts` first, then `measure` below, then `drive/blocking.ts`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { getHeapStatistics } from "node:v8";
import { workerData } from "node:worker_threads";
import type { Session } from "../engine/engine.ts";
import { ENGINES } from "../engine/index.ts";
import { machineReason } from "../model/fault/errors.ts";
import { operationCode } from "../model/plan/operation.ts";
import { longestNs } from "../model/plan/plan.ts";
import type { WorkerMeasurement } from "../model/run/measurement.ts";
import { Arrivals } from "./drive/arrivals.ts";
import { driveBlocking } from "./drive/blocking.ts";
import type { Drive } from "./drive/drive.ts";
import { driveEvents } from "./drive/events.ts";
import { Failures, PATIENCE_MS } from "./drive/failures.ts";
import { MixTurns } from "./drive/mix-turns.ts";
import { Pacing } from "./drive/pacing.ts";
import { StageTimes } from "./drive/stages.ts";
import { StartLine } from "./drive/start-line.ts";
import type { Grid } from "./record/columns.ts";
import { Outbox } from "./record/outbox.ts";
import { OwnTimer } from "./record/own-time.ts";
import { Recorder } from "./record/recorder.ts";
import { rehearse } from "./rehearse.ts";
import { arrivalsPart, type PhaseSetup, type WorkerTask } from "./task.ts";
import { placeOf } from "./thread-share.ts";
import { makeWork, openWork, type Work } from "./work.ts";

type Failure = WorkerMeasurement["failure"];

/** Maximum wait for the responses of writes after the end of a phase. */
const ANSWER_MS = 5000;
/** Same after a stop, because the user waits. */
const STOPPED_ANSWER_MS = 2000;
const LOOK_MS = 10;

/** Growth of the heap since the last full collection that makes the next one worth its time. */
const GARBAGE_BYTES = 2 * 2 ** 20;

/** The engine of the first task, whose code a thread loads while it waits for that task. */
const engine: keyof typeof ENGINES | null = workerData?.engine ?? null;
// A failure is reported when the task opens its session.
if (engine !== null) ENGINES[engine].load().catch(() => {});

/** Runs one worker's part of a phase. Failures are returned as data, never as a rejection. */
export async function measure(task: WorkerTask): Promise<WorkerMeasurement> {
  const startLine = new StartLine(task.startLine);
  let session: Session | null = null;
  let measurement: WorkerMeasurement;
  try {
    const rehearsal = await rehearse(task);
    const work = makeWork(task);
    const stages = StageTimes.of(task.series, work.slots);
    session = await openWork(task, work, stages);
    collectGarbage();
    const startMs = startLine.wait();
    measurement =
      startMs === null
        ? nothing(task, null)
        : await run(task, session, { ...work, stages, startLine }, startMs);
    if (rehearsal !== null) measurement = { ...measurement, rehearsalNs: rehearsal.lengthNs };
  } catch (error) {
    measurement = nothing(task, failureOf(error));
  }
  try {
    const cutOffWrites = session === null ? 0 : await close(session, startLine);
    return cutOffWrites === 0 ? measurement : { ...measurement, cutOffWrites };
  } finally {
    task.port.close();
  }
}

/** Size of the heap after the last full collection. */
let collectedBytes = Number.NEGATIVE_INFINITY;

/**
 * Collects garbage before a phase. Loading code leaves garbage, which V8 would collect some
 * operations later: at 128 threads with 8 operations each, that took 20 times the CPU time of the
 * phase. A full collection takes 30 ms of CPU time, so later phases have one only if the heap grew.
 */
function collectGarbage(): void {
  globalThis.gc?.({ type: "minor" });
  if (getHeapStatistics().used_heap_size < collectedBytes + GARBAGE_BYTES) return;
  globalThis.gc?.();
  collectedBytes = getHeapStatistics().used_heap_size;
}

async function run(
  task: WorkerTask,
  session: Session,
  work: Work & Pick<Drive, "startLine" | "stages">,
  startMs: number,
): Promise<WorkerMeasurement> {
  const { setup, worker } = task;
  const grid = gridOf(setup, startMs);
  const own = new OwnTimer(session.drives === "event-loop");
  const outbox = new Outbox(task.port, setup.intervalNs);
  const recorder = new Recorder(
    grid,
    task.series,
    grid.fromMs > startMs,
    (record) => outbox.add({ ...record, worker }),
    () => own.begin(),
  );
  const patienceMs = setup.phase.rate === null ? PATIENCE_MS.closed : PATIENCE_MS.open;
  const failures = new Failures(work.slots, setup.dataset, patienceMs);
  const pacing = pacingOf(task, work, grid, recorder, startMs);
  const limits = { drainMs: setup.drainNs / 1e6, quietMs: setup.quietNs / 1e6 };
  const drive: Drive = { ...work, recorder, failures, pacing, ...limits };
  let gaveUp: string | null;
  let elapsedNs: number;
  try {
    gaveUp =
      session.drives === "blocking"
        ? driveBlocking(drive, session)
        : await driveEvents(drive, session);
    elapsedNs = recorder.finish();
  } finally {
    outbox.post();
  }
  const { firstIssueNs } = work.startLine;
  return {
    worker,
    elapsedNs,
    ...(firstIssueNs === null ? {} : { firstIssueNs }),
    own: await own.end(),
    errors: failures.list(),
    counters: {
      ...session.counters(),
      ...work.verification?.counters(),
      ...work.live?.counters(),
    },
    ...pacing?.outcome,
    ...(pacing === null && session.drives === "event-loop" ? { backOff: failures.backOff } : {}),
    failure: gaveUp === null ? null : { kind: "machine", message: gaveUp },
  };
}

/** Warm-up and deadline of a phase; a phase with a count has neither. */
function gridOf({ phase, intervalNs }: PhaseSetup, startMs: number): Grid {
  const intervalMs = intervalNs / 1e6;
  const mostNs = longestNs(phase.limit);
  if (mostNs === null) return { fromMs: startMs, toMs: Number.POSITIVE_INFINITY, intervalMs };
  const fromMs = startMs + phase.warmupNs / 1e6;
  return { fromMs, toMs: fromMs + mostNs / 1e6, intervalMs };
}

/** Schedule of this worker's operations; null in a closed loop. */
function pacingOf(
  { setup, worker }: WorkerTask,
  { slots, startLine: { claims } }: Pick<Drive, "slots" | "startLine">,
  grid: Grid,
  recorder: Recorder,
  startMs: number,
): Pacing | null {
  const { rate, mix } = setup.phase;
  if (rate === null) return null;
  const { seed } = setup;
  const part = arrivalsPart(setup);
  const arrivals = () => new Arrivals(rate, grid.fromMs - startMs, seed, part);
  return new Pacing(
    {
      next: arrivals(),
      due: arrivals(),
      claims,
      grid,
      mostBacklog: Math.ceil(rate.mostBacklog / part.hosts),
      turns: new MixTurns(mix, placeOf(setup, worker).worker),
      codes: mix.map(({ operation }) => operationCode(operation)),
      drainMs: setup.drainNs / 1e6,
    },
    recorder,
    slots.depth,
  );
}

/**
 * Closes a session after the measurement. Waits shortly for the responses of writes that the drain
 * aborted, so that the cleanup finds their objects. Returns the number of writes without a
 * response.
 */
async function close(session: Session, startLine: StartLine): Promise<number> {
  if (session.drives === "blocking") {
    session.close();
    return 0;
  }
  const fromMs = performance.now();
  while ((session.writes?.open ?? 0) > 0) {
    const most = startLine.stopped() ? STOPPED_ANSWER_MS : ANSWER_MS;
    if (performance.now() - fromMs >= most) break;
    await sleep(LOOK_MS);
  }
  await session.close();
  const { open, lost } = session.writes ?? { open: 0, lost: 0 };
  return open + lost;
}

function nothing({ worker }: WorkerTask, failure: Failure): WorkerMeasurement {
  return { worker, elapsedNs: 0, own: null, errors: [], counters: {}, failure };
}

/** Describes a failure: a system error by its message, an internal error with its stack. */
function failureOf(error: unknown): Failure {
  const reason = machineReason(error);
  if (reason !== null) return { kind: "machine", message: reason };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { kind: "internal", message };
}
