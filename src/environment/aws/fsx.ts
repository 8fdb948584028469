import type * as Fsx from "@aws-sdk/client-fsx";
import { DEPLOYMENTS, MEDIA } from "../../model/target/target.ts";
import { type Asking, ask, clientOptions, type Described, stated } from "./aws.ts";

const GIBIBYTE = 2 ** 30;
const MEGABYTE = 1e6;
const CALL = "DescribeFileSystems of FSx";

/** A Lustre file system of FSx by its id, or by the name it is mounted under. */
export async function describeLustre(
  query: { readonly id: string | null; readonly mountName: string },
  asking: Asking,
): Promise<Described | null> {
  const found = await withFsx(asking, CALL, async (sdk, client) => {
    const input = query.id === null ? {} : { FileSystemIds: [query.id] };
    const command = new sdk.DescribeFileSystemsCommand(input);
    const { FileSystems = [] } = await client.send(command, { abortSignal: asking.signal });
    return FileSystems.find(
      ({ FileSystemId, LustreConfiguration: lustre }) =>
        (query.id !== null && FileSystemId === query.id) || lustre?.MountName === query.mountName,
    );
  });
  if (found === null || found === undefined) return null;
  return factsOf(found, await isLinked(found, asking));
}

function withFsx<T>(
  asking: Asking,
  call: string,
  use: (sdk: typeof Fsx, client: Fsx.FSxClient) => Promise<T>,
): Promise<T | null> {
  return ask(asking, call, async () => {
    const sdk = await import("@aws-sdk/client-fsx");
    const client = new sdk.FSxClient(clientOptions(asking));
    try {
      return await use(sdk, client);
    } finally {
      client.destroy();
    }
  });
}

/** Scratch file systems carry the link themselves, persistent ones have associations. */
async function isLinked(found: Fsx.FileSystem, asking: Asking): Promise<boolean | undefined> {
  const { DataRepositoryConfiguration: own, DeploymentType } = found.LustreConfiguration ?? {};
  if (own?.ImportPath !== undefined) return true;
  if (DeploymentType === "SCRATCH_1") return false;
  const call = "DescribeDataRepositoryAssociations";
  const answer = await withFsx(asking, call, (sdk, client) => {
    const Filters = [{ Name: "file-system-id" as const, Values: [found.FileSystemId ?? ""] }];
    return client.send(new sdk.DescribeDataRepositoryAssociationsCommand({ Filters }), {
      abortSignal: asking.signal,
    });
  });
  return answer === null ? undefined : (answer.Associations ?? []).length > 0;
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
    provisioned: stated({
      sizeBytes:
        grows || found.StorageCapacity === undefined ? undefined : found.StorageCapacity * GIBIBYTE,
      deployment,
      medium,
      throughputPerTibBytesPerSecond: perTib === undefined ? undefined : perTib * MEGABYTE,
      throughputBytesPerSecond: throughput === undefined ? undefined : throughput * MEGABYTE,
      metadataIops: lustre?.MetadataConfiguration?.Iops,
      linkedToS3,
      // FSx has encrypted everything at rest since it began; only a key of one's own is optional.
      encrypted: true,
    }),
    states: stated({
      lifecycle: found.Lifecycle === "AVAILABLE" ? undefined : found.Lifecycle,
      compression: lustre?.DataCompressionType === "LZ4" ? "LZ4" : undefined,
    }),
  };
}
