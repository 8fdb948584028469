import { UsageError } from "../model/fault/errors.ts";
import type { DatasetPlan } from "../model/plan/dataset.ts";
import type { Plan } from "../model/plan/plan.ts";
import type { TargetSpec } from "../model/target/target.ts";
import { isRunId, runIdOf } from "./ownership/manifest.ts";
import { surveyTarget } from "./survey.ts";
import type { CleanOptions, CleanReport, TargetSession } from "./target.ts";

/** How a run opens its target. */
export interface OpenOptions {
  readonly runId: string;
  readonly assayVersion: string;
  /** Every dataset of the plan: the manifest lists them before the first byte is written. */
  readonly datasets: readonly DatasetPlan[];
  /** Use kept data of an earlier run when its manifest names the same datasets. */
  readonly reuse: boolean;
  /** Whether a phase overwrites blocks in place; a device is opened to read unless one does. */
  readonly writes?: boolean;
  /** Told what the user should know but need not stop for, a sentence each. */
  readonly onWarning?: (message: string) => void;
  /** Aborted by Ctrl-C: opening stops, removes what it made and rejects with the reason. */
  readonly signal?: AbortSignal;
  /** What is to run; absent: only whether the target can be used at all is asked beforehand. */
  readonly plan?: Plan;
}

/** A run's folder found in a target. */
export interface Leftover {
  readonly runId: string;
  /** Where it lies: a path, or `s3://bucket/prefix`. */
  readonly where: string;
  readonly startedAt: string | null;
  readonly host: string | null;
  /** Its process still runs. */
  readonly live: boolean;
  readonly kept: boolean;
  /** Why its manifest cannot be used; null where it can. */
  readonly problem: string | null;
}

/** Opens a target for one run; throws `PreflightError` for what is missing. */
export async function openTarget(spec: TargetSpec, options: OpenOptions): Promise<TargetSession> {
  // A bucket is asked the same questions while it is opened, by requests that are counted.
  const { kind } = spec.address;
  if (options.plan !== undefined && kind !== "bucket") await surveyTarget(spec, options);
  switch (spec.address.kind) {
    case "path":
      return (await import("./directory/directory.ts")).openDirectory(spec.address.path, options);
    case "device":
      return (await import("./device/device.ts")).openDevice(spec.address, options);
    case "bucket":
      return (await import("./bucket/bucket.ts")).openBucket(spec, options);
    case "memory":
      return (await import("./memory.ts")).openMemory(spec.address.synthetic);
  }
}

/**
 * Removes what a run that is over left in a target, by its manifest.
 *
 * @param named the run's id, or the name of its folder or prefix: `assay-<id>`
 */
export async function cleanTarget(
  spec: TargetSpec,
  named: string,
  options: CleanOptions = {},
): Promise<CleanReport> {
  const runId = runIdOf(named);
  if (!isRunId(runId)) {
    throw new UsageError(`"${named}" is not a run id; \`assay list\` shows those there are`);
  }
  switch (spec.address.kind) {
    case "path":
      return (await import("./directory/removal/clean.ts")).cleanDirectory(
        spec.address.path,
        runId,
        options,
      );
    case "bucket":
      return (await import("./bucket/bucket.ts")).cleanBucket(spec, runId, options);
    case "device":
    case "memory":
      return { removedFiles: 0, removedBytes: 0, left: [], absent: true };
  }
}

/**
 * The folders of runs in a target, live ones and kept ones included, oldest first; PreflightError
 * where the target cannot be used, by default to `write`. A device has none; it is only checked.
 */
export async function findLeftovers(
  spec: TargetSpec,
  use: "look" | "write" = "write",
  signal?: AbortSignal,
): Promise<readonly Leftover[]> {
  switch (spec.address.kind) {
    case "path":
      return (await import("./directory/removal/leftovers.ts")).findInDirectory(
        spec.address.path,
        use,
      );
    case "bucket":
      return (await import("./bucket/bucket.ts")).findInBucket(spec, signal);
    case "device":
      await (await import("./device/device.ts")).checkDevice(spec.address);
      return [];
    case "memory":
      return [];
  }
}
