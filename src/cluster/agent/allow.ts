import { realpathSync, type Stats, statSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { codeOf, UsageError } from "../../model/fault/errors.ts";
import { expectedKeyPrefix, leadsElsewhere } from "../../model/target/key-prefix.ts";
import type { Address, TargetSpec } from "../../model/target/target.ts";
import { splitBucketUrl } from "../../scenario/targets/target-text.ts";
import { type AllowedPaths, endOf, isAllowedPath, realPathOf, wayOut } from "./allowed-path.ts";
import { NO_OWN_AWS, type OwnAws, readOwnAws, settingRefusal } from "./own-aws.ts";

/** Storage that an agent may use for a coordinator that it dialled, by its `--allow` options. */
export interface Allow extends AllowedPaths {
  /** Nodes of block devices, as given. */
  readonly devices: readonly string[];
  /** Buckets with key prefixes, which are empty or end in `/`. */
  readonly buckets: readonly { readonly bucket: string; readonly prefix: string }[];
  /** AWS settings of the agent's host, which a coordinator must not replace. */
  readonly aws: OwnAws;
}

const EXPECTED =
  "expected an absolute path of a directory or a block device, or `s3://bucket/prefix`";

/** Reads `--allow` options with the AWS settings of this host. @throws UsageError */
export async function readAllow(
  entries: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Allow> {
  const allow = parseAllow(entries);
  return allow.buckets.length === 0 ? allow : { ...allow, aws: await readOwnAws(env) };
}

/**
 * Reads `--allow` options: a directory, a block device, or a bucket with a key prefix.
 *
 * @throws UsageError if one is malformed, or does not exist on this host
 */
export function parseAllow(entries: readonly string[]): Allow {
  const directories: string[] = [];
  const names: string[] = [];
  const devices: string[] = [];
  const buckets: { readonly bucket: string; readonly prefix: string }[] = [];
  for (const entry of entries) {
    if (entry.startsWith("s3:")) buckets.push(bucketOf(entry));
    else if (statOf(entry).isBlockDevice()) devices.push(resolve(entry));
    else {
      // Resolved once: on a shared file system, another host could replace it by a symbolic link.
      directories.push(realpathSync(entry));
      names.push(resolve(entry));
    }
  }
  return { directories, names, devices, buckets, aws: NO_OWN_AWS };
}

function bucketOf(entry: string) {
  const { bucket, prefix } = splitBucketUrl(entry) ?? { bucket: "", prefix: "" };
  const isPoint = bucket.startsWith("arn:");
  if (leadsElsewhere(bucket) || (!isPoint && /[@:]/.test(bucket))) {
    throw new UsageError(`--allow ${entry}: expected \`s3://bucket/prefix\``);
  }
  const expected = expectedKeyPrefix(prefix);
  if (expected !== null) throw new UsageError(`--allow ${entry}: expected ${expected}`);
  return { bucket, prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/` };
}

function statOf(entry: string): Stats {
  if (!isAbsolute(entry)) throw new UsageError(`--allow ${entry}: ${EXPECTED}`);
  let found: Stats;
  try {
    found = statSync(entry);
  } catch (error) {
    const why = codeOf(error) === "ENOENT" ? "does not exist" : `cannot be read: ${codeOf(error)}`;
    throw new UsageError(`--allow ${entry}: the path ${why}; mount or create it first`);
  }
  if (found.isDirectory() || found.isBlockDevice()) return found;
  throw new UsageError(`--allow ${entry}: ${EXPECTED}, got a file of another type`);
}

/**
 * Reason why an agent may not use a target, with the remedy; null if it may. Targets in memory are
 * always allowed. It is one sentence for every path outside, so that it does not describe the host;
 * only a link in an allowed directory, or of a device in `/dev`, is named with its real path.
 *
 * A path is compared when a call begins. Anyone else who can write to an allowed directory may
 * replace a directory in it by a symbolic link just afterwards; a coordinator cannot, because assay
 * creates only directories and files.
 */
export function refusalOf(allow: Allow, { address, ...target }: TargetSpec): string | null {
  const unknown =
    unknownField(target, TARGET_FIELDS) ?? unknownField(address, FIELDS[address.kind]);
  if (unknown !== null) {
    return `this agent does not know the field \`${unknown}\` of the target; remove it`;
  }
  switch (address.kind) {
    case "memory":
      return null;
    case "path":
      return isAllowedPath(allow, address.path) ? null : pathRefusal(allow, address.path);
    case "device":
      return isAllowedDevice(allow, address.path)
        ? null
        : notAllowed(allow, address.path, deviceReason(address.path));
    case "bucket":
      return isAllowedBucket(allow, address)
        ? settingRefusal(allow.aws, address)
        : notAllowed(
            allow,
            `s3://${address.bucket}/${address.prefix}`,
            "is not in a bucket and prefix that --allow names",
          );
  }
}

function notAllowed(allow: Allow, place: string, reason: string): string {
  const { directories, devices, buckets } = allow;
  const named = directories.length + devices.length + buckets.length;
  const why = named === 0 ? "was not named: this agent was started without --allow" : reason;
  return `${place} ${why}; ${remedy(place)}`;
}

function remedy(place: string): string {
  return `start the agent with \`--allow ${place}\`, or use another target`;
}

function pathRefusal(allow: Allow, path: string): string {
  const outside = "is not in a directory that --allow names";
  const way = wayOut(allow, path);
  if (way === null) return notAllowed(allow, path, outside);
  const { link, real } = way;
  const name = link === resolve(path) ? "it" : link;
  if (real === null) {
    return (
      `${path} ${outside}, because ${name} leads to ${endOf(link)}, which does not exist or ` +
      "cannot be followed; correct the link, or use another target"
    );
  }
  const place = join(real, relative(link, resolve(path)));
  return `${path} ${outside}, because ${name} leads to ${real}; ${remedy(place)}`;
}

/** Reason of a refused device. A link in `/dev` leads to one of many devices: it names that. */
function deviceReason(path: string): string {
  const reason = "is not a block device that --allow names";
  const real = realPathOf(path);
  const isNamed = real !== null && real !== resolve(path);
  const isNode = [path, real ?? ""].every((one) => one.startsWith("/dev/"));
  return isNamed && isNode ? `${reason}, because it leads to ${real}` : reason;
}

/** A device is allowed if it is named itself: a directory such as `/dev` does not include it. */
function isAllowedDevice({ devices }: Allow, path: string): boolean {
  const real = realPathOf(path);
  // Links in `/dev/disk` follow a volume, whose name may change while the agent waits.
  return real !== null && devices.some((one) => realPathOf(one) === real);
}

function isAllowedBucket(
  { buckets }: Allow,
  { bucket, prefix }: Extract<Address, { kind: "bucket" }>,
): boolean {
  if (expectedKeyPrefix(prefix) !== null) return false;
  return buckets.some((one) => one.bucket === bucket && prefix.startsWith(one.prefix));
}

function unknownField(value: object, known: Readonly<Record<string, true>>): string | null {
  return Object.keys(value).find((name) => !Object.hasOwn(known, name)) ?? null;
}

type Known<Fields> = Readonly<Record<Exclude<keyof Fields, "kind">, true>> & {
  readonly kind: true;
};

/** Fields of a target that reaches an agent; the coordinator has chosen a path by host. */
const TARGET_FIELDS: Known<Omit<TargetSpec, "address" | "pathByHost">> = {
  ...{ name: true, kind: true, provisioned: true, instance: true, reachedBy: true },
  emulated: true,
};

/**
 * Fields of each address. A new one does not compile until it is listed here: compare it in
 * {@link refusalOf} first if it names a place, a file, an identity or a server.
 */
const FIELDS: {
  readonly [Kind in Address["kind"]]: Known<Extract<Address, { readonly kind: Kind }>>;
} = {
  path: { kind: true, path: true },
  device: { kind: true, path: true, writable: true, losesData: true },
  memory: { kind: true, synthetic: true },
  bucket: {
    ...{ kind: true, bucket: true, prefix: true, region: true, endpoint: true, endpoints: true },
    ...{ pathStyle: true, caPath: true, profile: true, accelerate: true, dualStack: true },
    ...{ fips: true, requesterPays: true },
  },
};
