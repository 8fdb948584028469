/**
 * What is measured: directories, block devices and buckets. This folder checks a target, puts a
 * run's datasets there, finds what earlier runs left and removes it; how operations are issued and
 * timed is not its business. Each kind of target has a folder (`memory` a file) that makes its
 * `Target`; `target/target.ts` says what that is, `ownership/` how a run's data is told from all
 * other. Read `target/target.ts` first, then `directory/directory.ts`.
 */
import { UsageError } from "../model/fault/errors.ts";
import type { TargetSpec } from "../model/target/target.ts";
import { isRunId, runIdOf } from "./ownership/manifest.ts";
import type {
  CleanOptions,
  CleanReport,
  Leftover,
  OpenOptions,
  SurveyOptions,
  Target,
  TargetSession,
} from "./target/target.ts";

/** Loads the code of a target's kind, and only that: the SDK of S3 takes a while. */
async function targetOf(spec: TargetSpec): Promise<Target> {
  const { address } = spec;
  switch (address.kind) {
    case "path":
      return (await import("./directory/directory.ts")).directoryTarget(address.path);
    case "device":
      return (await import("./device/device.ts")).deviceTarget(address);
    case "bucket":
      return (await import("./bucket/bucket.ts")).bucketTarget(spec);
    case "memory":
      return (await import("./memory.ts")).memoryTarget(address.synthetic);
  }
}

/**
 * Asks a target, before anything is written to it, whether a plan can run there: `assay check` and
 * each run ask the same. Throws PreflightError with a line for each obstacle. Nothing is written;
 * what cannot be asked without writing is left to the run.
 */
export async function surveyTarget(spec: TargetSpec, options: SurveyOptions = {}): Promise<void> {
  options.signal?.throwIfAborted();
  return (await targetOf(spec)).survey(options);
}

/** Opens a target for one run; throws `PreflightError` for what is missing. */
export async function openTarget(spec: TargetSpec, options: OpenOptions): Promise<TargetSession> {
  // A bucket is asked the same questions while it is opened, by requests that are counted.
  const { kind } = spec.address;
  if (options.plan !== undefined && kind !== "bucket") await surveyTarget(spec, options);
  return (await targetOf(spec)).open(options);
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
  return (await targetOf(spec)).clean(runId, options);
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
  return (await targetOf(spec)).find(use, signal);
}
