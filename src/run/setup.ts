import type { GenerationTables } from "../load/source/generations.ts";
import type { PhaseSetup } from "../load/task.ts";
import type { DatasetLocation, Location } from "../model/plan/dataset.ts";
import { type Intervals, usualIntervals } from "../model/plan/intervals.ts";
import { needsOf, OPERATION } from "../model/plan/operation.ts";
import type { Part } from "../model/plan/part.ts";
import { longestNs, type PhasePlan, type Plan } from "../model/plan/plan.ts";
import type { Environment } from "../model/run/environment.ts";
import type { Run } from "../model/run/run.ts";
import type { Sample } from "../model/run/sample.ts";
import type { TargetSession } from "../storage/target/target.ts";
import type { PauseMonitor } from "./monitor/pause-monitor.ts";
import type { PhaseInterval } from "./phase/intervals.ts";
import type { PhaseMeasurement } from "./phase/phase.ts";
import type { WorkerPool } from "./phase/pool.ts";
import { phaseSetup } from "./phase/setup.ts";
import type { PhaseControl } from "./phase/start.ts";
import type { RunRequest } from "./request.ts";
import type { RunStore } from "./store/store.ts";

/** Intervals per point of a search: enough to detect backlog growth. Then their minimum width. */
const POINT_INTERVALS = 50;
const FINEST_NS = 10e6;

/** Shared by the phases of a run. */
export interface RunParts {
  readonly session: TargetSession;
  readonly store: RunStore;
  readonly environment: Environment;
  /** The run as stored now. */
  readonly run: () => Run;
  /** Called when the load of a phase starts, warm-up included. */
  readonly loadStarted: () => void;
}

/** Threads of this process that load the target, and what they share from phase to phase. */
export interface Threads {
  readonly pool: WorkerPool;
  readonly generations: GenerationTables;
  readonly pauses: PauseMonitor;
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
  /** Connects it with the same phase on other hosts; absent: this host loads alone. */
  readonly link?: PhaseLink;
}

/** Connects a phase on this host with the same phase on other hosts. */
export interface PhaseLink {
  /** This host's part of the work. */
  readonly part: Part;
  /** Its part of the arrivals of an open loop. */
  readonly arrivals: Part;
  /** Intervals, the same on all hosts. */
  readonly intervals: Intervals;
  /**
   * Called when all workers are ready. Resolves to the instant at which they start together, on
   * the process-wide clock; null if the start was canceled.
   */
  readonly instant: (setup: PhaseSetup) => Promise<bigint | null>;
  /** Receives each interval, the drain included. */
  readonly interval: (interval: PhaseInterval) => void;
  /** Receives each sample of the host. */
  readonly sample: (sample: Sample) => void;
  /** Receives the control of the phase at the start of the load. */
  readonly onControl: (control: PhaseControl) => void;
  /** Receives the measurement before it is closed. */
  readonly measured: (measurement: PhaseMeasurement) => void;
}

/** Prepares the dataset of a phase and returns its setup. */
export async function setUp(
  request: RunRequest,
  { session, generations }: RunParts & Threads,
  timing: Timing,
): Promise<PhaseSetup> {
  const { phase, repetition } = timing;
  const dataset = await prepareDataset(request, session, phase);
  const resolved = request.resolve(phase);
  return phaseSetup({
    ...resolved,
    ...{ phase, repetition, dataset },
    seed: timing.seed ?? request.plan.seed + repetition - 1,
    location: locationOfThread(session.location, resolved.threads),
    generations: generations.of(dataset),
    ...(timing.link?.intervals ?? intervalsOf(request.plan, timing)),
    ...partsOf(timing),
  });
}

function partsOf({ link }: Timing): Pick<PhaseSetup, "part" | "arrivals"> {
  return link === undefined ? {} : { part: link.part, arrivals: link.arrivals };
}

/** Prepares the dataset of a phase; `part`: only the files that this host writes. */
export async function prepareDataset(
  request: RunRequest,
  session: TargetSession,
  phase: PhasePlan,
  part?: Part,
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
    ...(part === undefined ? {} : { part }),
  });
}

/** Intervals of a phase: those of its plan, or the usual ones for its length. */
export function intervalsOf({ intervalNs }: Plan, { phase, pointOf }: Timing): Intervals {
  const lengthNs = longestNs(phase.limit);
  const planned = intervalNs > 0 ? { intervalNs, perRate: 1 } : usualIntervals(lengthNs);
  if (pointOf === undefined) return planned;
  // The growth of a point's backlog is measured from rate to rate.
  const plannedNs = planned.intervalNs * planned.perRate;
  const finestNs = Math.min(plannedNs, FINEST_NS);
  const pointNs = Math.floor((lengthNs ?? Number.POSITIVE_INFINITY) / POINT_INTERVALS);
  return { intervalNs: Math.max(finestNs, Math.min(plannedNs, pointNs)), perRate: 1 };
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
