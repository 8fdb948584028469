import type { DatasetPlan } from "../../model/plan/dataset.ts";
import type { Leftover } from "../target/target.ts";
import { type Manifest, sameDatasets } from "./manifest.ts";

/** What a directory and a bucket alike know of a run that was found there. */
interface Found {
  readonly runId: string;
  /** Null where there is none that can be used; `problem` says why. */
  readonly manifest: Manifest | null;
  readonly problem: string | null;
}

/**
 * A run that was found, as it is listed; `where` it lies, and whether it is `live`. Nothing that a
 * manifest lists is laid out for that.
 */
export function leftoverOf(found: Found, where: string, live: boolean): Leftover {
  const { runId, manifest, problem } = found;
  return {
    runId,
    where,
    startedAt: manifest?.startedAt ?? null,
    host: manifest?.holder?.host ?? null,
    live,
    kept: manifest?.kept ?? false,
    problem,
  };
}

/** Runs without a manifest, whose start is not known, come first. */
export function oldestFirst(leftovers: readonly Leftover[]): readonly Leftover[] {
  return leftovers.toSorted((a, b) => (a.startedAt ?? "").localeCompare(b.startedAt ?? ""));
}

/** Runs whose data was kept and whose manifests name exactly these datasets, newest first. */
export function keptFor<Run extends Found>(
  runs: readonly Run[],
  datasets: readonly DatasetPlan[],
): readonly Run[] {
  return runs
    .filter(({ manifest }) => manifest?.kept === true)
    .sort((a, b) => ((a.manifest?.startedAt ?? "") < (b.manifest?.startedAt ?? "") ? 1 : -1))
    .filter(({ manifest }) => {
      const plans = (manifest?.datasets ?? []).map(({ plan }) => plan);
      return sameDatasets(plans, datasets);
    });
}

/** A run that reused kept data has none of its own: a sentence each says whose it used. */
export function usedElsewhere(runs: readonly Found[], runId: string): readonly string[] {
  return runs
    .filter(({ manifest }) => manifest?.holder?.runId === runId)
    .map(
      (other) =>
        `run ${runId} used the data kept by run ${other.runId}; ` +
        `\`assay clean ${other.runId}\` removes that`,
    );
}
