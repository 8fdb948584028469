import { UsageError } from "../model/fault/errors.ts";
import type { TargetSpec } from "../model/target/target.ts";
import { isRunId, runIdOf } from "./ownership/manifest.ts";
import type {
  CleanOptions,
  CleanReport,
  Leftover,
  OpenOptions,
  SurveyOptions,
  TargetSession,
} from "./target/target.ts";

/**
 * Asks a target, before anything is written to it, whether a plan can run there: `assay check` and
 * each run ask the same. Throws PreflightError with a line for each obstacle. Nothing is written;
 * what cannot be asked without writing is left to the run.
 */
export async function surveyTarget(spec: TargetSpec, options: SurveyOptions = {}): Promise<void> {
  options.signal?.throwIfAborted();
  switch (spec.address.kind) {
    case "path":
      return (await import("./directory/survey.ts")).surveyDirectory(spec.address.path, options);
    case "device":
      return (await import("./device/device.ts")).surveyDevice(spec.address, options);
    case "bucket":
      return (await import("./bucket/survey.ts")).surveyBucket(spec, options);
    case "memory":
      return;
  }
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
      return (await import("./directory/directory.ts")).cleanDirectory(
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
      return (await import("./directory/directory.ts")).findInDirectory(spec.address.path, use);
    case "bucket":
      return (await import("./bucket/bucket.ts")).findInBucket(spec, signal);
    case "device":
      await (await import("./device/device.ts")).checkDevice(spec.address);
      return [];
    case "memory":
      return [];
  }
}
