import type { DatasetPlan } from "../../model/plan/dataset.ts";
import { needsOf } from "../../model/plan/operation.ts";
import { longestNs, maxRepetitionNs, type PhasePlan, type Plan } from "../../model/plan/plan.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import type { WriteRates } from "../../storage/target/target.ts";

/** One run of a command: a plan on a target. */
export interface Job {
  readonly plan: Plan;
  readonly target: TargetSpec;
  /** Estimated time to prepare its data; absent or null: unknown. */
  readonly estimate?: { readonly prepareNs: number | null };
  /** How fast the target takes data, from which the estimate was made; absent or null: unknown. */
  readonly rates?: WriteRates | null;
  /** Scenario of the earlier run that prepares the data; absent: the run prepares its own. */
  readonly takesDataOf?: string;
  /** Whether the next run takes over the data, so that it is not removed. */
  readonly handsOverData?: boolean;
}

/** One repetition of one phase: its preparation, its warm-up and its load. */
export interface Step {
  readonly phase: PhasePlan;
  readonly repetition: number;
  /** Bytes that the preparation writes; 0 if an earlier step of the run needs the same dataset. */
  readonly prepareBytes: number;
  /** Files or objects that it writes. */
  readonly prepareFiles: number;
  /** Names the same step in another round of the command. */
  readonly key: string;
}

/** Names a job; the same in every round of the command. */
export function jobKey({ plan, target }: Job): string {
  return `${plan.name}\n${target.name}`;
}

/** The steps of a run, in order. */
export function stepsOf(job: Job): readonly Step[] {
  const { phases, datasets, repetitions } = job.plan;
  const written = new Set<string>();
  const steps: Step[] = [];
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    for (const phase of phases) {
      const needs = needsOf(phase.mix.map(({ operation }) => operation));
      const dataset = datasets.find(({ name }) => name === phase.dataset);
      const isThere = job.takesDataOf !== undefined || written.has(phase.dataset);
      const isFirst = needs !== "absent" && !isThere;
      if (isFirst) written.add(phase.dataset);
      const bytes = isFirst && dataset !== undefined ? datasetBytes(dataset) : 0;
      const key = `${jobKey(job)}\n${phase.name}\n${Math.min(2, repetition)}`;
      const files = isFirst ? (dataset?.count ?? 0) * (dataset?.versions ?? 1) : 0;
      steps.push({ phase, repetition, prepareBytes: bytes, prepareFiles: files, key });
    }
  }
  return steps;
}

/** Milliseconds that a phase takes by its plan, warm-up included; null if a count ends it. */
export function plannedMs(phase: PhasePlan): number | null {
  return longestNs(phase.limit) === null ? null : maxRepetitionNs(phase) / 1e6;
}

/** Whether a phase is the planned one, or a point of its search, such as `read[rate=500/s]`. */
export function isStepOf({ name, find }: PhasePlan, phaseName: string): boolean {
  if (find === undefined) return name === phaseName;
  const begin = name.endsWith("]") ? `${name.slice(0, -1)},` : `${name}[`;
  return name === phaseName || phaseName.startsWith(begin);
}

/** Size of a dataset as planned: the mean size times the number of files. */
function datasetBytes({ size, count, versions = 1 }: DatasetPlan): number {
  return meanBytes(size) * count * versions;
}

function meanBytes(size: DatasetPlan["size"]): number {
  if (size.kind === "fixed") return size.bytes;
  return size.kind === "uniform" ? (size.minBytes + size.maxBytes) / 2 : size.meanBytes;
}

/** Planned length of a phase without its warm-up; null if a count ends it. */
export function totalMs({ limit }: PhasePlan): number | null {
  const ns = longestNs(limit);
  return ns === null ? null : ns / 1e6;
}
