// @module-tag system
import { CreateSubnetCommand, CreateVpcCommand, EC2Client } from "@aws-sdk/client-ec2";
import { CreateFileSystemCommand, CreateMountTargetCommand, EFSClient } from "@aws-sdk/client-efs";
import { CreateFileSystemCommand as CreateLustreCommand, FSxClient } from "@aws-sdk/client-fsx";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { bucketRegion } from "../../../src/environment/aws/bucket.ts";
import { useMoto } from "../../moto.ts";
import { learn, machine, targetOf } from "../machines.ts";
import { putMetric } from "./put-metric.ts";

const apis = await useMoto();
const GIB = 2 ** 30;
const MIB = 2 ** 20;

const TMPFS = "0:1 / /data rw - tmpfs tmpfs rw";
const mounted = (source: string) => `0:45 / /data rw - nfs4 ${source} rw,vers=4.1`;

test.skipIf(!apis.available)("takes EFS facts and burst credits from the API", async () => {
  const made = await new EFSClient({}).send(
    new CreateFileSystemCommand({ CreationToken: "a", Encrypted: true }),
  );
  const id = made.FileSystemId ?? "";
  await putMetric("AWS/EFS", "BurstCreditBalance", { Name: "FileSystemId", Value: id }, 2e12);
  const target = targetOf("efs", {
    provisioned: { throughputMode: "elastic", availability: "regional" },
  });
  const line = mounted(`${id}.efs.eu-west-1.amazonaws.com:/`);
  const known = await learn(target, machine(line));
  expect(known).toMatchObject({
    describedKind: "efs",
    provisioned: {
      throughputMode: { value: "bursting", from: "described" },
      performanceMode: { value: "general-purpose", from: "described" },
      availability: { value: "regional", from: "described" },
      encrypted: { value: true, from: "described" },
      storedBytes: { value: 0, from: "described" },
    },
    states: { burstCreditBytes: 2e12 },
    mismatches: [
      "declared elastic as throughputMode, but DescribeFileSystems of EFS reports bursting",
    ],
  });
});

test.skipIf(!apis.available)(
  "finds a One Zone EFS by the address of its mount target",
  async () => {
    const ec2 = new EC2Client({});
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.7.0.0/16" }));
    const { Subnet } = await ec2.send(
      new CreateSubnetCommand({
        VpcId: Vpc?.VpcId,
        CidrBlock: "10.7.1.0/24",
        AvailabilityZone: "eu-west-1b",
      }),
    );
    const client = new EFSClient({});
    const { FileSystemId } = await client.send(
      new CreateFileSystemCommand({
        CreationToken: "b",
        ThroughputMode: "provisioned",
        ProvisionedThroughputInMibps: 100,
        AvailabilityZoneName: "eu-west-1b",
      }),
    );
    const { IpAddress } = await client.send(
      new CreateMountTargetCommand({ FileSystemId, SubnetId: Subnet?.SubnetId }),
    );
    const known = await learn(targetOf("efs"), machine(mounted(`${IpAddress}:/`)));
    expect(known).toMatchObject({
      describedKind: "efs",
      provisioned: {
        throughputMode: { value: "provisioned" },
        throughputBytesPerSecond: { value: 100 * MIB, from: "described" },
        availability: { value: "one-zone" },
        zone: { value: "eu-west-1b" },
      },
      mismatches: [],
      unknown: [],
    });
  },
);

test.skipIf(!apis.available)("finds an FSx for Lustre file system by its id", async () => {
  const { FileSystem } = await new FSxClient({}).send(
    new CreateLustreCommand({
      FileSystemType: "LUSTRE",
      StorageCapacity: 4800,
      StorageType: "SSD",
      SubnetIds: ["subnet-0123456789abcdef0"],
      LustreConfiguration: {
        DeploymentType: "PERSISTENT_2",
        PerUnitStorageThroughput: 125,
        MetadataConfiguration: { Mode: "USER_PROVISIONED", Iops: 6000 },
      },
    }),
  );
  const id = FileSystem?.FileSystemId ?? "";
  const target = targetOf("fsx-lustre", { provisioned: { deployment: "scratch-2" } });
  const source = `${id}.fsx.eu-west-1.amazonaws.com@tcp:/abcdbev`;
  const known = await learn(target, machine(`0:52 / /data rw - lustre ${source} rw,flock`));
  expect(known).toMatchObject({
    describedKind: "fsx-lustre",
    provisioned: {
      sizeBytes: { value: 4800 * GIB, from: "described" },
      deployment: { value: "persistent-2" },
      medium: { value: "ssd" },
      throughputPerTibBytesPerSecond: { value: 125e6 },
      metadataIops: { value: 6000 },
    },
    mismatches: [
      "declared scratch-2 as deployment, but DescribeFileSystems of FSx reports persistent-2",
    ],
  });
});

test.skipIf(!apis.available)("reports a region that differs from the declared one", async () => {
  const client = new S3Client({ forcePathStyle: true });
  const CreateBucketConfiguration = { LocationConstraint: "eu-west-1" } as const;
  await client.send(new CreateBucketCommand({ Bucket: "regional", CreateBucketConfiguration }));
  const address = {
    endpoint: apis.endpoint,
    region: "us-east-1",
    bucket: "regional",
    prefix: "",
    pathStyle: true,
  };
  const signal = AbortSignal.timeout(60_000);
  const asking = { region: null, signal, now: new Date(), failed: [] };
  expect(await bucketRegion(address, asking)).toBe("eu-west-1");
  // The region of a server other than Amazon S3 is not queried, whatever its declared kind.
  const target = { name: "b", kind: "s3", address: { kind: "bucket", ...address } } as const;
  const known = await learn({ ...target, provisioned: {} }, machine(TMPFS));
  expect(known).toMatchObject({ backing: null, states: {}, mismatches: [], misfit: null });
});
