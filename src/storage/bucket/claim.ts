import { PreflightError, UnsuitedError } from "../../model/fault/errors.ts";
import type { DatasetPlan } from "../../model/plan/dataset.ts";
import { bucketLabel } from "../../s3/failure/failure.ts";
import { layOut } from "../content/layout.ts";
import { keptFor } from "../ownership/leftover.ts";
import { type FoundRun, findRuns, isLive, whereOf } from "./store/folder.ts";
import { inspectObjects } from "./store/objects.ts";
import type { Versioning } from "./store/removable.ts";
import type { Store } from "./store/store.ts";

/**
 * Looks at the other runs of a bucket and prefix, after this run's own manifest is written, so
 * that of two runs that start at once at least one sees the other. A live one is an error.
 */
export async function findOthers(
  store: Store,
  ownRunId: string,
  signal: AbortSignal | undefined,
): Promise<readonly FoundRun[]> {
  const found = await findRuns(store, signal);
  const now = found.find(({ runId }) => runId === ownRunId)?.writtenMs ?? Date.now();
  const others = found.filter(({ runId }) => runId !== ownRunId);
  const live = others.find((other) => isLive(other, now));
  if (live !== undefined) {
    const holder = live.manifest?.holder;
    throw new PreflightError(
      `run ${holder?.runId ?? live.runId} is going on in ${bucketLabel(store.address)} (process ` +
        `${holder?.pid} on ${holder?.host}); two runs at once would measure each other: wait for ` +
        "it to end, or use another prefix",
    );
  }
  return others;
}

/** Datasets with versions need a bucket that keeps them. */
export function checkVersioning(
  store: Store,
  { state, why }: Versioning,
  datasets: readonly DatasetPlan[],
): void {
  const versioned = datasets.find(({ versions }) => versions !== undefined);
  if (versioned === undefined) return;
  if (state === "Enabled") return;
  if (state === "unknown") {
    throw new PreflightError(`dataset "${versioned.name}" needs a bucket with versions: ${why}`);
  }
  throw new UnsuitedError(
    `dataset "${versioned.name}" has versions, and ${bucketLabel(store.address)} keeps none ` +
      `(versioning: ${state}); enable versioning on it, or use another bucket`,
  );
}

/** A warning for each run that ended without cleaning up and whose data nobody asked to keep. */
export function leftoverWarnings(store: Store, others: readonly FoundRun[]): readonly string[] {
  return others
    .filter(({ manifest }) => manifest !== null && !manifest.kept)
    .map(
      ({ runId, root }) =>
        `run ${runId} ended without cleaning up and left ${whereOf(store, root)}; ` +
        `\`assay clean ${runId}\` with this target removes it`,
    );
}

/**
 * The newest kept run whose manifest names exactly these datasets and whose objects, as far as
 * they are there, have the right sizes (a dataset may be missing: its last phase deleted it).
 */
export async function findKept(
  store: Store,
  others: readonly FoundRun[],
  datasets: readonly DatasetPlan[],
  warn: (message: string) => void,
  signal: AbortSignal | undefined,
): Promise<FoundRun | null> {
  for (const found of keptFor(others, datasets)) {
    const wrong = await firstWrong(store, found, signal);
    if (wrong === null) return found;
    warn(
      `the data kept in ${whereOf(store, found.root)} is not reused: dataset "${wrong}" has ` +
        `objects that do not match its manifest; \`assay clean ${found.runId}\` removes it`,
    );
  }
  return null;
}

async function firstWrong(
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
