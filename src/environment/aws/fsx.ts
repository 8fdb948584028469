import type * as Fsx from "@aws-sdk/client-fsx";
import { DEPLOYMENTS, MEDIA } from "../../model/target/target.ts";
import { type AwsContext, callAws, clientOptions, type Described, definedFacts } from "./aws.ts";

const GIBIBYTE = 2 ** 30;
const MEGABYTE = 1e6;
const CALL = "DescribeFileSystems of FSx";

/** Describes an FSx for Lustre file system by its id or its mount name. */
export async function describeLustre(
  query: { readonly id: string | null; readonly mountName: string },
  aws: AwsContext,
): Promise<Described | null> {
  const found = await withFsx(aws, CALL, async (sdk, client) => {
    const input = query.id === null ? {} : { FileSystemIds: [query.id] };
    const command = new sdk.DescribeFileSystemsCommand(input);
    const { FileSystems = [] } = await client.send(command, { abortSignal: aws.signal });
    return FileSystems.find(
      ({ FileSystemId, LustreConfiguration: lustre }) =>
        (query.id !== null && FileSystemId === query.id) || lustre?.MountName === query.mountName,
    );
  });
  if (found === null || found === undefined) return null;
  return factsOf(found, await isLinked(found, aws));
}

function withFsx<T>(
  aws: AwsContext,
  call: string,
  use: (sdk: typeof Fsx, client: Fsx.FSxClient) => Promise<T>,
): Promise<T | null> {
  return callAws(aws, call, async () => {
    const sdk = await import("@aws-sdk/client-fsx");
    const client = new sdk.FSxClient(clientOptions(aws));
    try {
      return await use(sdk, client);
    } finally {
      client.destroy();
    }
  });
}

/** Whether a file system is linked to S3: directly (scratch) or by associations (persistent). */
async function isLinked(found: Fsx.FileSystem, aws: AwsContext): Promise<boolean | undefined> {
  const { DataRepositoryConfiguration: own, DeploymentType } = found.LustreConfiguration ?? {};
  if (own?.ImportPath !== undefined) return true;
  if (DeploymentType === "SCRATCH_1") return false;
  const call = "DescribeDataRepositoryAssociations";
  const response = await withFsx(aws, call, (sdk, client) => {
    const Filters = [{ Name: "file-system-id" as const, Values: [found.FileSystemId ?? ""] }];
    return client.send(new sdk.DescribeDataRepositoryAssociationsCommand({ Filters }), {
      abortSignal: aws.signal,
    });
  });
  return response === null ? undefined : (response.Associations ?? []).length > 0;
}

function factsOf(found: Fsx.FileSystem, linkedToS3: boolean | undefined): Described {
  const lustre = found.LustreConfiguration;
  const word = (text: string | undefined) => text?.toLowerCase().replaceAll("_", "-");
  const deployment = DEPLOYMENTS.find((one) => one === word(lustre?.DeploymentType));
  const medium = MEDIA.find((one) => one === word(found.StorageType));
  const perTib = lustre?.PerUnitStorageThroughput;
  const throughput = lustre?.ThroughputCapacity;
  const grows = medium === "intelligent-tiering";
  return {
    call: CALL,
    ...(found.FileSystemType === "LUSTRE" ? { kind: "fsx-lustre" as const } : {}),
    kindName: found.FileSystemType ?? "unknown",
    provisioned: definedFacts({
      sizeBytes:
        grows || found.StorageCapacity === undefined ? undefined : found.StorageCapacity * GIBIBYTE,
      deployment,
      medium,
      throughputPerTibBytesPerSecond: perTib === undefined ? undefined : perTib * MEGABYTE,
      throughputBytesPerSecond: throughput === undefined ? undefined : throughput * MEGABYTE,
      metadataIops: lustre?.MetadataConfiguration?.Iops,
      linkedToS3,
      // FSx always encrypts data at rest.
      encrypted: true,
    }),
    states: definedFacts({
      lifecycle: found.Lifecycle === "AVAILABLE" ? undefined : found.Lifecycle,
      compression: lustre?.DataCompressionType === "LZ4" ? "LZ4" : undefined,
    }),
  };
}
