import type { PhaseSetup } from "../../load/task.ts";
import { allOperations } from "../../metrics/histogram/summary.ts";
import { noRateReason } from "../../metrics/phase-result.ts";
import { directoryCount } from "../../model/plan/dataset.ts";
import { ALTERS_FILES, BLOCKS, LISTS } from "../../model/plan/operation.ts";
import { WHOLE } from "../../model/plan/part.ts";
import type { EngineName } from "../../model/plan/plan.ts";
import { type ErrorCount, UNFINISHED } from "../../model/run/measurement.ts";
import type { PhaseResult, Summary, Warning } from "../../model/run/run.ts";
import { givenWarning, makeWarning } from "../../model/run/warning.ts";
import { WARNING_ROWS } from "../../model/run/warning-rows.ts";
import type { PhaseMeasurement } from "../phase/phase.ts";

/** The end of a phase, as far as these warnings depend on it. */
interface EndedPhase extends Pick<PhaseResult, "phase" | "state" | "elapsedNs"> {
  /** Why the phase ended early; null if it ran to its end. */
  readonly interrupted: string | null;
  /** Whether the interruption ended the load. */
  readonly endedEarly: boolean;
}

/**
 * Warnings about failures and too few completed operations. `all`: summary over all operations;
 * `errors`: all kinds, the most frequent first.
 */
export function completionWarnings(
  ended: EndedPhase,
  all: Summary | undefined,
  errors: readonly ErrorCount[],
): readonly Warning[] {
  if (all === undefined) return [];
  const warnings: Warning[] = [];
  const failed = all.errors - (ended.endedEarly ? 0 : (all.unfinished ?? 0));
  if (failed > 0 && failed === allOperations(all)) return [allFailed(failed, errors)];
  if (failed > 0) {
    const share = (failed / allOperations(all)) * 100;
    const operations = failed === 1 ? "1 operation" : `${failed} operations`;
    const fact = `${operations} failed (${share.toPrecision(2)}%)`;
    warnings.push(makeWarning("errors", fact, { value: failed, unit: "count" }));
  }
  if (all.operations === 0) {
    warnings.push(nothingCompleted(ended, all, failed));
  } else if (all.drained > all.operations) {
    const fact = "More operations completed after the phase than in it";
    warnings.push(makeWarning("mostly-drained", fact));
  }
  return warnings;
}

function allFailed(count: number, errors: readonly ErrorCount[]): Warning {
  const error = errors.find(({ code }) => code !== UNFINISHED);
  const operations = count === 1 ? "The only operation" : `All ${formatted(count)} operations`;
  const first = error === undefined ? "" : `; first error: ${error.operation}: ${error.first}`;
  const fact = `${operations} failed${first}`.replace(/\.$/, "");
  return makeWarning("all-failed", fact);
}

function formatted(count: number): string {
  return count.toLocaleString("en-US");
}

/**
 * Names the cause: only a phase that ran to its end, and whose operations completed after it, is
 * too short for its storage.
 */
function nothingCompleted(ended: EndedPhase, all: Summary, failed: number): Warning {
  const code = "nothing-completed";
  const { interrupted, state, elapsedNs } = ended;
  if (state !== "complete" && elapsedNs === 0) {
    const fact = `Nothing was measured: ${noRateReason(ended, 0)}`;
    return makeWarning(code, fact, { remedy: againRemedy(ended) });
  }
  if (interrupted !== null) {
    const remedy = "Run the phase to its end.";
    return makeWarning(code, "No operation completed before the interruption", { remedy });
  }
  const { drained, unfinished = 0 } = all;
  if (state !== "complete" && failed === 0) {
    const fact = "No operation completed before the phase ended";
    return makeWarning(code, fact, { remedy: againRemedy(ended) });
  }
  if (failed > 0) {
    const remedy = "Remove the cause of the failures.";
    return makeWarning(code, "No operation completed in the phase, and some failed", { remedy });
  }
  if (drained === 0 && unfinished > 0) {
    const { remedy } = WARNING_ROWS.unfinished;
    return makeWarning(code, "No operation completed in the phase or after it", { remedy });
  }
  if (drained === 0) {
    const remedy = "Use a longer phase, or a dataset with more files.";
    return makeWarning(code, "No operation was issued in the phase", { remedy });
  }
  return makeWarning(code, "No operation completed in the phase: it is too short for this storage");
}

/** Remedy of a phase that did not run to its end: more time would not help. */
function againRemedy({ interrupted, state }: EndedPhase): string {
  if (interrupted !== null) return "Run the phase to its end.";
  if (state === "failed") return "Remove the cause of the failure, and run again.";
  return "Find out why the phase ended early, and run again.";
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
export function idleWarning(
  { phase, dataset, threads }: PhaseSetup,
  { workers }: PhaseMeasurement,
): readonly Warning[] {
  const idle = workers.filter(({ elapsedNs, failure }) => elapsedNs === 0 && failure === null);
  const lists = phase.mix.every(({ operation }) => LISTS.has(operation));
  const count = lists ? directoryCount(dataset) : dataset.count;
  const spare = threads - count;
  if (idle.length === 0 || spare <= 0) return [];
  const fact =
    `${spare} of ${threads} threads had nothing to do: dataset ${dataset.name} has only ` +
    `${count} ${lists ? "directories" : "files"}`;
  return [makeWarning("idle-workers", fact, { value: spare, unit: "count" })];
}

/** Warnings of whole files whose directories or names limit the operations in flight. */
export function directoryWarnings(setup: PhaseSetup): readonly Warning[] {
  return [...sharedDirectoryWarning(setup), ...fewRenamesWarning(setup), ...unheldWarning(setup)];
}

/** Warns of fewer renames in flight than planned, see `phaseSetup`. */
function fewRenamesWarning({ phase, dataset, threads, depth }: PhaseSetup): readonly Warning[] {
  const renames = phase.mix.some(({ operation }) => operation === "rename");
  const planned = phase.workers * phase.queueDepth;
  const inFlight = threads * depth;
  if (!renames || inFlight >= planned) return [];
  const fact =
    `Only ${inFlight} of ${planned} operations were in flight: each rename needs two files, and ` +
    `dataset ${dataset.name} has ${dataset.count}`;
  return [makeWarning("few-renames", fact, { value: inFlight, unit: "count" })];
}

/** Engines that open the directory of a file in the thread that all operations share. */
const OPENS_IN_TURN: ReadonlySet<EngineName> = new Set(["uring", "threadpool"]);

/**
 * Warns of directories that the run does not keep open: a worker opens them one by one, and the
 * other operations in flight wait.
 */
function unheldWarning({ phase, dataset, engine, depth }: PhaseSetup): readonly Warning[] {
  const inBlocks = phase.mix.every(({ operation }) => BLOCKS.has(operation));
  const { held } = dataset;
  if (held === undefined || inBlocks || depth === 1 || !OPENS_IN_TURN.has(engine)) return [];
  const unheld = held.directories.filter((fd) => fd < 0).length;
  if (unheld === 0) return [];
  const fact =
    `${unheld} of ${held.directories.length} directories of dataset ${dataset.name} were not ` +
    "kept open, so each operation there opened its directory first, one at a time per worker";
  return [makeWarning("directories-not-kept", fact, { value: unheld, unit: "count" })];
}

/**
 * Warns of changes to fewer directories than there are operations in flight: a file system changes
 * a directory one operation at a time, so the others wait for its lock.
 */
function sharedDirectoryWarning(setup: PhaseSetup): readonly Warning[] {
  const { phase, dataset, location, threads, depth, part = WHOLE } = setup;
  const changes = phase.mix.some(({ operation }) => ALTERS_FILES.has(operation));
  if (location.kind !== "directory" || !changes) return [];
  const inFlight = threads * depth * part.hosts;
  const directories = directoryCount(dataset);
  if (inFlight <= directories) return [];
  const where = directories === 1 ? "1 directory" : `${directories} directories`;
  const fact = `Up to ${inFlight} operations at a time changed ${where}`;
  return [makeWarning("shared-directories", fact, { value: directories, unit: "count" })];
}
