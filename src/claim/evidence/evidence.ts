import { storageIds, surroundingsOf } from "../../metrics/difference/surroundings.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";
import type { PhaseResult, Run } from "../../model/run/run.ts";
import { declaredKnowledge, type StorageKnowledge } from "../../model/target/knowledge.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { type Touch, TouchHistory } from "./touch-history.ts";

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
  /** Ids of the volumes or the file system below; null: unknown. */
  readonly storageIds: string | null;
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
  const history = new TouchHistory();
  for (const run of [...runs].sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1))) {
    const surroundings = JSON.stringify(surroundingsOf(run));
    for (const result of run.phases) {
      if (result.pointOf !== undefined) continue;
      const touch = history.touch(run, result);
      const key = JSON.stringify([run.planHash, result.phase.name, result.engine, surroundings]);
      const known = found.get(key);
      const repetition = { run, result, touch };
      found.set(key, {
        target: known?.target ?? run.target,
        knowledge: run.storage ?? declaredKnowledge(run.target),
        phase: result.phase,
        planHash: run.planHash,
        storageIds: storageIds(run),
        surroundings,
        repetitions: [...(known?.repetitions ?? []), repetition],
      });
    }
  }
  return [...found.values()];
}
