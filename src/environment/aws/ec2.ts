import type * as Ec2 from "@aws-sdk/client-ec2";
import { KIND, VOLUME_KINDS } from "../../model/target/kind.ts";
import type { Instance, Provisioned } from "../../model/target/target.ts";
import { type Asking, ask, clientOptions, type Described, stated } from "./aws.ts";

const GIBIBYTE = 2 ** 30;
const MEBIBYTE = 2 ** 20;
const MEGABYTE = 1e6;
/** Bytes a second in a `Gb/s`. */
const GIGABIT = 125e6;

const KINDS = new Map(VOLUME_KINDS.map((kind) => [KIND[kind].volume?.type, kind]));

/** One volume as DescribeVolumes has it. */
export interface DescribedVolume extends Described {
  readonly id: string;
}

/** Which volumes: by their ids, or the one attached to an instance under a device name. */
export type VolumeQuery =
  | { readonly ids: readonly string[] }
  | { readonly instanceId: string; readonly device: string };

function withEc2<T>(
  asking: Asking,
  call: string,
  use: (sdk: typeof Ec2, client: Ec2.EC2Client) => Promise<T>,
): Promise<T | null> {
  return ask(asking, call, async () => {
    const sdk = await import("@aws-sdk/client-ec2");
    const client = new sdk.EC2Client(clientOptions(asking));
    try {
      return await use(sdk, client);
    } finally {
      client.destroy();
    }
  });
}

/** Volumes with what was provisioned; empty where none could be described. */
export async function describeVolumes(
  query: VolumeQuery,
  asking: Asking,
): Promise<readonly DescribedVolume[]> {
  const call = "DescribeVolumes";
  const answer = await withEc2(asking, call, (sdk, client) =>
    client.send(new sdk.DescribeVolumesCommand(volumeInput(query)), { abortSignal: asking.signal }),
  );
  return (answer?.Volumes ?? []).map((volume) => ({
    id: volume.VolumeId ?? "",
    call,
    ...stated({ kind: KINDS.get(volume.VolumeType) }),
    kindName: volume.VolumeType ?? "unknown",
    provisioned: volumeFacts(volume),
    ...stated({ zoneId: volume.AvailabilityZoneId }),
    states: {},
  }));
}

function volumeInput(query: VolumeQuery): Ec2.DescribeVolumesCommandInput {
  if ("ids" in query) return { VolumeIds: [...query.ids] };
  // `sdf` of the mapping is `xvdf` in the guest; attachments keep either, with or without a folder.
  const letters = query.device.replace(/^(xv|s|h)d/, "");
  const names = ["sd", "xvd"].flatMap((prefix) => [`/dev/${prefix}${letters}`, prefix + letters]);
  return {
    Filters: [
      { Name: "attachment.instance-id", Values: [query.instanceId] },
      { Name: "attachment.device", Values: names },
    ],
  };
}

function volumeFacts(volume: Ec2.Volume): Provisioned {
  const type = volume.VolumeType ?? "";
  // Of a gp2 the API gives its baseline as IOPS: nobody provisioned it.
  const provisions = type === "gp3" || type === "io1" || type === "io2";
  const restored = volume.SnapshotId !== undefined && volume.SnapshotId !== "";
  return stated({
    sizeBytes: volume.Size === undefined ? undefined : volume.Size * GIBIBYTE,
    iops: provisions ? volume.Iops : undefined,
    throughputBytesPerSecond:
      type === "gp3" && volume.Throughput !== undefined ? volume.Throughput * MEBIBYTE : undefined,
    encrypted: volume.Encrypted,
    origin: restored ? ("snapshot" as const) : ("empty" as const),
    // Fast snapshot restore is the only proof that the API has; without it nobody knows.
    initialised: restored && volume.FastRestored === true ? true : undefined,
    zone: volume.AvailabilityZone,
  });
}

/** State of the last modification of a volume where it still goes on, with its progress. */
export async function describeModification(
  ids: readonly string[],
  asking: Asking,
): Promise<Readonly<Record<string, string | number>>> {
  const call = "DescribeVolumesModifications";
  const answer = await withEc2(asking, call, (sdk, client) => {
    // By a filter: an id whose volume was never modified would be an error.
    const input = { Filters: [{ Name: "volume-id", Values: [...ids] }] };
    return client.send(new sdk.DescribeVolumesModificationsCommand(input), {
      abortSignal: asking.signal,
    });
  });
  const going = (answer?.VolumesModifications ?? []).find(
    ({ VolumeId, ModificationState: state }) =>
      ids.includes(VolumeId ?? "") && (state === "modifying" || state === "optimizing"),
  );
  if (going?.ModificationState === undefined) return {};
  return stated({ modification: going.ModificationState, modificationPercent: going.Progress });
}

/** Limits of an instance type; null where it could not be described. */
export async function describeInstanceType(type: string, asking: Asking): Promise<Instance | null> {
  const answer = await withEc2(asking, "DescribeInstanceTypes", (sdk, client) => {
    const InstanceTypes = [type as Ec2._InstanceType];
    return client.send(new sdk.DescribeInstanceTypesCommand({ InstanceTypes }), {
      abortSignal: asking.signal,
    });
  });
  const found = answer?.InstanceTypes?.[0];
  if (found === undefined) return null;
  const ebs = found.EbsInfo?.EbsOptimizedInfo;
  const at = found.NetworkInfo?.DefaultNetworkCardIndex ?? 0;
  const card = found.NetworkInfo?.NetworkCards?.find((one) => one.NetworkCardIndex === at);
  const times = (number: number | undefined, unit: number) =>
    number === undefined ? undefined : number * unit;
  return stated({
    ebsBaselineBytesPerSecond: times(ebs?.BaselineThroughputInMBps, MEGABYTE),
    ebsMaximumBytesPerSecond: times(ebs?.MaximumThroughputInMBps, MEGABYTE),
    ebsBaselineIops: ebs?.BaselineIops,
    ebsMaximumIops: ebs?.MaximumIops,
    networkBaselineBytesPerSecond: times(card?.BaselineBandwidthInGbps, GIGABIT),
    networkMaximumBytesPerSecond: times(card?.PeakBandwidthInGbps, GIGABIT),
  });
}
