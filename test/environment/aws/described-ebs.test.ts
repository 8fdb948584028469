// @module-tag system
import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  type CreateVolumeCommandInput,
  DescribeImagesCommand,
  EC2Client,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { expect, test } from "vitest";
import { useMoto } from "../../moto.ts";
import { learn, machine, NITRO_LINE, nitroDisk, targetOf } from "../machines.ts";
import { METADATA, metadataService } from "./metadata-server.ts";
import { putMetric } from "./put-metric.ts";

const apis = await useMoto();
const GIB = 2 ** 30;
const MIB = 2 ** 20;

async function makeVolume(input: Omit<CreateVolumeCommandInput, "AvailabilityZone">) {
  const all = { AvailabilityZone: "eu-west-1a", ...input };
  const { VolumeId = "" } = await new EC2Client({}).send(new CreateVolumeCommand(all));
  return VolumeId;
}

test.skipIf(!apis.available)(
  "takes gp3 facts from DescribeVolumes and compares declared ones with them",
  async () => {
    const id = await makeVolume({ VolumeType: "gp3", Size: 500, Iops: 3000, Throughput: 250 });
    const target = targetOf("ebs-gp3", {
      provisioned: { sizeBytes: 500 * GIB, iops: 6000, encrypted: true, origin: "empty" },
    });
    const known = await learn(target, machine(NITRO_LINE, nitroDisk(id)));
    expect(known).toMatchObject({
      describedKind: "ebs-gp3",
      backing: { kind: "ebs", id },
      provisioned: {
        sizeBytes: { value: 500 * GIB, from: "described" },
        iops: { value: 3000, from: "described" },
        throughputBytesPerSecond: { value: 250 * MIB, from: "described" },
        encrypted: { value: false, from: "described" },
        origin: { value: "empty", from: "described" },
        zone: { value: "eu-west-1a", from: "described" },
      },
      unknown: [],
    });
    expect(known.provisioned.initialised).toBeUndefined();
    expect(known.mismatches).toEqual([
      "declared 6,000 IOPS, but DescribeVolumes reports 3,000",
      "declared encrypted: yes, but DescribeVolumes reports no",
    ]);
  },
);

test.skipIf(!apis.available)(
  "reports a volume type that differs from the declared one",
  async () => {
    const id = await makeVolume({ VolumeType: "gp2", Size: 100 });
    const known = await learn(targetOf("ebs-gp3"), machine(NITRO_LINE, nitroDisk(id)));
    expect(known.describedKind).toBe("ebs-gp2");
    expect(known.mismatches).toEqual([
      "declared as an EBS gp3 volume, but DescribeVolumes reports gp2",
    ]);
    // Its baseline is not provisioned.
    expect(known.provisioned.iops).toBeUndefined();
  },
);

test.skipIf(!apis.available)("reads the burst balance from CloudWatch", async () => {
  const id = await makeVolume({ VolumeType: "gp2", Size: 100 });
  await putMetric("AWS/EBS", "BurstBalance", { Name: "VolumeId", Value: id }, 87.5);
  const known = await learn(targetOf("ebs-gp2"), machine(NITRO_LINE, nitroDisk(id)));
  expect(known.states).toEqual({
    burstBalancePercent: 87.5,
    burstBalanceAt: expect.stringMatching(/^20\d\d-.*Z$/),
  });
});

test.skipIf(!apis.available)(
  "sums the volumes of a stripe; reports other arrays as unknown",
  async () => {
    const input = { VolumeType: "gp3", Size: 100, Iops: 4000, Throughput: 200 } as const;
    const one = nitroDisk(await makeVolume(input), "nvme1n1", "259:1");
    const two = nitroDisk(await makeVolume(input), "nvme2n1", "259:2");
    const array = (level: string) => ({
      "sys/dev/block/9:0": "-> ../../devices/md0",
      "sys/devices/md0/dev": "9:0",
      "sys/devices/md0/md/level": level,
      "sys/devices/md0/slaves/nvme1n1": "-> ../../nvme1n1",
      "sys/devices/md0/slaves/nvme2n1": "-> ../../nvme2n1",
    });
    const line = "9:0 / /data rw - xfs /dev/md0 rw";
    const target = targetOf("ebs-gp3");
    const striped = await learn(target, machine(line, one, two, array("raid0")));
    expect(striped.provisioned).toMatchObject({
      sizeBytes: { value: 200 * GIB },
      iops: { value: 8000, from: "described" },
      throughputBytesPerSecond: { value: 400 * MIB },
      zone: { value: "eu-west-1a" },
    });
    const mirrored = await learn(target, machine(line, one, two, array("raid1")));
    expect(mirrored.provisioned).toEqual({});
    expect(mirrored.unknown).toEqual([
      expect.stringMatching(/^2 volumes \(gp3\) are combined; .*; declare it$/),
    ]);
  },
);

test.skipIf(!apis.available)("finds the volume of a Xen disk by its attachment", async () => {
  const ec2 = new EC2Client({});
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({}));
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({
      ImageId: Images[0]?.ImageId,
      MinCount: 1,
      MaxCount: 1,
      Placement: { AvailabilityZone: "eu-west-1a" },
    }),
  );
  const InstanceId = Instances[0]?.InstanceId ?? "";
  const VolumeId = await makeVolume({ VolumeType: "io2", Size: 200, Iops: 20_000 });
  await ec2.send(new AttachVolumeCommand({ InstanceId, VolumeId, Device: "/dev/sdf" }));
  const { endpoint } = await metadataService({ ...METADATA, "instance-id": InstanceId });
  const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint };
  const xvdf = {
    "sys/dev/block/202:80": "-> ../../devices/xvdf",
    "sys/devices/xvdf/dev": "202:80",
  };
  const roots = machine("202:80 / /data rw - ext4 /dev/xvdf rw", xvdf);
  const known = await learn(targetOf("ebs-io2"), roots, { env });
  expect(known).toMatchObject({
    describedKind: "ebs-io2",
    provisioned: { iops: { value: 20_000, from: "described" } },
    instance: {
      type: { value: "m6a.4xlarge", from: "detected" },
      ebsBaselineIops: { value: 20_000, from: "described" },
      ebsMaximumBytesPerSecond: { value: 1250e6, from: "described" },
      networkBaselineBytesPerSecond: { value: 781_250_000, from: "described" },
    },
    mismatches: [],
    unknown: [],
  });
});

test.skipIf(!apis.available)("reports a volume of another account in one message", async () => {
  const known = await learn(targetOf("ebs-gp3"), machine(NITRO_LINE, nitroDisk("vol-0dead")));
  expect(known.provisioned).toEqual({});
  expect(known.unknown).toEqual(["DescribeVolumes failed: InvalidVolume.NotFound"]);
});
