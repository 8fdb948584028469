import { exactLatencyNs } from "../../metrics/histogram/latency-figure.ts";
import { medianRepetition, overall, repetitionsOf } from "../../metrics/phase-result.ts";
import type {
  Statement,
  StatementMeasure,
  StatementWorkload,
} from "../../model/claim/statement.ts";
import type { Statistic } from "../../model/plan/threshold.ts";
import type { PhaseResult, Run, Summary } from "../../model/run/run.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { formatIops, formatLatency, formatRate } from "../parts/format.ts";

/** Statements, targets and runs of a report, in a fixed order. */
export interface GuideSources {
  readonly statements: readonly Statement[];
  /** Targets in order of first appearance. */
  readonly targets: readonly TargetSpec[];
  /** The latest run of each scenario on each target. */
  readonly runs: readonly Run[];
}

/** Title, reader and formatter of a measure. */
interface ShownMeasure {
  readonly title: string;
  readonly read: (summary: Summary) => number | null | undefined;
  readonly show: (value: number) => string;
}

const MEASURES: Readonly<Record<StatementMeasure, ShownMeasure>> = {
  "operations-per-second": {
    title: "ops/s",
    read: (summary) => summary.operationsPerSecond,
    show: (value) => `${formatIops(value)} ops/s`,
  },
  "bytes-per-second": {
    title: "MB/s",
    read: (summary) => summary.bytesPerSecond,
    show: formatRate,
  },
  "latency-p50": latency("p50 latency", "latency", "p50"),
  "latency-p99": latency("p99 latency", "latency", "p99"),
  "latency-p99.9": latency("p99.9 latency", "latency", "p99.9"),
  "first-byte-p50": latency("p50 first byte", "firstByte", "p50"),
  "first-byte-p99": latency("p99 first byte", "firstByte", "p99"),
};

function latency(title: string, of: "latency" | "firstByte", statistic: Statistic): ShownMeasure {
  const read = (summary: Summary): number | null => exactLatencyNs(summary[of], statistic);
  return { title, read, show: (value) => formatLatency(value) };
}

export function measureTitle(measure: StatementMeasure): string {
  return MEASURES[measure].title;
}

export function showMeasure(measure: StatementMeasure, value: number): string {
  return MEASURES[measure].show(value);
}

/** The value of a workload on a target, with its run and phase. */
export interface Found {
  readonly run: Run;
  readonly result: PhaseResult;
  readonly value: number;
  /** Number of phases that have a value. */
  readonly phases: number;
}

/** Returns the highest or lowest value of a workload over the medians of its matching phases. */
export function findMeasure(run: Run, workload: StatementWorkload): Found | null {
  const { read } = MEASURES[workload.measure];
  const matches = run.plan.phases.filter((phase) => matchesPhase(workload.phase, phase.name));
  const found = matches.flatMap((phase) => {
    const result = medianRepetition(repetitionsOf(run, phase.name));
    const summary = result === null ? null : overall(result);
    const value = summary === null ? null : read(summary);
    if (result === null || !value) return [];
    return [{ run, result, value }];
  });
  const ordered = [...found].sort((a, b) => a.value - b.value);
  const chosen = workload.of === "highest" ? ordered.at(-1) : ordered[0];
  return chosen === undefined ? null : { ...chosen, phases: found.length };
}

/** Whether a phase name matches a pattern in which `*` is any text. */
export function matchesPhase(pattern: string, phase: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(phase);
}
