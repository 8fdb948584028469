import type { Backing } from "../../model/target/backing.ts";
import type { Provisioned } from "../../model/target/target.ts";
import { xenDevice } from "../backing/disk.ts";
import { type Asking, type DescribedStorage, NOTHING } from "./aws.ts";
import { volumeBalance } from "./balance.ts";
import { type DescribedVolume, describeModification, describeVolumes } from "./ec2.ts";
import type { InstanceFacts } from "./instance-metadata.ts";

/** Types with a bucket of credits that CloudWatch knows. */
const BURSTING: ReadonlySet<string> = new Set(["gp2", "st1", "sc1"]);

/** Describes the volumes of EBS that lie below. */
export async function describeDisks(
  backing: Backing,
  instance: InstanceFacts | null,
  asking: Asking,
): Promise<DescribedStorage> {
  const ids = volumeIds(backing);
  if (ids.length > 0) return describeIds(ids, backing, asking);
  const device = xenDevice(backing);
  if (device === null || instance?.instanceId == null) return NOTHING;
  const found = await describeVolumes({ instanceId: instance.instanceId, device }, asking);
  return one(found[0], asking);
}

/** Ids of all volumes, each once. */
function volumeIds(backing: Backing): readonly string[] {
  const own = backing.kind === "ebs" && backing.id !== null ? [backing.id] : [];
  return [...new Set([...own, ...backing.members.flatMap(volumeIds)])];
}

async function describeIds(
  ids: readonly string[],
  backing: Backing,
  asking: Asking,
): Promise<DescribedStorage> {
  const found = await describeVolumes({ ids }, asking);
  if (ids.length === 1) return one(found[0], asking);
  if (found.length < ids.length) return NOTHING;
  const kinds = new Set(found.map(({ kindName }) => kindName));
  const [first] = found;
  if (backing.arrangement !== "raid0" || kinds.size > 1 || first === undefined) {
    const what = `${found.length} volumes (${[...kinds].join(", ")}) are put together`;
    const unknown = `${what}, and what they deliver as one is not worked out: declare it`;
    return { described: null, kindNames: [...kinds], unknown: [unknown] };
  }
  const described = { ...first, provisioned: together(found.map((each) => each.provisioned)) };
  return { described, unknown: [] };
}

async function one(found: DescribedVolume | undefined, asking: Asking): Promise<DescribedStorage> {
  if (found === undefined) return NOTHING;
  const [changing, balance] = await Promise.all([
    describeModification([found.id], asking),
    BURSTING.has(found.kindName) ? volumeBalance(found.id, asking) : null,
  ]);
  const burst =
    balance === null ? {} : { burstBalancePercent: balance.value, burstBalanceAt: balance.at };
  return { described: { ...found, states: { ...changing, ...burst } }, unknown: [] };
}

/** Of a stripe the sums; what is not the same of all is not said. */
function together(all: readonly Provisioned[]): Provisioned {
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
