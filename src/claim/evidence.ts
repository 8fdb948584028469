import { overall } from "../metrics/compare-repetitions.ts";
import { surroundingsOf } from "../metrics/surroundings.ts";
import { declaredKnowledge, type StorageKnowledge } from "../model/knowledge.ts";
import type { PhasePlan } from "../model/plan.ts";
import type { PhaseResult, Run } from "../model/run.ts";
import type { TargetSpec } from "../model/target.ts";

/** Whether what a phase reads was ever touched before; `part`: some of it was. */
type Touch = "first" | "part" | "again";

/** One repetition of a phase, and what preceded it. */
export interface Repetition {
  readonly run: Run;
  readonly result: PhaseResult;
  readonly touch: Touch;
}

/** Everything that stored runs of one plan measured on one target in one phase. */
export interface Evidence {
  readonly target: TargetSpec;
  readonly knowledge: StorageKnowledge;
  readonly phase: PhasePlan;
  /** Of the plan; runs of another one are not repetitions of this one. */
  readonly planHash: string;
  /** What was provisioned, the host and its software: equal where runs were made alike. */
  readonly surroundings: string;
  readonly repetitions: readonly Repetition[];
}

/**
 * What runs have to say, phase by phase: repetitions of one plan on one target, from one host and
 * with the same software, belong together, whichever run they are in. Points of a search are left
 * out: their load was chosen by what was measured. In order of time.
 */
export function evidenceOf(runs: readonly Run[]): readonly Evidence[] {
  const found = new Map<string, Evidence>();
  const history = new Set<string>();
  for (const run of [...runs].sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1))) {
    for (const result of run.phases) {
      if (result.pointOf !== undefined) continue;
      const touch = touchOf(run, result, history);
      const surroundings = JSON.stringify(surroundingsOf(run));
      const key = JSON.stringify([run.planHash, result.phase.name, result.engine, surroundings]);
      const known = found.get(key);
      const repetition = { run, result, touch };
      found.set(key, {
        target: known?.target ?? run.target,
        knowledge: run.storage ?? declaredKnowledge(run.target),
        phase: result.phase,
        planHash: run.planHash,
        surroundings,
        repetitions: [...(known?.repetitions ?? []), repetition],
      });
    }
  }
  return [...found.values()];
}

/** From this share of a dataset on, a pass over it counts as one over all of it. */
const WHOLE = 0.999;

/** Orders that visit every block before any of them twice. */
const COVERING: ReadonlySet<string> = new Set([
  "sequential",
  "reverse",
  "permutation",
  "shuffled",
  "samples",
]);

/**
 * A run that made its data has written every block of it. What was there before (`--reuse-data`, or
 * a block device) is new to the first phase that reads it, in the runs that were given.
 */
function touchOf(run: Run, result: PhaseResult, history: Set<string>): Touch {
  const found = run.target.address.kind === "device" || run.reusedData === true;
  if (!found) return "again";
  const key = JSON.stringify([run.target.name, run.target.address, result.phase.dataset]);
  const before: Touch = history.has(`all ${key}`)
    ? "again"
    : history.has(`part ${key}`)
      ? "part"
      : "first";
  const bytes = overall(result)?.bytes ?? 0;
  const covered = COVERING.has(result.phase.access) && bytes >= WHOLE * result.datasetBytes;
  if (bytes > 0) history.add(`${covered ? "all" : "part"} ${key}`);
  return before;
}
