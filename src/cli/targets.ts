import { setImmediate } from "node:timers/promises";
import { UsageError } from "../model/fault/errors.ts";
import { targetFor } from "../model/target/path-of-host.ts";
import type { TargetSpec } from "../model/target/target.ts";
import { type CommandContext, flag, text, texts } from "./command.ts";
import { BUCKET_OPTIONS, BUCKET_SWITCHES, DESCRIPTION_OPTIONS } from "./target-options.ts";

/**
 * Returns the targets of a command line, in order; with a targets file and no `--target`, all
 * targets of the file. `interrupt` watches their storage from then on.
 *
 * @throws UsageError for options that do not fit the targets.
 */
export async function targetsOf(
  parsed: Readonly<Record<string, unknown>>,
  { interrupt, env }: Pick<CommandContext, "interrupt" | "env">,
): Promise<readonly TargetSpec[]> {
  const { asDevice, isSameNode } = await import("../storage/device/address.ts");
  const destructive = flag(parsed, "allow-destructive");
  const overwritten = texts(parsed, "overwrite-data");
  const described = await describedTargets(parsed, env);
  interrupt.watch(described);
  // The next call may block on storage that does not respond: handle pending signals first.
  await afterEvents();
  interrupt.signal.throwIfAborted();
  const targets = described.map((target) => asDevice(target, destructive, overwritten));
  if (destructive && targets.every(({ address }) => address.kind !== "device")) {
    throw new UsageError(
      "--allow-destructive requires a block device target; add one with --target or remove " +
        "--allow-destructive",
    );
  }
  const devices = targets.flatMap(({ address }) => (address.kind === "device" ? [address] : []));
  const isTarget = (path: string) => devices.some((one) => isSameNode(one.path, path));
  const other = overwritten.find((path) => !isTarget(path));
  if (other !== undefined) {
    throw new UsageError(
      `--overwrite-data requires a block device that is a target, got ${other}; add ` +
        `--target ${other} or remove --overwrite-data`,
    );
  }
  return targets;
}

/** Resolves after pending events, which Node handles between the two calls. */
async function afterEvents(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

async function describedTargets(
  parsed: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv,
): Promise<readonly TargetSpec[]> {
  const names = texts(parsed, "target");
  const file = text(parsed, "targets");
  if (names.length === 0 && file === undefined) {
    rejectUnusedOptions(parsed, names, null);
    return [];
  }
  const { loadTargets, parseTarget } = await import("../scenario/targets/targets.ts");
  const { NO_AWS_FILES, readAwsFiles } = await import("../scenario/targets/aws-settings.ts");
  const loaded = file === undefined ? [] : await loadTargets(file, { env });
  // Without several hosts, this one has the default path.
  const isAlone = text(parsed, "hosts") === undefined;
  const listed = isAlone ? loaded.map((spec) => targetFor(spec, null)) : loaded;
  const addresses = names.filter((name) => !listed.some((target) => target.name === name));
  rejectUnusedOptions(parsed, addresses, file ?? null);
  if (names.length === 0) return listed;
  for (const option of DESCRIPTION_OPTIONS) {
    if (names.length > 1 && parsed[option] !== undefined) {
      throw new UsageError(
        `--${option} applies to a single target, got ${names.length}; describe several targets ` +
          "in a targets file",
      );
    }
  }
  const hasBucket = addresses.some((name) => name.startsWith("s3:"));
  const files = hasBucket ? await readAwsFiles(env) : NO_AWS_FILES;
  return names.map((name) => {
    const known = listed.find((target) => target.name === name);
    if (known !== undefined) return known;
    if (file !== undefined && /^[A-Za-z0-9_-]+$/.test(name)) {
      const expected = listed.map((target) => target.name).join(", ");
      throw new UsageError(`${file} has no target "${name}"; expected one of: ${expected}`);
    }
    return parseTarget(name, overridesOf(parsed, name.startsWith("s3:")), env, files);
  });
}

/**
 * Rejects options that no target would use; without an error they would have no effect. `file`: the
 * targets file; null without one.
 */
function rejectUnusedOptions(
  parsed: Readonly<Record<string, unknown>>,
  addresses: readonly string[],
  file: string | null,
): void {
  const reject = (option: string, requirement: string, remedy: string) => {
    if (parsed[option] === undefined) return;
    throw new UsageError(`--${option} requires ${requirement}; ${remedy} or remove --${option}`);
  };
  if (!addresses.some((name) => name.startsWith("s3:"))) {
    for (const option of [...BUCKET_OPTIONS, ...Object.keys(BUCKET_SWITCHES)]) {
      reject(option, "a bucket target", "add --target s3://bucket/prefix");
    }
  }
  if (addresses.length > 0) return;
  for (const option of DESCRIPTION_OPTIONS) {
    const inFile = file === null ? "" : `, write the ${option} of the target in ${file},`;
    const remedy = `add --target with its address${inFile}`;
    reject(option, "a target that is not in the targets file", remedy);
  }
}

/** Returns the fields of a target that the command line sets; bucket options only for a bucket. */
function overridesOf(
  parsed: Readonly<Record<string, unknown>>,
  isBucket: boolean,
): Record<string, string | boolean> {
  const overrides: Record<string, string | boolean> = {};
  const names = [...DESCRIPTION_OPTIONS, ...(isBucket ? BUCKET_OPTIONS : [])];
  for (const name of names) {
    const value = name === "emulated" ? parsed[name] : text(parsed, name);
    if (typeof value === "string" || typeof value === "boolean") overrides[name] = value;
  }
  for (const [name, field] of Object.entries(BUCKET_SWITCHES)) {
    const value = parsed[name];
    if (isBucket && typeof value === "boolean") overrides[field] = value;
  }
  return overrides;
}
