import type * as Ec2 from "@aws-sdk/client-ec2";
import { KIND, VOLUME_KINDS } from "../../model/target/kind.ts";
import type { Instance, Provisioned } from "../../model/target/target.ts";
import { type AwsContext, callAws, clientOptions, type Described, definedFacts } from "./aws.ts";

const GIBIBYTE = 2 ** 30;
const MEBIBYTE = 2 ** 20;
const MEGABYTE = 1e6;
/** Bytes per second in 1 Gb/s. */
const GIGABIT = 125e6;

const KINDS = new Map(VOLUME_KINDS.map((kind) => [KIND[kind].volume?.type, kind]));

/** A volume described by DescribeVolumes. */
export interface DescribedVolume extends Described {
  readonly id: string;
}

/** Selects volumes by id, or the volume attached to an instance with a device name. */
export type VolumeQuery =
  | { readonly ids: readonly string[] }
  | { readonly instanceId: string; readonly device: string };

function withEc2<T>(
  aws: AwsContext,
  call: string,
  use: (sdk: typeof Ec2, client: Ec2.EC2Client) => Promise<T>,
): Promise<T | null> {
  return callAws(aws, call, async () => {
    const sdk = await import("@aws-sdk/client-ec2");
    const client = new sdk.EC2Client(clientOptions(aws));
    try {
      return await use(sdk, client);
    } finally {
      client.destroy();
    }
  });
}

/** Describes volumes with their provisioned performance; empty if that fails. */
export async function describeVolumes(
  query: VolumeQuery,
  aws: AwsContext,
): Promise<readonly DescribedVolume[]> {
  const call = "DescribeVolumes";
  const response = await withEc2(aws, call, (sdk, client) =>
    client.send(new sdk.DescribeVolumesCommand(volumeInput(query)), { abortSignal: aws.signal }),
  );
  return (response?.Volumes ?? []).map((volume) => ({
    id: volume.VolumeId ?? "",
    call,
    ...definedFacts({ kind: KINDS.get(volume.VolumeType) }),
    kindName: volume.VolumeType ?? "unknown",
    provisioned: volumeFacts(volume),
    ...definedFacts({ zoneId: volume.AvailabilityZoneId }),
    states: {},
  }));
}

function volumeInput(query: VolumeQuery): Ec2.DescribeVolumesCommandInput {
  if ("ids" in query) return { VolumeIds: [...query.ids] };
  // Device `sdf` of an attachment is `xvdf` in the guest; attachments use both, with or without
  // `/dev/`.
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
  // For gp2, the API returns the baseline as IOPS, which is not provisioned.
  const provisions = type === "gp3" || type === "io1" || type === "io2";
  const restored = volume.SnapshotId !== undefined && volume.SnapshotId !== "";
  return definedFacts({
    sizeBytes: volume.Size === undefined ? undefined : volume.Size * GIBIBYTE,
    iops: provisions ? volume.Iops : undefined,
    throughputBytesPerSecond:
      type === "gp3" && volume.Throughput !== undefined ? volume.Throughput * MEBIBYTE : undefined,
    encrypted: volume.Encrypted,
    origin: restored ? ("snapshot" as const) : ("empty" as const),
    // The API confirms an initialized volume only for fast snapshot restore.
    initialised: restored && volume.FastRestored === true ? true : undefined,
    zone: volume.AvailabilityZone,
  });
}

/** State and progress of a volume modification; empty if none is in progress. */
export async function describeModification(
  ids: readonly string[],
  aws: AwsContext,
): Promise<Readonly<Record<string, string | number>>> {
  const call = "DescribeVolumesModifications";
  const response = await withEc2(aws, call, (sdk, client) => {
    // Uses a filter, because the id of a volume that was never modified is an error.
    const input = { Filters: [{ Name: "volume-id", Values: [...ids] }] };
    return client.send(new sdk.DescribeVolumesModificationsCommand(input), {
      abortSignal: aws.signal,
    });
  });
  const active = (response?.VolumesModifications ?? []).find(
    ({ VolumeId, ModificationState: state }) =>
      ids.includes(VolumeId ?? "") && (state === "modifying" || state === "optimizing"),
  );
  if (active?.ModificationState === undefined) return {};
  return definedFacts({
    modification: active.ModificationState,
    modificationPercent: active.Progress,
  });
}

/** EBS and network limits of an instance type; null if it cannot be described. */
export async function describeInstanceType(
  type: string,
  aws: AwsContext,
): Promise<Instance | null> {
  const response = await withEc2(aws, "DescribeInstanceTypes", (sdk, client) => {
    const InstanceTypes = [type as Ec2._InstanceType];
    return client.send(new sdk.DescribeInstanceTypesCommand({ InstanceTypes }), {
      abortSignal: aws.signal,
    });
  });
  const found = response?.InstanceTypes?.[0];
  if (found === undefined) return null;
  const ebs = found.EbsInfo?.EbsOptimizedInfo;
  const at = found.NetworkInfo?.DefaultNetworkCardIndex ?? 0;
  const card = found.NetworkInfo?.NetworkCards?.find((one) => one.NetworkCardIndex === at);
  const times = (number: number | undefined, unit: number) =>
    number === undefined ? undefined : number * unit;
  return definedFacts({
    ebsBaselineBytesPerSecond: times(ebs?.BaselineThroughputInMBps, MEGABYTE),
    ebsMaximumBytesPerSecond: times(ebs?.MaximumThroughputInMBps, MEGABYTE),
    ebsBaselineIops: ebs?.BaselineIops,
    ebsMaximumIops: ebs?.MaximumIops,
    networkBaselineBytesPerSecond: times(card?.BaselineBandwidthInGbps, GIGABIT),
    networkMaximumBytesPerSecond: times(card?.PeakBandwidthInGbps, GIGABIT),
  });
}
