/**
 * Targets: directories, block devices and buckets. This folder checks a target, writes a run's
 * datasets to it, and finds and removes data of earlier runs. It does not issue or time operations.
 * Each kind of target has a folder (`memory` has a file) that makes its `Target`.
 * `target/target.ts` defines the interface; `ownership/` distinguishes a run's data from all other
 * data. Read `target/target.ts` first, then `directory/directory.ts`.
 */
import { PreflightError, UsageError } from "../model/fault/errors.ts";
import type { TargetSpec } from "../model/target/target.ts";
import { isRunId, runIdOf } from "./ownership/manifest.ts";
import type { TargetSpace } from "./target/space.ts";
import type {
  CleanOptions,
  CleanReport,
  Leftover,
  OpenOptions,
  SurveyOptions,
  Target,
  TargetSession,
  WriteRates,
} from "./target/target.ts";
import { untilVisible, VISIBLE_MS } from "./target/visible.ts";

/** Loads only the code of the target's kind, because the AWS SDK is slow to load. */
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
 * Checks whether a plan can run on a target, without writing anything. `assay check` and every run
 * make the same checks. Checks that would have to write are left to the run.
 *
 * @throws PreflightError with one line per obstacle
 */
export async function surveyTarget(spec: TargetSpec, options: SurveyOptions = {}): Promise<void> {
  options.signal?.throwIfAborted();
  return (await targetOf(spec)).survey(options);
}

/** Reads the space of a target. Throws PreflightError if it cannot be opened. */
export async function readSpace(spec: TargetSpec): Promise<TargetSpace> {
  return (await targetOf(spec)).space();
}

/**
 * Measures in about 0.5 s how fast a directory takes new data, and leaves nothing there. Null for
 * other targets, and if files cannot be written.
 */
export async function probeWrites(
  { address }: TargetSpec,
  freeBytes: number | null,
  signal?: AbortSignal,
): Promise<WriteRates | null> {
  if (address.kind !== "path") return null;
  const { probeDirectory } = await import("./directory/writing/probe.ts");
  return probeDirectory(address.path, freeBytes, signal);
}

/**
 * Opens a target for one run, or joins the run of another host (`member`). Throws PreflightError if
 * the target cannot be used.
 */
export async function openTarget(spec: TargetSpec, options: OpenOptions): Promise<TargetSession> {
  if (options.member === true) return joinTarget(spec, options);
  // `openBucket` makes the same checks itself, so that their requests are counted.
  const { kind } = spec.address;
  if (options.plan !== undefined && kind !== "bucket") await surveyTarget(spec, options);
  return (await targetOf(spec)).open(options);
}

/** Joins a run that the keeper has opened, as soon as this host sees its data. */
async function joinTarget(spec: TargetSpec, options: OpenOptions): Promise<TargetSession> {
  const { runId, plan, signal, onWarning } = options;
  if (plan !== undefined) {
    const survey = { plan, joined: runId, signal };
    await surveyTarget(spec, onWarning === undefined ? survey : { ...survey, onWarning });
  }
  const target = await targetOf(spec);
  const session = await untilVisible(() => target.join(options), signal);
  if (session === null) throw new Error("a target was joined without a session");
  return session;
}

/**
 * Writes a token to the data of the keeper's session and returns it: 128 random bits as hexadecimal
 * digits, which `readToken` of another host compares. Only for directories and buckets.
 */
export async function writeToken(session: TargetSession): Promise<string> {
  if (session.writeToken === undefined) throw new Error("hosts cannot share this target");
  return session.writeToken();
}

/**
 * Whether this host has the same storage as the keeper of a run, by content: it reads the token
 * that the keeper wrote to the run's data, within `timeoutMs`. Device numbers decide nothing,
 * because they differ between hosts on some network file systems.
 *
 * @param runId run of the keeper, or that of the data it uses
 * @returns null if it is the same storage, else the reason why not, one sentence
 */
export async function readToken(
  spec: TargetSpec,
  runId: string,
  expected: string,
  timeoutMs = VISIBLE_MS,
  signal?: AbortSignal,
): Promise<string | null> {
  const target = await targetOf(spec);
  const look = async () => ((await target.readToken(runId, signal)) === expected ? true : null);
  try {
    const found = await untilVisible(look, signal, timeoutMs);
    return found === null ? `the data of run ${runId} on this host has another token` : null;
  } catch (error) {
    if (error instanceof PreflightError) return error.message;
    throw error;
  }
}

/**
 * Removes the data that an ended run left in a target, as listed in its manifest.
 *
 * @param named the run's id, or the name of its directory or prefix: `assay-<id>`
 */
export async function cleanTarget(
  spec: TargetSpec,
  named: string,
  options: CleanOptions = {},
): Promise<CleanReport> {
  const runId = runIdOf(named);
  if (!isRunId(runId)) {
    throw new UsageError(`"${named}" is not a run id; \`assay list\` shows the existing run ids`);
  }
  return (await targetOf(spec)).clean(runId, options);
}

/**
 * Runs with data in a target, oldest first, including active runs and kept data. A device has none;
 * it is only checked.
 *
 * @param use access that the target must allow
 * @throws PreflightError if the target cannot be used
 */
export async function findLeftovers(
  spec: TargetSpec,
  use: "look" | "write" = "write",
  signal?: AbortSignal,
): Promise<readonly Leftover[]> {
  return (await targetOf(spec)).find(use, signal);
}
