import { PreflightError, UnsuitedError } from "../../model/fault/errors.ts";
import type { DatasetPlan } from "../../model/plan/dataset.ts";
import { bucketLabel } from "../../s3/failure/failure.ts";
import { layOut } from "../content/layout.ts";
import { keptFor } from "../ownership/leftover.ts";
import { isUsedBy } from "../ownership/member.ts";
import { type FoundRun, findRuns, isLive, s3Uri } from "./store/folder.ts";
import { inspectObjects } from "./store/objects.ts";
import type { Versioning } from "./store/removable.ts";
import type { Store } from "./store/store.ts";

/**
 * Finds the other runs below a bucket and prefix. It must be called after this run's manifest is
 * written, so that of two runs that start concurrently at least one finds the other.
 *
 * @throws PreflightError if another run is active
 */
export async function findOtherRuns(
  store: Store,
  ownRunId: string,
  signal: AbortSignal | undefined,
): Promise<readonly FoundRun[]> {
  const found = await findRuns(store, signal);
  const now = found.find(({ runId }) => runId === ownRunId)?.writtenMs ?? Date.now();
  const others = found.filter(
    ({ runId, manifest }) => runId !== ownRunId && !isUsedBy(manifest, ownRunId),
  );
  const live = others.find((other) => isLive(other, now));
  if (live !== undefined) {
    const holder = live.manifest?.holder;
    throw new PreflightError(
      `run ${holder?.runId ?? live.runId} is active in ${bucketLabel(store.address)} (process ` +
        `${holder?.pid} on ${holder?.host}); two concurrent runs would slow each other down; ` +
        "wait until it ends, or use another prefix",
    );
  }
  return others;
}

/** Checks that the bucket keeps versions, if a dataset needs them. */
export function checkVersioning(
  store: Store,
  { state, why }: Versioning,
  datasets: readonly DatasetPlan[],
): void {
  const versioned = datasets.find(({ versions }) => versions !== undefined);
  if (versioned === undefined) return;
  if (state === "Enabled") return;
  if (state === "unknown") {
    throw new PreflightError(
      `dataset "${versioned.name}" needs a bucket with versioning, but the versioning state is ` +
        `unknown: ${why}`,
    );
  }
  throw new UnsuitedError(
    `dataset "${versioned.name}" has versions, but ${bucketLabel(store.address)} does not keep ` +
      `versions (versioning: ${state}); enable versioning, or use another bucket`,
  );
}

/** A warning for each run that ended without cleanup and whose data was not to be kept. */
export function leftoverWarnings(store: Store, others: readonly FoundRun[]): readonly string[] {
  return others
    .filter(({ manifest }) => manifest !== null && !manifest.kept)
    .map(
      ({ runId, root }) =>
        `run ${runId} ended without cleanup and left data in ${s3Uri(store, root)}; ` +
        `\`assay clean ${runId}\` with this target removes it`,
    );
}

/**
 * Finds the newest kept run whose manifest lists exactly these datasets and whose existing objects
 * have the listed sizes. Objects may be missing, because a phase may have deleted them.
 * `unusable` receives one message per kept data that cannot be reused.
 */
export async function findKept(
  store: Store,
  others: readonly FoundRun[],
  datasets: readonly DatasetPlan[],
  unusable: (message: string) => void,
  signal: AbortSignal | undefined,
): Promise<FoundRun | null> {
  for (const found of keptFor(others, datasets)) {
    const changed = await changedDataset(store, found, signal);
    if (changed === null) return found;
    unusable(
      `kept data in ${s3Uri(store, found.root)} cannot be reused: dataset "${changed}" has ` +
        "objects whose size does not match its manifest; " +
        `\`assay clean ${found.runId}\` removes it`,
    );
  }
  return null;
}

/** Name of the first dataset with an object of a wrong size; null if there is none. */
async function changedDataset(
  store: Store,
  found: FoundRun,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  for (const { plan, folder } of found.manifest?.datasets ?? []) {
    const { resized } = await inspectObjects(
      store,
      found.root,
      layOut(plan, folder),
      plan.versions,
      signal,
    );
    if (resized.length > 0) return plan.name;
  }
  return null;
}
