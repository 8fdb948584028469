import { UsageError } from "../../model/fault/errors.ts";
import { parseBytes, parseBytesPerSecond, type Quantity } from "../../model/units.ts";
import { KINDS, type Limits } from "./limits/kinds.ts";
import { MIN_BYTES, profileOfOptions, type VolumeOptions } from "./start.ts";
import { FILE_SYSTEMS } from "./system/device.ts";

const DEFAULT_SIZE = "2GiB";

/** Options of a volume as a user writes them; docs/emulated-volumes.md describes each. */
export interface VolumeTexts {
  readonly as?: string;
  readonly iops?: string;
  readonly throughput?: string;
  readonly size?: string;
  readonly "as-size"?: string;
  readonly scale?: string;
  readonly "instance-limit"?: string;
  readonly "first-touch"?: string;
  readonly fs?: string;
  readonly beside?: string;
  readonly folder?: string;
}

/** Returns a volume's options. @throws UsageError */
export function volumeOptionsOf(values: VolumeTexts): VolumeOptions {
  const { as, iops, throughput, scale, beside, folder, fs, "as-size": asSize } = values;
  const instance = values["instance-limit"];
  const touch = values["first-touch"];
  const options: VolumeOptions = {
    kind: oneOf("--as", KINDS, as),
    sizeBytes: sizeOf(values.size ?? DEFAULT_SIZE),
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
