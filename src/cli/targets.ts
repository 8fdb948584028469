import { setImmediate } from "node:timers/promises";
import type { Argv } from "yargs";
import { UsageError } from "../model/fault/errors.ts";
import { TARGET_KINDS } from "../model/target/kind.ts";
import type { TargetSpec } from "../model/target/target.ts";
import { parseDurationNs } from "../model/units.ts";
import { type CommandContext, flag, text, texts } from "./command.ts";

/** The options that name a target, the same in every command that takes one. */
export function targetOptions(parser: Argv): Argv {
  return parser
    .option("target", {
      alias: "t",
      type: "string",
      array: true,
      nargs: 1,
      describe:
        "a path, a block device, s3://bucket/prefix, null:, synthetic:…, or a name of the " +
        "targets file",
    })
    .option("targets", { type: "string", nargs: 1, describe: "targets file (YAML)" })
    .option("kind", {
      choices: TARGET_KINDS,
      nargs: 1,
      describe: "what the target is; a path is a directory unless you say so",
    })
    .option("provisioned", {
      type: "string",
      nargs: 1,
      describe: "what was paid for, as in a targets file: size=500GiB,iops=6000",
    })
    .option("instance", { type: "string", nargs: 1, describe: "instance type, m6a.4xlarge" })
    .option("emulated", { type: "boolean", describe: "it only behaves as one of its kind would" })
    .option("name", { type: "string", nargs: 1, describe: "what reports call the target" })
    .option("endpoint", {
      type: "string",
      nargs: 1,
      describe: "S3 endpoint, http(s)://host:port; several by commas",
    })
    .option("region", { type: "string", nargs: 1, describe: "S3 region" })
    .option("path-style", { type: "boolean", describe: "bucket in the path, not in the host name" })
    .option("ca", { type: "string", nargs: 1, describe: "PEM file of the endpoint's authority" })
    .option("accelerate", { type: "boolean", describe: "S3 Transfer Acceleration" })
    .option("dual-stack", { type: "boolean", describe: "AWS's endpoints for IPv4 and IPv6" })
    .option("fips", { type: "boolean", describe: "AWS's FIPS endpoints" })
    .option("requester-pays", { type: "boolean", describe: "this account pays, not the bucket's" })
    .option("profile", { type: "string", nargs: 1, describe: "profile of the AWS configuration" })
    .group(
      [
        ...["target", "targets", "kind", "name", ...DECLARED, "endpoint", "region", "path-style"],
        ...["ca", "profile", "accelerate", "dual-stack", "fips", "requester-pays"],
      ],
      "Target:",
    );
}

/** What the storage and the machine are, for a target that no file describes. */
const DECLARED = ["provisioned", "instance", "emulated"] as const;

/** What is known of the storage comes from the command line and from this machine alone. */
export const OFFLINE = {
  type: "boolean",
  describe: "ask neither the instance's metadata nor AWS what the storage is",
} as const;

/** Writing to a block device is allowed here and nowhere else: no file can say it. */
export const ALLOW_DESTRUCTIVE = {
  type: "boolean",
  describe: "overwrite what is on a block device; refused where it is in use or holds something",
} as const;

/** The option of every command that removes data. */
export const CLEANUP_TIMEOUT = {
  type: "string",
  nargs: 1,
  describe:
    "longest time for removing data and closing the target, e.g. 5m (default: 60s, and longer " +
    "while files are being removed)",
} as const;

/** What the command line says, milliseconds; null: it does not. */
export function cleanupTimeoutMs(parsed: Readonly<Record<string, unknown>>): number | null {
  const given = text(parsed, "cleanup-timeout");
  if (given === undefined) return null;
  const parsedNs = parseDurationNs(given);
  if ("problem" in parsedNs) throw new UsageError(`--cleanup-timeout: ${parsedNs.problem}`);
  const ms = parsedNs.value / 1e6;
  if (ms >= MIN_MS && ms <= MAX_MS) return ms;
  throw new UsageError(`--cleanup-timeout: expected 1s to 24h, got \`${given}\``);
}

const MIN_MS = 1000;
const MAX_MS = 24 * 3600_000;

/**
 * The targets a command line names, in order; with a targets file and no name, all of the file.
 * From now on `interrupt` watches their storage.
 */
export async function targetsOf(
  parsed: Readonly<Record<string, unknown>>,
  { interrupt, env }: Pick<CommandContext, "interrupt" | "env">,
): Promise<readonly TargetSpec[]> {
  const { asDevice } = await import("../storage/device/address.ts");
  const destructive = flag(parsed, "allow-destructive");
  const named = await declared(parsed, env);
  interrupt.watch(named);
  // The next call may be on storage that is silent: a signal that came until now is obeyed first.
  await afterEvents();
  interrupt.signal.throwIfAborted();
  const targets = named.map((target) => asDevice(target, destructive));
  if (destructive && targets.every(({ address }) => address.kind !== "device")) {
    throw new UsageError("--allow-destructive goes with a block device, and no target is one");
  }
  return targets;
}

/** Events are looked for between the first and the second. */
async function afterEvents(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

async function declared(
  parsed: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv,
): Promise<readonly TargetSpec[]> {
  const { loadTargets, parseTarget } = await import("../scenario/targets/targets.ts");
  const { NO_AWS_FILES, readAwsFiles } = await import("../scenario/targets/aws-settings.ts");
  const named = texts(parsed, "target");
  const file = text(parsed, "targets");
  const listed = file === undefined ? [] : await loadTargets(file, { env });
  const here = named.filter((name) => !listed.some((target) => target.name === name));
  rejectUnusedOptions(parsed, here);
  if (named.length === 0) return listed;
  for (const option of WHAT) {
    if (named.length > 1 && parsed[option] !== undefined) {
      throw new UsageError(
        `--${option} goes with one target; for several, say what each is in a targets file`,
      );
    }
  }
  const buckets = here.some((name) => name.startsWith("s3:"));
  const files = buckets ? await readAwsFiles(env) : NO_AWS_FILES;
  return named.map((name) => {
    const known = listed.find((target) => target.name === name);
    if (known !== undefined) return known;
    if (file !== undefined && /^[A-Za-z0-9_-]+$/.test(name)) {
      const names = listed.map((target) => target.name).join(", ");
      throw new UsageError(`${file} has no target "${name}"; it has ${names}`);
    }
    return parseTarget(name, overridesOf(parsed, name.startsWith("s3:")), env, files);
  });
}

/** Options that are said or not, and the fields of a target they set. */
const FLAGS = {
  "path-style": "pathStyle",
  accelerate: "accelerate",
  "dual-stack": "dualStack",
  fips: "fips",
  "requester-pays": "requesterPays",
} as const;

/** Options that say how a bucket is reached; what is said of a path besides. */
const BUCKET_OPTIONS = ["endpoint", "region", "ca", "profile"] as const;
const WHAT = ["kind", "name", ...DECLARED] as const;

/** An option that is said of no target would be passed over without a word: UsageError. */
function rejectUnusedOptions(
  parsed: Readonly<Record<string, unknown>>,
  named: readonly string[],
): void {
  const idle = (option: string, what: string) => {
    if (parsed[option] === undefined) return;
    throw new UsageError(`--${option} goes with ${what}, and no --target is one`);
  };
  if (!named.some((name) => name.startsWith("s3:"))) {
    const bucket = "a bucket (s3://bucket/prefix)";
    for (const option of [...BUCKET_OPTIONS, ...Object.keys(FLAGS)]) idle(option, bucket);
  }
  if (named.length > 0) return;
  for (const option of WHAT) idle(option, "a target that no targets file describes");
}

/** What the command line says of a target; how to reach a bucket says nothing of a path. */
function overridesOf(
  parsed: Readonly<Record<string, unknown>>,
  bucket: boolean,
): Record<string, string | boolean> {
  const overrides: Record<string, string | boolean> = {};
  const names = [...WHAT, ...(bucket ? BUCKET_OPTIONS : [])];
  for (const name of names) {
    const value = name === "emulated" ? parsed[name] : text(parsed, name);
    if (typeof value === "string" || typeof value === "boolean") overrides[name] = value;
  }
  for (const [name, field] of Object.entries(FLAGS)) {
    const value = parsed[name];
    if (bucket && typeof value === "boolean") overrides[field] = value;
  }
  return overrides;
}
