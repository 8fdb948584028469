import type { Backing } from "../../model/target/backing.ts";
import type { Provisioned } from "../../model/target/target.ts";
import { xenDevice } from "../backing/disk.ts";
import { type AwsContext, type DescribedStorage, NOT_DESCRIBED } from "./aws.ts";
import { volumeBalance } from "./balance.ts";
import { type DescribedVolume, describeModification, describeVolumes } from "./ec2.ts";
import type { InstanceFacts } from "./instance-metadata.ts";

/** Volume types with burst credits in CloudWatch. */
const BURSTING: ReadonlySet<string> = new Set(["gp2", "st1", "sc1"]);

/** Describes the EBS volumes behind a target. */
export async function describeDisks(
  backing: Backing,
  instance: InstanceFacts | null,
  aws: AwsContext,
): Promise<DescribedStorage> {
  const ids = volumeIds(backing);
  if (ids.length > 0) return describeIds(ids, backing, aws);
  const device = xenDevice(backing);
  if (device === null || instance?.instanceId == null) return NOT_DESCRIBED;
  const found = await describeVolumes({ instanceId: instance.instanceId, device }, aws);
  return one(found[0], aws);
}

/** Ids of all volumes, without duplicates. */
function volumeIds(backing: Backing): readonly string[] {
  const own = backing.kind === "ebs" && backing.id !== null ? [backing.id] : [];
  return [...new Set([...own, ...backing.members.flatMap(volumeIds)])];
}

async function describeIds(
  ids: readonly string[],
  backing: Backing,
  aws: AwsContext,
): Promise<DescribedStorage> {
  const found = await describeVolumes({ ids }, aws);
  if (ids.length === 1) return one(found[0], aws);
  if (found.length < ids.length) return NOT_DESCRIBED;
  const kinds = new Set(found.map(({ kindName }) => kindName));
  const [first] = found;
  if (backing.arrangement !== "raid0" || kinds.size > 1 || first === undefined) {
    const what = `${found.length} volumes (${[...kinds].join(", ")}) are combined`;
    const unknown = `${what}; assay does not compute their combined performance; declare it`;
    return { described: null, kindNames: [...kinds], unknown: [unknown] };
  }
  const described = { ...first, provisioned: stripeOf(found.map((each) => each.provisioned)) };
  return { described, unknown: [] };
}

async function one(found: DescribedVolume | undefined, aws: AwsContext): Promise<DescribedStorage> {
  if (found === undefined) return NOT_DESCRIBED;
  const [changing, balance] = await Promise.all([
    describeModification([found.id], aws),
    BURSTING.has(found.kindName) ? volumeBalance(found.id, aws) : null,
  ]);
  const burst =
    balance === null ? {} : { burstBalancePercent: balance.value, burstBalanceAt: balance.at };
  return { described: { ...found, states: { ...changing, ...burst } }, unknown: [] };
}

/** Sums size and performance of the volumes of a stripe; keeps other facts that all share. */
function stripeOf(all: readonly Provisioned[]): Provisioned {
  const [first = {}] = all;
  const alike = Object.entries(first).filter(([name, value]) =>
    all.every((one) => Object.getOwnPropertyDescriptor(one, name)?.value === value),
  );
  const sum = (of: (one: Provisioned) => number | undefined): number | null =>
    all.reduce<number | null>((total, one) => {
      const value = of(one);
      return total === null || value === undefined ? null : total + value;
    }, 0);
  const sizeBytes = sum((one) => one.sizeBytes);
  const iops = sum((one) => one.iops);
  const throughputBytesPerSecond = sum((one) => one.throughputBytesPerSecond);
  return {
    ...Object.fromEntries(alike),
    ...(sizeBytes === null ? {} : { sizeBytes }),
    ...(iops === null ? {} : { iops }),
    ...(throughputBytesPerSecond === null ? {} : { throughputBytesPerSecond }),
  };
}
