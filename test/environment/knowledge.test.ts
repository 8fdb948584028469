import { expect, test } from "vitest";
import { knowledgeWarnings } from "../../src/environment/knowledge.ts";
import { metadataService, serve } from "./aws/metadata-server.ts";
import { learn, machine, NITRO_LINE, nitroDisk, targetOf } from "./machines.ts";

const OFFLINE = { offline: true };
const LOOP_LINE = "7:0 / /data rw - ext4 /dev/loop0 rw";
const LOOP = { "sys/dev/block/7:0": "-> ../../devices/loop0", "sys/devices/loop0/dev": "7:0" };
const NITRO = nitroDisk("vol-0aa");
const GIB = 2 ** 30;

test("reports declared facts as declared and assumes nothing", async () => {
  const target = targetOf("ebs-gp3", { provisioned: { sizeBytes: 500 * GIB } });
  expect(await learn(target, machine(NITRO_LINE, NITRO), OFFLINE)).toEqual({
    backing: {
      kind: "ebs",
      id: "vol-0aa",
      evidence: "nvme1n1 has the model Amazon Elastic Block Store",
      members: [],
      mountOptions: [],
    },
    provisioned: { sizeBytes: { value: 500 * GIB, from: "declared" } },
    instance: {},
    states: {},
    mismatches: [],
    misfit: null,
    unknown: ["instance metadata and AWS APIs were not queried (--offline)"],
  });
});

test.each([
  ["ebs-gp3", LOOP_LINE, LOOP, "declared as an EBS gp3 volume, but the storage is a loop device"],
  ["efs", NITRO_LINE, NITRO, "declared as an EFS file system, but the storage is an EBS volume"],
  ["ebs-io2", "0:9 / /data rw - tmpfs tmpfs rw", {}, "but the storage is memory"],
  ["fsx-lustre", "0:9 / /data rw - nfs4 10.0.0.1:/ rw", {}, "but the storage is an NFS server"],
  ["efs", "0:9 / /data rw - nfs4 127.0.0.1:/ rw,vers=4.2", {}, "but the storage is S3 Files"],
  ["instance-store", NITRO_LINE, NITRO, "but the storage is an EBS volume"],
] as const)(
  "reports a mismatch for %s on other storage (%s)",
  async (kind, line, tree, sentence) => {
    const known = await learn(targetOf(kind), machine(line, tree), OFFLINE);
    expect(known.mismatches).toEqual([expect.stringContaining(sentence)]);
    expect(knowledgeWarnings(known)).toEqual([
      {
        code: "declared-mismatch",
        event: { name: "Declared value differs from the described one" },
        message: expect.stringContaining(`${known.mismatches[0]?.slice(1)}. Comparisons with`),
      },
    ]);
    expect(known.misfit).toBe(known.mismatches[0]);
  },
);

test.each([
  ["ebs-gp3", NITRO_LINE, NITRO],
  ["directory", LOOP_LINE, LOOP],
  ["directory", "0:9 / /data rw - tmpfs tmpfs rw", {}],
  ["efs", "0:9 / /data rw - nfs4 fs-0a.efs.eu-west-1.amazonaws.com:/ rw", {}],
  ["fsx-lustre", "0:9 / /data rw - lustre 10.0.0.1@tcp:/abc rw", {}],
] as const)("%s on %s is what it was said to be", async (kind, line, tree) => {
  expect((await learn(targetOf(kind), machine(line, tree), OFFLINE)).mismatches).toEqual([]);
});

test.each([
  ["ebs-gp3", "0:9 / /data rw - overlay overlay rw", "use a bind mount to show it"],
  ["efs", "0:9 / /data rw - nfs4 10.0.0.1:/ rw", "an address of an unknown service"],
] as const)("reports no mismatch for invisible storage: %s on %s", async (kind, line, sentence) => {
  const known = await learn(targetOf(kind), machine(line), OFFLINE);
  expect(known.mismatches).toEqual([]);
  expect(known.unknown.join()).toContain(sentence);
});

test("reports no mismatch of disk or host for an emulated target", async () => {
  const { endpoint, seen } = await metadataService();
  const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint };
  const target = targetOf("ebs-gp3", {
    provisioned: { iops: 6000 },
    instance: { type: "m6a.4xlarge" },
    emulated: { scale: 1000 },
  });
  const known = await learn(target, machine(LOOP_LINE, LOOP), { env });
  expect(seen).toEqual([]);
  expect(known).toMatchObject({
    backing: { kind: "loop-device" },
    provisioned: { iops: { value: 6000, from: "declared" } },
    instance: {
      type: { value: "m6a.4xlarge", from: "declared" },
      ebsBaselineBytesPerSecond: { value: 625e6, from: "published" },
      ebsMaximumIops: { value: 40_000, from: "published" },
      networkMaximumBytesPerSecond: { value: 12.5e9 / 8, from: "published" },
    },
    mismatches: [],
    unknown: [],
  });
});

test("prefers the detected instance type and reports a declared one that differs", async () => {
  const { endpoint } = await metadataService();
  const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint };
  const target = targetOf("directory", { instance: { type: "m5.large", ebsBaselineIops: 3600 } });
  const known = await learn(target, machine(LOOP_LINE, LOOP), { env, withinMs: 1 });
  expect(known.instance).toMatchObject({
    type: { value: "m6a.4xlarge", from: "detected" },
    zone: { value: "eu-west-1a", from: "detected" },
    region: { value: "eu-west-1", from: "detected" },
    // Declared limits take precedence over the table.
    ebsBaselineIops: { value: 3600, from: "declared" },
    ebsMaximumIops: { value: 40_000, from: "published" },
  });
  expect(known.mismatches).toEqual([
    "declared m5.large as instance type, but instance metadata reports m6a.4xlarge",
    "declared 3,600 as EBS IOPS, but the table of instance types reports 20,000",
  ]);
  expect(known.unknown).toEqual(["DescribeInstanceTypes failed: no response in time"]);
});

test("reports a declared instance type on a host of another maker", async () => {
  const tree = { ...LOOP, "sys/class/dmi/id/sys_vendor": "QEMU" };
  const target = targetOf("directory", { instance: { type: "m6a.4xlarge" } });
  const known = await learn(target, machine(LOOP_LINE, tree), OFFLINE);
  expect(known.mismatches).toEqual([
    "declared as measured on m6a.4xlarge, but the maker of this host is QEMU",
  ]);
});

test("reads the instance type from Nitro firmware without requests", async () => {
  const dmi = {
    "sys/class/dmi/id/sys_vendor": "Amazon EC2",
    "sys/class/dmi/id/product_name": "g5.xlarge",
  };
  const known = await learn(targetOf("ebs-gp3"), machine(NITRO_LINE, NITRO, dmi), OFFLINE);
  expect(known.instance).toMatchObject({
    type: { value: "g5.xlarge", from: "detected" },
    ebsBaselineBytesPerSecond: { value: 87.5e6, from: "published" },
  });
});

test("reports unknown limits of an unlisted instance type", async () => {
  const target = targetOf("directory", { instance: { type: "zz9.large" } });
  const known = await learn(target, machine(LOOP_LINE, LOOP), OFFLINE);
  expect(known.unknown).toEqual([
    "the limits of zz9.large are unknown (not in scenarios/instances.yaml); declare them",
  ]);
});

test("reports a metadata service that does not respond", async () => {
  const { endpoint } = await serve(() => {});
  const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint };
  const options = { env, metadataWithinMs: 100 };
  const known = await learn(targetOf("directory"), machine(LOOP_LINE, LOOP), options);
  expect(known.unknown).toEqual([expect.stringContaining("did not respond within 0.1 s")]);
});

test("finds no backing for a target in memory", async () => {
  const target = targetOf("null", { address: { kind: "memory", synthetic: null } });
  expect(await learn(target, machine(LOOP_LINE, LOOP))).toMatchObject({
    backing: null,
    unknown: [],
  });
});
