import { medianRepetition, overall, repetitionsOf } from "../../metrics/phase-result.ts";
import { type Saturation, saturationOf } from "../../metrics/saturation.ts";
import type { PhaseResult, Run, Summary } from "../../model/run/run.ts";

/** A measured phase of a quick run. */
export interface QuickPhase {
  readonly result: PhaseResult;
  readonly summary: Summary;
  /** Operations in flight. */
  readonly inFlight: number;
}

/** The phases of a quick run that its answer is made of. */
export interface QuickPhases {
  /** The sweep of small reads by operations in flight: `read`, on a bucket `get`. */
  readonly sweep: readonly QuickPhase[];
  /** Knee of the sweep; null without a measured phase. */
  readonly saturation: Saturation | null;
  /** Phase of the sweep with the rate of the plateau. */
  readonly rate: PhaseResult | null;
  /** Phase with the throughput of large reads. */
  readonly transfer: PhaseResult | null;
}

/** Names of the phases in scenarios/quick.yaml and scenarios/quick-bucket.yaml. */
const SWEEPS = ["read", "get"];
const TRANSFERS = ["sequential-read", "download"];

/** Selects the phases of a quick run by their names. */
export function quickPhases(run: Run): QuickPhases {
  const sweep = SWEEPS.flatMap((name) => quickSweep(run, name));
  const points = sweep.map(({ inFlight, summary }) => ({
    inFlight,
    perSecond: summary.operationsPerSecond,
  }));
  const saturation = saturationOf(points);
  const rate = sweep.find(({ inFlight }) => inFlight === saturation?.plateau.inFlight);
  const transfers = TRANSFERS.flatMap((name) => quickPhase(run, name) ?? []);
  return {
    sweep,
    saturation,
    rate: rate?.result ?? null,
    transfer: transfers[0]?.result ?? null,
  };
}

/** Returns a phase by its name; null if it completed nothing. */
export function quickPhase(run: Run, name: string): QuickPhase | null {
  const result = medianRepetition(repetitionsOf(run, name));
  const summary = result === null ? null : overall(result);
  if (result === null || summary === null || summary.operations === 0) return null;
  const { workers, queueDepth } = result.phase;
  return { result, summary, inFlight: workers * queueDepth };
}

/** Returns the phases of a matrix over queue depths, by the name before its brackets. */
export function quickSweep(run: Run, name: string): readonly QuickPhase[] {
  const names = new Set(run.phases.map(({ phase }) => phase.name));
  return [...names]
    .filter((one) => one.startsWith(`${name}[`))
    .flatMap((one) => quickPhase(run, one) ?? []);
}
