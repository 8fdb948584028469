import type { GenerationTables } from "../load/source/generations.ts";
import type { PhaseSetup } from "../load/task.ts";
import type { DatasetLocation, Location } from "../model/plan/dataset.ts";
import { needsOf, OPERATION } from "../model/plan/operation.ts";
import { longestNs, type PhasePlan } from "../model/plan/plan.ts";
import type { Environment } from "../model/run/environment.ts";
import type { TargetSession } from "../storage/target/target.ts";
import type { PauseMonitor } from "./monitor/pause-monitor.ts";
import type { WorkerPool } from "./phase/pool.ts";
import { phaseSetup } from "./phase/setup.ts";
import type { RunRequest } from "./request.ts";
import type { RunStore } from "./store/store.ts";

/** Phases below this length have fine intervals, so that a short phase has a time series. */
const SHORT_PHASE_NS = 20e9;
const FINE_NS = 100e6;
const COARSE_NS = 1e9;
/** Intervals per point of a search: enough to detect backlog growth. Then their minimum width. */
const POINT_INTERVALS = 50;
const FINEST_NS = 10e6;

/** Resources that the phases of a run share. */
export interface RunParts {
  readonly session: TargetSession;
  readonly pool: WorkerPool;
  readonly store: RunStore;
  readonly environment: Environment;
  readonly generations: GenerationTables;
  readonly pauses: PauseMonitor;
  /** Called when the load of a phase starts, warm-up included. */
  readonly loadStarted: () => void;
}

/** One phase to time. */
export interface Timing {
  readonly phase: PhasePlan;
  readonly repetition: number;
  /** Seed, if it differs from that of the repetition. */
  readonly seed?: number;
  /** Name of the planned phase if this is a point of its search. */
  readonly pointOf?: string;
  /** False if the warnings before it were already sent. */
  readonly warns?: boolean;
}

/** Prepares the dataset of a phase and returns its setup. */
export async function setUp(
  request: RunRequest,
  { session, generations }: RunParts,
  timing: Timing,
): Promise<PhaseSetup> {
  const { phase, repetition } = timing;
  const dataset = await prepare(request, session, phase);
  const resolved = request.resolve(phase);
  return phaseSetup({
    ...resolved,
    ...{ phase, repetition, dataset },
    seed: timing.seed ?? request.plan.seed + repetition - 1,
    location: locationOfThread(session.location, resolved.threads),
    generations: generations.of(dataset),
    intervalNs: intervalOf(request, timing),
  });
}

async function prepare(
  request: RunRequest,
  session: TargetSession,
  phase: PhasePlan,
): Promise<DatasetLocation> {
  const plan = request.plan.datasets.find(({ name }) => name === phase.dataset);
  if (plan === undefined) throw new Error(`the plan has no dataset ${phase.dataset}`);
  const operations = phase.mix.map(({ operation }) => operation);
  return session.prepare(plan, needsOf(operations), {
    objects: phase.objects,
    entityTags: operations.some((one) => OPERATION[one].reliesOn === "tags"),
    renames: operations.some((one) => OPERATION[one].reliesOn === "names"),
    progress: (done, total, what) => request.events.preparing(phase, done, total, what),
    signal: request.signal,
  });
}

function intervalOf(request: RunRequest, { phase, pointOf }: Timing): number {
  const lengthNs = longestNs(phase.limit) ?? SHORT_PHASE_NS;
  const usual = lengthNs < SHORT_PHASE_NS ? FINE_NS : COARSE_NS;
  const plannedNs = request.plan.intervalNs > 0 ? request.plan.intervalNs : usual;
  if (pointOf === undefined) return plannedNs;
  // The growth of a point's backlog is measured from interval to interval.
  const finestNs = Math.min(plannedNs, FINEST_NS);
  return Math.max(finestNs, Math.min(plannedNs, Math.floor(lengthNs / POINT_INTERVALS)));
}

/** The location for one of a phase's threads: of limits that they share, each has an equal part. */
function locationOfThread(location: Location, threads: number): Location {
  if (location.kind !== "memory" || location.synthetic?.shared !== true) return location;
  const { bytesPerSecond, credits = null } = location.synthetic;
  const part = {
    bytesPerSecond: bytesPerSecond / threads,
    credits:
      credits === null
        ? null
        : {
            burstPerSecond: credits.burstPerSecond / threads,
            baselinePerSecond: credits.baselinePerSecond / threads,
            operations: credits.operations / threads,
          },
  };
  return { ...location, synthetic: { ...location.synthetic, ...part } };
}
