/**
 * Results of `assay check`: the host, the targets and whether each scenario can run on each target.
 * The result is plain data in base units, which `--print json` prints as it is. `document.ts`
 * makes the report of it, `screen.ts` the short answer. Nothing here checks anything.
 */

import type { Problem } from "../../model/fault/errors.ts";
import type { SkippedPhase } from "../../model/run/run.ts";
import type { TargetKind } from "../../model/target/kind.ts";
import { formatCount } from "../parts/format.ts";

/** One engine of the host. */
interface CheckedEngine {
  readonly name: string;
  /** How it issues operations, or the reason why it cannot. */
  readonly note: string;
  readonly available: boolean;
}

/** The host as a load generator. */
export interface CheckedHost {
  readonly cpuModel: string;
  /** Number of CPUs that assay may use. */
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly nodeVersion: string;
  readonly engines: readonly CheckedEngine[];
  /** Result of the last `assay selftest` of this version; null if there is none. */
  readonly clientLimits: {
    readonly measuredAt: string;
    /** Maximum rate of one worker without storage, by engine. */
    readonly operationsPerSecond: Readonly<Record<string, number>>;
  } | null;
}

/** One known fact about the storage of a target. */
export interface CheckedFact {
  readonly name: string;
  readonly value: string;
  /** Origin of the value, such as `declared`. */
  readonly source: string;
}

/** One target. */
export interface CheckedTarget {
  readonly name: string;
  readonly kind: TargetKind;
  /** False if the target cannot be used at all. */
  readonly usable: boolean;
  /** Reason why it cannot be used; null if it can. */
  readonly reason: string | null;
  readonly facts: readonly CheckedFact[];
  readonly warnings: readonly string[];
  /** Facts that could not be determined, one sentence each. */
  readonly unknown: readonly string[];
}

/** How a phase runs on a target. */
export interface CheckedPhase {
  readonly name: string;
  readonly engine: string;
  readonly threads: number;
  /** Queue depth of each thread. */
  readonly queueDepth: number;
}

/** Estimated time of one run. */
export interface CheckedTime {
  /** Null: unknown. */
  readonly prepareNs: number | null;
  /** Without phases that a count ends. */
  readonly loadNs: number;
  /** The estimate as a sentence. */
  readonly text: string;
}

/** One scenario on one target. */
export interface CheckedPair {
  readonly target: string;
  /** `skipped`: left out of a run of several scenarios or targets; `refused`: ends the run. */
  readonly state: "ready" | "skipped" | "refused";
  /** Reason of `skipped` and `refused`; null if ready. */
  readonly reason: string | null;
  /** Data that a run writes, and the space it needs; null unless ready. */
  readonly space: {
    /** Bytes of preparation and of phases with an end by count. */
    readonly writtenBytes: number;
    /** Phases that write for a time, so that their bytes depend on the rate. */
    readonly timedWriters: readonly string[];
    readonly neededBytes: number;
    /** Free bytes, or the size of a device; null: unknown or unlimited. */
    readonly freeBytes: number | null;
    /** All of it as a sentence. */
    readonly text: string;
  } | null;
  /** Estimated cost of S3 requests; null if the target charges none. */
  readonly cost: {
    readonly requests: number;
    readonly totalUsd: number;
    /** The estimate as a sentence. */
    readonly text: string;
  } | null;
  /** Estimated time of load and preparation; null unless ready. */
  readonly time: CheckedTime | null;
  /** Empty unless ready. */
  readonly phases: readonly CheckedPhase[];
  /** Phases that a run leaves out, because the target does not support them. */
  readonly skippedPhases: readonly SkippedPhase[];
}

/** One valid scenario. */
export interface CheckedScenario {
  readonly name: string;
  readonly phases: number;
  /** Searches of its phases, one sentence each. */
  readonly searches: readonly string[];
  readonly targets: readonly CheckedPair[];
}

/** Everything that `assay check` found. */
export interface CheckResult {
  readonly host: CheckedHost;
  readonly targets: readonly CheckedTarget[];
  readonly scenarios: readonly CheckedScenario[];
  /** Errors in scenario files. */
  readonly problems: readonly Problem[];
}

/** Words for the state of a pair. */
export const STATE_LABELS: Readonly<Record<CheckedPair["state"], string>> = {
  ready: "can run",
  skipped: "skipped",
  refused: "cannot run",
};

/** Returns the outcome in one line. */
export function checkHeadline({ scenarios, targets, problems }: CheckResult): string {
  const pairs = scenarios.flatMap((scenario) => scenario.targets);
  const ready = pairs.filter(({ state }) => state === "ready").length;
  const usable = targets.filter((target) => target.usable).length;
  const subjects = [
    ...(scenarios.length === 0 ? [] : [counted(scenarios.length, "valid scenario")]),
    ...(targets.length === 0 ? [] : [counted(targets.length, "target")]),
  ];
  const outcomes = [
    ...(pairs.length === 0 ? [] : [`${ready} of ${counted(pairs.length, "run")} possible`]),
    ...(usable === targets.length
      ? []
      : [`${usable} of ${counted(targets.length, "target")} usable`]),
    ...(problems.length === 0 ? [] : [counted(problems.length, "error")]),
  ];
  const subject = subjects.length === 0 ? "this host" : subjects.join(" on ");
  return outcomes.length === 0
    ? `Check of ${subject}`
    : `Check of ${subject}: ${outcomes.join(", ")}`;
}

/** `1 target`, `2 targets`. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Returns the client limits as a clause, or how to measure them. */
export function clientLimitsText(limits: CheckedHost["clientLimits"]): string {
  if (limits === null) return "not measured on this host; run `assay selftest`";
  const rates = Object.entries(limits.operationsPerSecond).map(
    ([engine, rate]) => `${engine} ${formatCount(Number(rate.toPrecision(2)))}`,
  );
  return `ops/s per worker: ${rates.join(", ")} (${limits.measuredAt.slice(0, 10)})`;
}
