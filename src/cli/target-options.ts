import type { Argv } from "yargs";
import { UsageError } from "../model/fault/errors.ts";
import { TARGET_KINDS } from "../model/target/kind.ts";
import { parseDurationNs } from "../model/units.ts";
import { text } from "./command.ts";

const TARGET_GROUP = "Target:";
const BUCKET_GROUP = "S3 target:";

/** Heading of the options about test data. */
export const DATA_GROUP = "Data:";

/** Facts about the storage and the host, for a target without a targets file. */
const DECLARED_OPTIONS = ["provisioned", "instance", "emulated"] as const;

/** Options that describe a single target. */
export const DESCRIPTION_OPTIONS = ["kind", "name", ...DECLARED_OPTIONS] as const;

/** Options of a bucket that take a value; each sets the field of the same name. */
export const BUCKET_OPTIONS = ["endpoint", "region", "ca", "profile"] as const;

/** Switches of a bucket, and the target field that each sets. */
export const BUCKET_SWITCHES = {
  "path-style": "pathStyle",
  accelerate: "accelerate",
  "dual-stack": "dualStack",
  fips: "fips",
  "requester-pays": "requesterPays",
} as const;

/**
 * Adds the options that select and describe targets, last in the help. `showAll`: also shows the
 * options that are rarely needed, which every command accepts.
 */
export function targetOptions(parser: Argv, { showAll = false } = {}): Argv {
  const hidden = !showAll;
  const value = { type: "string", nargs: 1 } as const;
  const bucketValue = { ...value, group: BUCKET_GROUP };
  const bucketSwitch = { type: "boolean", group: BUCKET_GROUP } as const;
  return describedOptions(parser)
    .option("endpoint", {
      ...bucketValue,
      describe: "S3 endpoint, e.g. http://127.0.0.1:9000; several separated by commas",
    })
    .option("region", { ...bucketValue, describe: "AWS region of the bucket, e.g. eu-west-1" })
    .option("path-style", {
      ...bucketSwitch,
      describe: "put the bucket name in the path of a request, not in its host name",
    })
    .option("ca", {
      ...bucketValue,
      hidden,
      describe: "PEM file with the certificate authority of the endpoint",
    })
    .option("profile", {
      ...bucketValue,
      hidden,
      describe: "profile in the AWS configuration files",
    })
    .option("accelerate", { ...bucketSwitch, hidden, describe: "use S3 Transfer Acceleration" })
    .option("dual-stack", {
      ...bucketSwitch,
      hidden,
      describe: "use AWS endpoints with IPv4 and IPv6",
    })
    .option("fips", { ...bucketSwitch, hidden, describe: "use AWS FIPS endpoints" })
    .option("requester-pays", {
      ...bucketSwitch,
      hidden,
      describe: "charge requests to this account instead of the bucket owner",
    });
}

function describedOptions(parser: Argv): Argv {
  const value = { type: "string", nargs: 1, group: TARGET_GROUP } as const;
  const described = parser
    .option("target", {
      ...value,
      alias: "t",
      array: true,
      describe:
        "target to use: directory, file, block device, s3://bucket/prefix, null:, " +
        "synthetic:latency=1ms, or a name from the targets file; repeatable",
    })
    .option("targets", {
      ...value,
      describe: "targets file (YAML); without --target, all of its targets",
    })
    .option("kind", {
      choices: TARGET_KINDS,
      nargs: 1,
      group: TARGET_GROUP,
      describe: "storage type of the target",
      defaultDescription: "from the address; a path is a directory",
    })
    .option("name", { ...value, describe: "name of the target in reports" });
  return factOptions(described, TARGET_GROUP);
}

/** Adds the options with facts about the storage and the host, below a heading of the help. */
export function factOptions(parser: Argv, group: string): Argv {
  const value = { type: "string", nargs: 1, group } as const;
  return parser
    .option("provisioned", {
      ...value,
      describe: "provisioned size, IOPS and throughput, e.g. size=500GiB,iops=6000",
    })
    .option("instance", { ...value, describe: "EC2 instance type, e.g. m6a.4xlarge" })
    .option("emulated", {
      type: "boolean",
      group,
      describe: "the target imitates its --kind; reports mark it as emulated",
    });
}

/** The `--offline` option. */
export const OFFLINE = {
  type: "boolean",
  group: TARGET_GROUP,
  describe: "do not query instance metadata or AWS APIs about the target",
} as const;

/** The `--allow-destructive` option; no targets file can set it. */
const ALLOW_DESTRUCTIVE = {
  type: "boolean",
  group: DATA_GROUP,
  describe: "overwrite a block device; refused if it is in use or holds data of others",
} as const;

/** The `--overwrite-data` option, which names each device, so that no other one is overwritten. */
const OVERWRITE_DATA = {
  type: "string",
  array: true,
  nargs: 1,
  group: DATA_GROUP,
  describe: "block device whose data of unknown format may be lost; implies --allow-destructive",
} as const;

/** Adds the options that allow overwriting block devices. */
export function destructiveOptions(parser: Argv): Argv {
  return parser
    .option("allow-destructive", ALLOW_DESTRUCTIVE)
    .option("overwrite-data", OVERWRITE_DATA);
}

/** The `--cleanup-timeout` option of every command that removes data. */
export const CLEANUP_TIMEOUT = {
  type: "string",
  nargs: 1,
  group: DATA_GROUP,
  describe: "maximum time to remove data and close the target, e.g. 5m",
  defaultDescription: "60s, longer while files are being removed",
} as const;

const MIN_CLEANUP_MS = 1000;
const MAX_CLEANUP_MS = 24 * 3600_000;

/**
 * Returns the value of `--cleanup-timeout` in milliseconds; null if it is absent.
 *
 * @throws UsageError if it is not a duration from 1 s to 24 h.
 */
export function cleanupTimeoutMs(parsed: Readonly<Record<string, unknown>>): number | null {
  const given = text(parsed, "cleanup-timeout");
  if (given === undefined) return null;
  const parsedNs = parseDurationNs(given);
  if ("problem" in parsedNs) throw new UsageError(`--cleanup-timeout: ${parsedNs.problem}`);
  const ms = parsedNs.value / 1e6;
  if (ms >= MIN_CLEANUP_MS && ms <= MAX_CLEANUP_MS) return ms;
  throw new UsageError(`--cleanup-timeout: expected 1s to 24h, got \`${given}\``);
}
