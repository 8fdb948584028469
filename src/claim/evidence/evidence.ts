/**
 * What stored runs measured, as a claim sees it: the repetitions of one phase on one target, made
 * alike. `select.ts` finds those that a claim is about, `measure.ts` reads its measure with an
 * interval, `alike.ts` says in what two of them differ. Whether they can be trusted is not asked
 * here.
 */

import { storageIds, surroundingsOf } from "../../metrics/difference/surroundings.ts";
import type { PhasePlan, Plan } from "../../model/plan/plan.ts";
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
  /** Plan of a phase that is not measured yet, without repetitions; absent for stored runs. */
  readonly planned?: Plan;
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

/**
 * Runs that start this long after the one before was done measuring are separate. Storage keeps its
 * placement and its neighbors for minutes, so that what is measured sooner shares them.
 */
const APART_MS = 3600e3;

/**
 * Groups repetitions into separate runs, in order of time: one begins where nothing was measured
 * for an hour. The repetitions of one run are always together.
 */
export function separateRuns<One extends { readonly repetition: Pick<Repetition, "run"> }>(
  all: readonly One[],
): readonly (readonly One[])[] {
  const start = ({ repetition }: One): number => Date.parse(repetition.run.startedAt);
  const groups: One[][] = [];
  let busyUntil = Number.NEGATIVE_INFINITY;
  for (const one of [...all].sort((a, b) => start(a) - start(b))) {
    const group = groups.at(-1);
    if (group === undefined || start(one) - busyUntil >= APART_MS) groups.push([one]);
    else group.push(one);
    const { phases } = one.repetition.run;
    const lastedNs = phases.reduce((sum, { elapsedNs }) => sum + elapsedNs, 0);
    busyUntil = Math.max(busyUntil, start(one) + lastedNs / 1e6);
  }
  return groups;
}
