import type { PhaseSetup } from "../../load/task.ts";
import { allOperations } from "../../metrics/histogram/summary.ts";
import { directoryCount } from "../../model/plan/dataset.ts";
import { LISTS } from "../../model/plan/operation.ts";
import type { Summary, Warning } from "../../model/run/run.ts";
import { givenWarning, makeWarning } from "../../model/run/warning.ts";
import type { PhaseMeasurement } from "../phase/phase.ts";

/** A phase after its end, as far as these warnings depend on it. */
interface EndedPhase {
  readonly setup: PhaseSetup;
  readonly measurement: PhaseMeasurement;
  /** Why the phase ended early; null if it ran to its end. */
  readonly interrupted: string | null;
  /** Whether the interruption ended the load. */
  readonly endedEarly: boolean;
}

/** Warnings about idle workers, failures, and too few completed operations. */
export function measureWarnings(
  timed: EndedPhase,
  summaries: readonly Summary[],
): readonly Warning[] {
  const warnings: Warning[] = [];
  const all = summaries[0];
  const idle = idleWorkers(timed);
  if (idle !== null) warnings.push(idle);
  if (all === undefined) return warnings;
  const failed = all.errors - (timed.endedEarly ? 0 : (all.unfinished ?? 0));
  if (failed > 0) {
    const share = (failed / allOperations(all)) * 100;
    const operations = failed === 1 ? "1 operation" : `${failed} operations`;
    const fact = `${operations} failed (${share.toPrecision(2)}%)`;
    warnings.push(makeWarning("errors", fact, { value: failed, unit: "count" }));
  }
  if (all.operations === 0) {
    warnings.push(nothingCompleted(timed));
  } else if (all.drained > all.operations) {
    const fact = "More operations completed after the phase than in it";
    warnings.push(makeWarning("mostly-drained", fact));
  }
  return warnings;
}

/** A phase that was interrupted is not too short for its storage. */
function nothingCompleted({ interrupted }: EndedPhase): Warning {
  if (interrupted === null) {
    const fact = "No operation completed in the phase: it is too short for this storage";
    return makeWarning("nothing-completed", fact);
  }
  const remedy = "Run the phase to its end.";
  return makeWarning("nothing-completed", "No operation completed before the interruption", {
    remedy,
  });
}

/** Warns of an engine other than the preferred one. */
export function fallbackWarning({ fallback }: PhaseSetup): readonly Warning[] {
  return fallback === null ? [] : [givenWarning("engine-fallback", fallback)];
}

/** Warns of content verification: it takes time between two operations. */
export function verifiedWarning({ phase, depth }: PhaseSetup): readonly Warning[] {
  if (!phase.verify) return [];
  const late = depth > 1 ? ", and operations that completed during a check were seen late" : "";
  const effect =
    depth > 1 ? "Rates are lower, and latencies include the delay." : "Rates are lower.";
  return [
    makeWarning("verified", `Each block was verified between two operations${late}`, { effect }),
  ];
}

/** Warns of threads whose share of the dataset is empty: the load is lower than planned. */
function idleWorkers({ setup, measurement }: EndedPhase): Warning | null {
  const { phase, dataset, threads } = setup;
  const { workers } = measurement;
  const idle = workers.filter(({ elapsedNs, failure }) => elapsedNs === 0 && failure === null);
  const lists = phase.mix.every(({ operation }) => LISTS.has(operation));
  const count = lists ? directoryCount(dataset) : dataset.count;
  const spare = threads - count;
  if (idle.length === 0 || spare <= 0) return null;
  const fact =
    `${spare} of ${threads} threads had nothing to do: dataset ${dataset.name} has only ` +
    `${count} ${lists ? "directories" : "files"}`;
  return makeWarning("idle-workers", fact, { value: spare, unit: "count" });
}
