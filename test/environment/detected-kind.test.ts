import { describe, expect, test } from "vitest";
import { backingOfMount } from "../../src/environment/backing/backing.ts";
import { readMounts } from "../../src/environment/machine/mount.ts";
import { detectKind } from "../../src/model/target/detected-kind.ts";
import { declaredKnowledge } from "../../src/model/target/knowledge.ts";
import { machine, NITRO_LINE, nitroDisk } from "./machines.ts";

type Tree = Readonly<Record<string, string>>;

/** Detects the storage of `/data` on a recorded host. */
function detected(line: string, ...trees: readonly Tree[]) {
  const roots = machine(line, ...trees);
  const [mount] = readMounts(roots);
  if (mount === undefined) throw new Error("nothing is mounted");
  const backing = backingOfMount(mount, roots);
  return detectKind({ ...declaredKnowledge({ provisioned: {} }), backing });
}

function instanceStore(): Tree {
  return {
    "sys/dev/block/259:3": "-> ../../devices/nvme2n1",
    "sys/devices/nvme2n1/dev": "259:3",
    "sys/devices/nvme2n1/device/model": "Amazon EC2 NVMe Instance Storage",
  };
}

describe("kind of a target without a declaration", () => {
  test("an EBS volume has an id, but no type", () => {
    expect(detected(NITRO_LINE, nitroDisk("vol-0a1b2c3d"))).toEqual({
      kind: null,
      storage: "an EBS volume, vol-0a1b2c3d",
      missing: "volume type unknown: add --kind ebs-gp3 (or ebs-gp2, ebs-io2, ebs-st1, ebs-sc1)",
    });
  });

  test("an EBS volume has the type that AWS describes", () => {
    const roots = machine(NITRO_LINE, nitroDisk("vol-0a1b2c3d"));
    const [mount] = readMounts(roots);
    if (mount === undefined) throw new Error("nothing is mounted");
    const backing = backingOfMount(mount, roots);
    const known = { ...declaredKnowledge({ provisioned: {} }), backing };
    expect(detectKind({ ...known, describedKind: "ebs-io2" })).toEqual({
      kind: "ebs-io2",
      storage: "an EBS volume, vol-0a1b2c3d, EBS io2",
      missing: null,
    });
  });

  test.each([
    ["instance store", "259:3 / /data rw - xfs /dev/nvme2n1 rw", "instance-store"],
    [
      "EFS by its name",
      "0:50 / /data rw - nfs4 fs-0123abcd.efs.eu-west-1.amazonaws.com:/ rw,vers=4.1,addr=10.0.0.9",
      "efs",
    ],
    [
      "EFS through the mount helper",
      "0:50 / /data rw - nfs4 127.0.0.1:/ rw,vers=4.1,port=20049,addr=127.0.0.1",
      "efs",
    ],
    [
      "FSx for Lustre by its name",
      "0:51 / /data rw - lustre fs-0abc.fsx.eu-west-1.amazonaws.com@tcp:/abcd rw",
      "fsx-lustre",
    ],
  ])("detects %s", (_, line, kind) => {
    expect(detected(line, instanceStore())).toMatchObject({ kind, missing: null });
  });

  test.each([
    [
      "another Lustre server",
      "0:51 / /data rw - lustre 10.0.1.5@tcp:/abcd rw",
      "--kind fsx-lustre",
    ],
    ["an NFS server", "0:50 / /data rw - nfs4 10.0.0.9:/ rw,vers=4.1,addr=10.0.0.9", "--kind efs"],
    ["a Xen disk", "202:80 / /data rw - ext4 /dev/xvdf rw", "instance-store"],
  ])("names the option for %s", (_, line, option) => {
    const disk = {
      "sys/dev/block/202:80": "-> ../../devices/xvdf",
      "sys/devices/xvdf/dev": "202:80",
    };
    const found = detected(line, disk);
    expect(found.kind).toBeNull();
    expect(found.missing).toContain(option);
  });
});

describe("storage that is no target kind of AWS", () => {
  test.each([
    ["fuse.mount-s3", "Mountpoint for Amazon S3"],
    ["fuse.s3fs", "the S3 client s3fs"],
    ["fuse.goofys", "the S3 client goofys"],
    ["fuse.sshfs", "an unknown program"],
  ])("%s is a FUSE client and no kind of AWS", (type, storage) => {
    const found = detected(`0:52 / /data rw - ${type} bucket rw`);
    expect(found).toMatchObject({ kind: null, missing: null });
    expect(found.storage).toContain(storage);
  });

  test("nothing is known without a mount", () => {
    const nothing = declaredKnowledge({ provisioned: {} });
    expect(detectKind(nothing)).toEqual({ kind: null, storage: null, missing: null });
  });
});
