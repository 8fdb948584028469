import type { DatasetPlan } from "../../model/plan/dataset.ts";
import type { Leftover } from "../target/target.ts";
import { type Manifest, sameDatasets } from "./manifest.ts";

/** The problem of a run's directory or prefix whose manifest is gone. */
export const NO_MANIFEST = "has no manifest";

/** A run found in a target, with the facts that directories and buckets share. */
interface Found {
  readonly runId: string;
  /** Null if there is no valid manifest; `problem` gives the reason. */
  readonly manifest: Manifest | null;
  readonly problem: string | null;
}

/**
 * Describes a found run for `assay list` without laying out its datasets.
 *
 * @param where path or `s3://bucket/prefix` of the run's data
 * @param live whether the run is still active
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
    hasKnownFiles: problem === null,
  };
}

/** Sorts runs by start time; runs without a manifest, and so without a start time, are first. */
export function oldestFirst(leftovers: readonly Leftover[]): readonly Leftover[] {
  return leftovers.toSorted((a, b) => (a.startedAt ?? "").localeCompare(b.startedAt ?? ""));
}

/** Runs with kept data whose manifests list exactly these datasets, newest first. */
export function keptFor<Run extends Found>(
  runs: readonly Run[],
  datasets: readonly DatasetPlan[],
): readonly Run[] {
  return keptRuns(runs).filter((run) => sameDatasets(datasetsOf(run), datasets));
}

/** Datasets of each run with kept data, newest first. */
export function keptDatasets(runs: readonly Found[]): readonly (readonly DatasetPlan[])[] {
  return keptRuns(runs).map(datasetsOf);
}

function keptRuns<Run extends Found>(runs: readonly Run[]): readonly Run[] {
  return runs
    .filter(({ manifest }) => manifest?.kept === true)
    .sort((a, b) => ((a.manifest?.startedAt ?? "") < (b.manifest?.startedAt ?? "") ? 1 : -1));
}

function datasetsOf({ manifest }: Found): readonly DatasetPlan[] {
  return (manifest?.datasets ?? []).map(({ plan }) => plan);
}

/** Messages that name the runs whose kept data this run reused, one each. */
export function reusedDataMessages(runs: readonly Found[], runId: string): readonly string[] {
  return runs
    .filter(({ manifest }) => manifest?.holder?.runId === runId)
    .map(
      (other) =>
        `run ${runId} has no data of its own: it reused the kept data of run ${other.runId}; ` +
        `\`assay clean ${other.runId}\` removes it`,
    );
}
