import { storageFacts } from "../../cluster/agent/look.ts";
import { PreflightError } from "../../model/fault/errors.ts";
import type { Plan } from "../../model/plan/plan.ts";
import { pairName } from "../../model/run/pair-name.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { equalAmounts, pinAmounts } from "../../scenario/fit/amounts.ts";
import type { StorageFacts } from "../../scenario/fit/facts.ts";
import { fitPlan } from "../../scenario/fit/fit.ts";
import type { PlanSpace } from "../../scenario/fit/space.ts";
import { readSpace } from "../../storage/index.ts";
import { sameDatasets } from "../../storage/ownership/manifest.ts";
import type { PlannedRun, Skipped } from "./pairs.ts";

/** A plan whose sizes are chosen for its target. */
export interface FittedRun extends PlannedRun {
  readonly facts: StorageFacts;
  readonly space: PlanSpace;
}

/** Options of a command that determine the space of its runs. */
interface FitOptions {
  readonly reuseData: boolean;
  readonly keepData: boolean;
  /** Runs of each pair. */
  readonly times: number;
  /** Reads the facts about a target; absent: as this host sees it. */
  readonly factsOf?: ((target: TargetSpec) => Promise<StorageFacts>) | undefined;
}

/**
 * Chooses the sizes of each plan for its target, and lists the runs that do not fit. With
 * `reuseData`, data that exists needs no space; the run checks whether it has this data. With
 * `keepData`, the data of each run takes space that the later ones do not have.
 */
export async function fitRuns(
  pairs: readonly PlannedRun[],
  { reuseData, keepData, times, factsOf = storageFacts }: FitOptions,
): Promise<{ readonly pairs: readonly FittedRun[]; readonly refused: readonly Skipped[] }> {
  const facts = new Map<TargetSpec, StorageFacts>();
  const fitted: FittedRun[] = [];
  const refused: Skipped[] = [];
  for (const pair of pairs) {
    const { target } = pair;
    const found = facts.get(target) ?? perRound(await factsOf(target), keepData ? times : 1);
    const wanted = reuseData ? await likeKept(pair.plan, target) : pair.plan;
    const { plan, space, obstacle } = fitPlan(wanted, found);
    facts.set(target, keepData && obstacle === null ? afterKept(found, space) : found);
    if (obstacle === null || reuseData) {
      fitted.push({ ...pair, plan, space, facts: found });
    } else {
      refused.push({ plan, target, reason: `${pairName({ plan, target })}: ${obstacle}` });
    }
  }
  return { pairs: fitted, refused };
}

/** A share of the free space, for each of the rounds whose data stays. */
function perRound(facts: StorageFacts, rounds: number): StorageFacts {
  const { kind, freeBytes, freeFiles } = facts;
  if (kind !== "directory" || rounds === 1) return facts;
  const share = (free: number) => Math.floor(free / rounds);
  return {
    ...facts,
    freeBytes: freeBytes === null ? null : share(freeBytes),
    freeFiles: freeFiles === null ? null : share(freeFiles),
    keptBytes: freeBytes === null ? 0 : freeBytes - share(freeBytes),
  };
}

/** The facts about a target after a run has left its data there. */
function afterKept(facts: StorageFacts, { peakBytes, peakFiles }: PlanSpace): StorageFacts {
  const { kind, freeBytes, freeFiles, keptBytes = 0 } = facts;
  if (kind !== "directory") return facts;
  return {
    ...facts,
    freeBytes: freeBytes === null ? null : Math.max(0, freeBytes - peakBytes),
    freeFiles: freeFiles === null ? null : Math.max(0, freeFiles - peakFiles),
    keptBytes: keptBytes + peakBytes,
  };
}

/** Gives automatic sizes the values of kept data that then suits the plan; newest first. */
async function likeKept(plan: Plan, target: TargetSpec): Promise<Plan> {
  if (plan.autoAmounts === undefined) return plan;
  try {
    for (const datasets of (await readSpace(target)).kept) {
      const pinned = pinAmounts(plan, datasets);
      if (sameDatasets(pinned.datasets, datasets)) return pinned;
    }
  } catch (error) {
    // The run itself reports why the target cannot be opened.
    if (!(error instanceof PreflightError)) throw error;
  }
  return plan;
}

/**
 * Chooses the sizes of each scenario so that they fit every one of its targets: a comparison of
 * targets needs the same work on each.
 */
export async function fitAlike<Pair extends PlannedRun>(
  pairs: readonly Pair[],
): Promise<readonly Pair[]> {
  const alike: Pair[] = [];
  for (const group of Map.groupBy(pairs, ({ plan }) => plan).values()) {
    const plans = [];
    for (const { plan, target } of group) {
      plans.push(fitPlan(plan, await storageFacts(target)).plan);
    }
    const equal = equalAmounts(plans);
    alike.push(...group.map((pair, at) => ({ ...pair, plan: equal[at] ?? pair.plan })));
  }
  return alike;
}
