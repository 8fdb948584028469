import type * as Efs from "@aws-sdk/client-efs";
import {
  type Asking,
  ask,
  clientOptions,
  type Described,
  type DescribedStorage,
  stated,
} from "./aws.ts";
import { efsBalance } from "./balance.ts";

const MEBIBYTE = 2 ** 20;
/** An account with more is asked no further for the owner of an address. */
const MAX_SEARCHED = 20;

/** Its id, or the address of one of its mount targets. */
type EfsQuery = { readonly id: string } | { readonly address: string };

const CALL = "DescribeFileSystems of EFS";

/**
 * Describes a file system of EFS, by its id or by the address of one of its mount targets, with its
 * burst credits where it has any.
 */
export async function describeEfs(query: EfsQuery, asking: Asking): Promise<DescribedStorage> {
  const described = await describeFileSystem(query, asking);
  if (described?.provisioned.throughputMode !== "bursting") return { described, unknown: [] };
  const balance = await efsBalance(described.id, asking);
  const burst =
    balance === null ? {} : { burstCreditBytes: balance.value, burstBalanceAt: balance.at };
  return { described: { ...described, states: { ...described.states, ...burst } }, unknown: [] };
}

async function describeFileSystem(
  query: EfsQuery,
  asking: Asking,
): Promise<(Described & { readonly id: string }) | null> {
  const found = await ask(asking, CALL, async () => {
    const sdk = await import("@aws-sdk/client-efs");
    const client = new sdk.EFSClient(clientOptions(asking));
    try {
      if ("address" in query) return await ownerOf(query.address, sdk, client, asking);
      const command = new sdk.DescribeFileSystemsCommand({ FileSystemId: query.id });
      const answer = await client.send(command, { abortSignal: asking.signal });
      return answer.FileSystems?.[0];
    } finally {
      client.destroy();
    }
  });
  return found === null || found === undefined ? null : factsOf(found);
}

/** There is no call that finds a mount target by its address: each file system's are looked at. */
async function ownerOf(
  address: string,
  sdk: typeof Efs,
  client: Efs.EFSClient,
  { signal }: Asking,
): Promise<Efs.FileSystemDescription | undefined> {
  const options = { abortSignal: signal };
  const command = new sdk.DescribeFileSystemsCommand({ MaxItems: 100 });
  const all = (await client.send(command, options)).FileSystems ?? [];
  const owned = await Promise.all(
    all.slice(0, MAX_SEARCHED).map(async (one) => {
      const input = { FileSystemId: one.FileSystemId };
      const answer = await client.send(new sdk.DescribeMountTargetsCommand(input), options);
      return (answer.MountTargets ?? []).some(
        (target) => target.IpAddress === address || target.Ipv6Address === address,
      );
    }),
  );
  return all[owned.indexOf(true)];
}

const THROUGHPUT_MODES = {
  bursting: "bursting",
  provisioned: "provisioned",
  elastic: "elastic",
} as const;
const PERFORMANCE_MODES = { generalPurpose: "general-purpose", maxIO: "max-io" } as const;

function factsOf(found: Efs.FileSystemDescription): Described & { readonly id: string } {
  const zone = found.AvailabilityZoneName;
  const provisionedMibps = found.ProvisionedThroughputInMibps;
  const mode =
    found.ThroughputMode === undefined ? undefined : THROUGHPUT_MODES[found.ThroughputMode];
  const performance =
    found.PerformanceMode === undefined ? undefined : PERFORMANCE_MODES[found.PerformanceMode];
  return {
    id: found.FileSystemId ?? "",
    call: CALL,
    kind: "efs",
    kindName: "EFS",
    provisioned: stated({
      throughputMode: mode,
      performanceMode: performance,
      throughputBytesPerSecond:
        mode === "provisioned" && provisionedMibps !== undefined
          ? provisionedMibps * MEBIBYTE
          : undefined,
      availability: zone === undefined ? ("regional" as const) : ("one-zone" as const),
      zone,
      encrypted: found.Encrypted,
      storedBytes: found.SizeInBytes?.ValueInStandard ?? undefined,
    }),
    ...stated({ zoneId: found.AvailabilityZoneId }),
    states: stated({
      storedInfrequentAccessBytes: found.SizeInBytes?.ValueInIA || undefined,
      storedArchiveBytes: found.SizeInBytes?.ValueInArchive || undefined,
    }),
  };
}
