import { UsageError } from "../../model/fault/errors.ts";
import type { VolumeTexts } from "../../testbed/volume/options.ts";
import type { VolumeOptions } from "../../testbed/volume/start.ts";
import { text } from "../command.ts";

/** Options of an emulated volume, with their help. `volumeOptionsOf` parses their values. */
export const VOLUME_OPTIONS: Readonly<Record<keyof VolumeTexts, string>> = {
  as: "kind of volume: gp2, gp3, io2 or st1",
  iops: "provisioned IOPS (default: 3000 for gp3; required for io2)",
  throughput: "provisioned throughput (default: 125MiB/s for gp3; others by formula)",
  size: "capacity (default: 2GiB)",
  "as-size": "size for the formulas and credits of gp2 and st1 (default: --size)",
  scale: "divide the burst credits by this number, so that a burst ends soon (default: 1)",
  "instance-limit": "EBS limit of the EC2 instance: 2500, 78MB/s or 2500,78MB/s",
  "first-touch": "volume from a snapshot: share of its rates until all is read, e.g. 40%",
  fs: "file system: ext4, xfs or none (default: ext4)",
  beside: "id of a volume whose processes also get the limits of this one",
  folder: "directory of the backing file, which must be faster than the volume",
};

/**
 * Refuses values that AWS does not provision for a kind of volume.
 *
 * @throws UsageError
 */
export async function checkVolume(options: VolumeOptions): Promise<void> {
  const { kind, iops, bytesPerSecond } = options;
  if (kind !== "gp3" && kind !== "io2") return;
  const { checkProvisioned } = await import("../../scenario/targets/check-provisioned.ts");
  // An emulated volume may be smaller than AWS requires for its IOPS.
  const [fault] = checkProvisioned(`ebs-${kind}`, {
    ...(iops === undefined ? {} : { iops }),
    ...(bytesPerSecond === undefined || kind === "io2"
      ? {}
      : { throughputBytesPerSecond: bytesPerSecond, iops: iops ?? 3000 }),
  });
  if (fault === undefined) return;
  throw new UsageError(
    `--${fault.name}: ${fault.message}; --instance-limit emulates a lower limit`,
  );
}

/** Returns the given options. */
export function volumeTexts(parsed: Readonly<Record<string, unknown>>): VolumeTexts {
  const given = Object.keys(VOLUME_OPTIONS).flatMap((name) => {
    const value = text(parsed, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(given) as VolumeTexts;
}
