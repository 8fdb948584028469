/**
 * One worker's part of a phase, in a thread of its own: it builds what it issues (`work.ts`, from
 * `source/`), opens a session of the engine, waits for the start line, drives the session
 * (`drive/`) and counts what completes (`record/`). It knows no target, no run and no report;
 * everything comes in one task (`task.ts`) and goes out as intervals and one measurement. Read
 * `task.ts` first, then `measure` below, then `drive/blocking.ts`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Session } from "../engine/engine.ts";
import { openSession } from "../engine/index.ts";
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
import { StartLine } from "./drive/start-line.ts";
import { SyncClock } from "./drive/sync.ts";
import type { Grid } from "./record/columns.ts";
import { Outbox } from "./record/outbox.ts";
import { OwnTimer } from "./record/own-time.ts";
import { Recorder } from "./record/recorder.ts";
import type { PhaseSetup, WorkerTask } from "./task.ts";
import { makeWork, type Work } from "./work.ts";

type Failure = WorkerMeasurement["failure"];

/** How long writes that the end of a phase left unanswered are waited for. */
const ANSWER_MS = 5000;
/** After a stop: somebody waits. */
const STOPPED_ANSWER_MS = 2000;
const LOOK_MS = 10;

/** One worker's part of a phase, start to end. Failures come back as data, never as a rejection. */
export async function measure(task: WorkerTask): Promise<WorkerMeasurement> {
  const startLine = new StartLine(task.startLine);
  let session: Session | null = null;
  let measurement: WorkerMeasurement;
  try {
    const work = makeWork(task);
    const clock = new SyncClock();
    session = await open(task, work, clock);
    // The code that was loaded leaves garbage, which V8 marks and sweeps some operations later: at
    // 128 threads with 8 operations each that took 20 times the CPU time of the phase.
    globalThis.gc?.();
    const startMs = startLine.wait();
    measurement =
      startMs === null
        ? nothing(task, null)
        : await run(task, session, { ...work, startLine }, clock, startMs);
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

function open(
  { setup, worker }: WorkerTask,
  { slots, buffers }: Work,
  syncWatch: SyncClock,
): Promise<Session> {
  const { phase, location, dataset, seed } = setup;
  return openSession(setup.engine, {
    ...{ location, dataset, slots, buffers, syncWatch, worker, seed },
    operations: phase.mix.map(({ operation }) => operation),
    direct: phase.cache === "direct",
    dsync: phase.dsync,
    polling: phase.polling,
    sync: phase.sync,
    blockBytes: phase.blockBytes,
    partBytes: phase.partBytes,
    partConcurrency: phase.partConcurrency,
    retries: phase.retries,
    objects: phase.objects,
    listing: phase.listing,
    restore: phase.restore,
  });
}

async function run(
  task: WorkerTask,
  session: Session,
  work: Work & Pick<Drive, "startLine">,
  clock: SyncClock,
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
  clock.recorder = recorder;
  const patienceMs = setup.phase.rate === null ? PATIENCE_MS.closed : PATIENCE_MS.open;
  const failures = new Failures(work.slots, setup.dataset, patienceMs);
  const pacing = pacingOf(task, grid, recorder, startMs, work.startLine);
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
  return {
    worker,
    elapsedNs,
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

/** A phase that a count ends has no warm-up and no deadline. */
function gridOf({ phase, intervalNs }: PhaseSetup, startMs: number): Grid {
  const intervalMs = intervalNs / 1e6;
  const mostNs = longestNs(phase.limit);
  if (mostNs === null) return { fromMs: startMs, toMs: Number.POSITIVE_INFINITY, intervalMs };
  const fromMs = startMs + phase.warmupNs / 1e6;
  return { fromMs, toMs: fromMs + mostNs / 1e6, intervalMs };
}

/** When this worker's operations are due; null in a closed loop. */
function pacingOf(
  { setup, worker }: WorkerTask,
  grid: Grid,
  recorder: Recorder,
  startMs: number,
  { claims }: StartLine,
): Pacing | null {
  const { rate, mix } = setup.phase;
  if (rate === null) return null;
  const arrivals = () => new Arrivals(rate, grid.fromMs - startMs, setup.seed);
  return new Pacing(
    {
      next: arrivals(),
      due: arrivals(),
      claims,
      grid,
      mostBacklog: rate.mostBacklog,
      turns: new MixTurns(mix, worker),
      codes: mix.map(({ operation }) => operationCode(operation)),
      drainMs: setup.drainNs / 1e6,
    },
    recorder,
    setup.depth,
  );
}

/**
 * Closes a session. What was measured is complete by then: the answers of writes that the drain cut
 * off are waited for a little, so that the clean-up finds what they put into the bucket. Returns
 * how many writes ended without an answer.
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

/** A system error is the machine's; anything else is a defect, with its stack. */
function failureOf(error: unknown): Failure {
  const reason = machineReason(error);
  if (reason !== null) return { kind: "machine", message: reason };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { kind: "internal", message };
}
