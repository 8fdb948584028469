import type * as Efs from "@aws-sdk/client-efs";
import {
  type AwsContext,
  callAws,
  clientOptions,
  type Described,
  type DescribedStorage,
  definedFacts,
} from "./aws.ts";
import { efsBalance } from "./balance.ts";

const MEBIBYTE = 2 ** 20;
/** Maximum file systems whose mount targets are searched for an address. */
const MAX_SEARCHED = 20;

/** Selects a file system by id, or by the address of one of its mount targets. */
type EfsQuery = { readonly id: string } | { readonly address: string };

const CALL = "DescribeFileSystems of EFS";

/**
 * Describes an EFS file system by its id or by the address of one of its mount targets, with its
 * burst credits in mode `bursting`.
 */
export async function describeEfs(query: EfsQuery, aws: AwsContext): Promise<DescribedStorage> {
  const described = await describeFileSystem(query, aws);
  if (described?.provisioned.throughputMode !== "bursting") return { described, unknown: [] };
  const balance = await efsBalance(described.id, aws);
  const burst =
    balance === null ? {} : { burstCreditBytes: balance.value, burstBalanceAt: balance.at };
  return { described: { ...described, states: { ...described.states, ...burst } }, unknown: [] };
}

async function describeFileSystem(
  query: EfsQuery,
  aws: AwsContext,
): Promise<(Described & { readonly id: string }) | null> {
  const found = await callAws(aws, CALL, async () => {
    const sdk = await import("@aws-sdk/client-efs");
    const client = new sdk.EFSClient(clientOptions(aws));
    try {
      if ("address" in query) return await ownerOf(query.address, sdk, client, aws);
      const command = new sdk.DescribeFileSystemsCommand({ FileSystemId: query.id });
      const response = await client.send(command, { abortSignal: aws.signal });
      return response.FileSystems?.[0];
    } finally {
      client.destroy();
    }
  });
  return found === null || found === undefined ? null : factsOf(found);
}

/** Finds the file system with a mount target at an address, which no single API call does. */
async function ownerOf(
  address: string,
  sdk: typeof Efs,
  client: Efs.EFSClient,
  { signal }: AwsContext,
): Promise<Efs.FileSystemDescription | undefined> {
  const options = { abortSignal: signal };
  const command = new sdk.DescribeFileSystemsCommand({ MaxItems: 100 });
  const all = (await client.send(command, options)).FileSystems ?? [];
  const owned = await Promise.all(
    all.slice(0, MAX_SEARCHED).map(async (one) => {
      const input = { FileSystemId: one.FileSystemId };
      const response = await client.send(new sdk.DescribeMountTargetsCommand(input), options);
      return (response.MountTargets ?? []).some(
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
    provisioned: definedFacts({
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
    ...definedFacts({ zoneId: found.AvailabilityZoneId }),
    states: definedFacts({
      storedInfrequentAccessBytes: found.SizeInBytes?.ValueInIA || undefined,
      storedArchiveBytes: found.SizeInBytes?.ValueInArchive || undefined,
    }),
  };
}
