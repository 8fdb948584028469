/**
 * Equal datasets of consecutive runs of a command are prepared once: `shareData` decides which runs
 * share, `shared-data.ts` has the data between two runs. Nothing here accesses a target.
 */
import { ALTERS_FILES, MODIFIES, type Operation } from "../../model/plan/operation.ts";
import type { PhasePlan, Plan } from "../../model/plan/plan.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { sameDatasets } from "../../storage/ownership/manifest.ts";

/** A run of a command, and with which of its neighbors it shares its data. */
export interface SharingRun {
  readonly plan: Plan;
  readonly target: TargetSpec;
  /** Scenario of the earlier run that prepares the data; absent: the run prepares its own. */
  readonly takesDataOf?: string;
  /** Whether the next run takes over the data. */
  readonly handsOverData?: boolean;
}

/**
 * Marks the runs that take over the data of the run before them. Both run in the same directory,
 * have equal datasets, and only read them or overwrite blocks in place. Runs between which another
 * target is used do not share: the data would take space there.
 */
export function shareData<Run extends SharingRun>(runs: readonly Run[]): readonly Run[] {
  const makers: (string | null)[] = [];
  for (const [at, run] of runs.entries()) {
    const before = runs[at - 1];
    const takes = before !== undefined && share(before, run);
    makers.push(takes ? (makers[at - 1] ?? before.plan.name) : null);
  }
  return runs.map((run, at) => {
    const maker = makers[at] ?? null;
    return {
      ...run,
      ...(maker === null ? {} : { takesDataOf: maker }),
      ...((makers[at + 1] ?? null) === null ? {} : { handsOverData: true }),
    };
  });
}

function share(one: SharingRun, next: SharingRun): boolean {
  return (
    one.target === next.target &&
    one.target.address.kind === "path" &&
    isShareable(one.plan) &&
    isShareable(next.plan) &&
    sameDatasets(one.plan.datasets, next.plan.datasets)
  );
}

/** Whether a plan leaves its data as valid as it found it, and does not depend on its history. */
function isShareable(plan: Plan): boolean {
  return (
    plan.datasets.length > 0 &&
    plan.datasets.every(({ data, versions }) => !data.verifiable && versions === undefined) &&
    plan.phases.every(({ verify, mix }) => !verify && mix.every(isHarmless)) &&
    !comparesFirstAccess(plan.phases)
  );
}

function isHarmless({ operation }: { readonly operation: Operation }): boolean {
  if (ALTERS_FILES.has(operation)) return false;
  return operation === "write" || !MODIFIES.has(operation);
}

/**
 * Whether two phases differ only in their names: they compare the first access to the data with a
 * later one, so that nothing may have read it before.
 */
function comparesFirstAccess(phases: readonly PhasePlan[]): boolean {
  const settings = phases.map(({ name: _name, place: _place, thresholds: _thresholds, ...rest }) =>
    JSON.stringify(rest),
  );
  return new Set(settings).size < settings.length;
}
