import { parseArgs } from "node:util";
import { UsageError } from "../../model/fault/errors.ts";
import { parseBytes, parseBytesPerSecond, type Quantity } from "../../model/units.ts";
import { KINDS, type Limits } from "./limits/kinds.ts";
import { MIN_BYTES, profileOfOptions, type VolumeOptions } from "./start.ts";
import { FILE_SYSTEMS } from "./system/device.ts";

export const USAGE = `Usage: node scripts/emulated-volume.ts up --as <kind> [options]
       node scripts/emulated-volume.ts exec --as <kind> [options] -- <command> ...
       node scripts/emulated-volume.ts list
       node scripts/emulated-volume.ts down [<id>]

A loop device with a file system whose I/O the kernel limits as a named volume's would be.
\`exec\` runs a command under the limits, with the volume as ASSAY_VOLUME, then removes it.

  --as                 gp2, gp3, io2 or st1
  --iops               provisioned IOPS (gp3: 3000; io2: no default)
  --throughput         provisioned throughput (gp3: 125MiB/s; io2, gp2, st1: by formula)
  --size               capacity (2GiB)
  --as-size            size for the formulas and credits of gp2 and st1 (--size)
  --scale              divides the burst credits by this, so that a burst ends soon (1)
  --instance-limit     EBS limit of the EC2 instance: 2500, 78MB/s or both, 2500,78MB/s
  --first-touch        volume from a snapshot: share of its rates until all is read, e.g. 40%
  --fs                 file system: ext4, xfs or none (ext4)
  --beside             id of a volume whose processes also get the limits of this one
  --folder             directory of the backing file, which must be faster than the volume
`;

const DEFAULT_SIZE = "2GiB";

/** Parses a command line; throws Node's error if it is invalid. */
export function parseCommandLine(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      as: { type: "string" },
      iops: { type: "string" },
      throughput: { type: "string" },
      size: { type: "string", default: DEFAULT_SIZE },
      "as-size": { type: "string" },
      scale: { type: "string" },
      "instance-limit": { type: "string" },
      "first-touch": { type: "string" },
      fs: { type: "string" },
      beside: { type: "string" },
      folder: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
}

type Values = ReturnType<typeof parseCommandLine>["values"];

/** Returns a volume's options. @throws UsageError */
export function volumeOptionsOf(values: Values): VolumeOptions {
  const { as, iops, throughput, scale, beside, folder, fs, "as-size": asSize } = values;
  const instance = values["instance-limit"];
  const touch = values["first-touch"];
  const options: VolumeOptions = {
    kind: oneOf("--as", KINDS, as),
    sizeBytes: sizeOf(values.size),
    ...(iops !== undefined && { iops: positive("--iops", iops) }),
    ...(throughput !== undefined && { bytesPerSecond: throughputOf("--throughput", throughput) }),
    ...(asSize !== undefined && { asSizeBytes: quantity("--as-size", parseBytes(asSize)) }),
    ...(scale !== undefined && { scale: positive("--scale", scale) }),
    ...(touch !== undefined && { firstTouchShare: shareOf("--first-touch", touch) }),
    ...(fs !== undefined && { fileSystem: oneOf("--fs", FILE_SYSTEMS, fs) }),
    ...(beside !== undefined && { beside }),
    ...(folder !== undefined && { folder }),
    ...(instance !== undefined && { instance: instanceLimits(instance) }),
  };
  const profile = profileOfOptions(options);
  if ("problem" in profile) throw new UsageError(profile.problem);
  return options;
}

function oneOf<T extends string>(name: string, known: readonly T[], text: string | undefined): T {
  const found = known.find((value) => value === text);
  if (found !== undefined) return found;
  const given = text === undefined ? "is missing" : `cannot be \`${text}\``;
  throw new UsageError(`${name} ${given}: expected ${known.join(", ")}`);
}

function sizeOf(text: string): number {
  const bytes = quantity("--size", parseBytes(text));
  if (bytes >= MIN_BYTES) return Math.ceil(bytes / 4096) * 4096;
  throw new UsageError(`--size ${text} has no room for a file system: expected at least 16MiB`);
}

/** `2500`, `78MB/s`, or both with a comma between. */
function instanceLimits(text: string): Limits {
  const [first = "", second, ...more] = text.split(",").map((part) => part.trim());
  const isRate = (part: string) => /^[0-9.]+$/.test(part);
  if (more.length > 0 || (second !== undefined && (!isRate(first) || isRate(second)))) {
    throw new UsageError(`--instance-limit cannot be \`${text}\`: expected such as 2500,78MB/s`);
  }
  const throughput = isRate(first) ? second : first;
  return {
    iops: isRate(first) ? positive("--instance-limit", first) : null,
    bytesPerSecond: throughput === undefined ? null : throughputOf("--instance-limit", throughput),
  };
}

function throughputOf(name: string, text: string): number {
  return quantity(name, parseBytesPerSecond(text));
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (/^[0-9.]+$/.test(text) && value >= 1) return value;
  throw new UsageError(`${name} cannot be \`${text}\`: expected a number of at least 1`);
}

/** `40%`, as 0.4. */
function shareOf(name: string, text: string): number {
  const percent = /^([0-9.]+)\s*%$/.exec(text)?.[1];
  const share = Number(percent ?? Number.NaN) / 100;
  if (share >= 0.01 && share <= 1) return share;
  throw new UsageError(`${name} cannot be \`${text}\`: expected a percentage such as 40%`);
}

function quantity(name: string, parsed: Quantity): number {
  if ("problem" in parsed) throw new UsageError(`${name}: ${parsed.problem}`);
  if (parsed.value >= 1) return parsed.value;
  throw new UsageError(`${name} cannot be 0`);
}
