import { expect, test } from "vitest";
import { backingOfMount, findBacking } from "../../../src/environment/backing/backing.ts";
import { diskBacking, withMapping } from "../../../src/environment/backing/disk.ts";
import { readMounts } from "../../../src/environment/machine/mount.ts";
import type { Backing } from "../../../src/model/target/backing.ts";
import { recorded } from "../recorded.ts";

type Tree = Readonly<Record<string, string>>;

/** A disk in sysfs, by its number. */
function disk(number: string, name: string, files: Tree = {}): Tree {
  const node = `sys/devices/${name}`;
  return {
    [`sys/dev/block/${number}`]: `-> ../../devices/${name}`,
    [`${node}/dev`]: number,
    ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`${node}/${path}`, text])),
  };
}

const nvme = (model: string, serial = ""): Tree => ({
  "device/model": `${model}        `,
  ...(serial === "" ? {} : { "device/serial": serial }),
});
const EBS = nvme("Amazon Elastic Block Store", "vol0a1b2c3d4e5f60718");

/** The backing of the only mount of a recorded host. */
function below(line: string, ...trees: readonly Tree[]): Backing {
  const roots = recorded({ "proc/self/mountinfo": `20 1 ${line}` }, ...trees);
  const [mount] = readMounts(roots);
  if (mount === undefined) throw new Error("nothing is mounted");
  return backingOfMount(mount, roots);
}

test("identifies the EBS volume of a Nitro disk", () => {
  expect(below("259:1 / /data rw - ext4 /dev/nvme1n1 rw", disk("259:1", "nvme1n1", EBS))).toEqual({
    kind: "ebs",
    id: "vol-0a1b2c3d4e5f60718",
    evidence: "nvme1n1 has the model Amazon Elastic Block Store",
    members: [],
    mountOptions: [],
  });
});

test("identifies a partition by its disk", () => {
  const part = {
    "sys/dev/block/259:2": "-> ../../devices/nvme1n1/nvme1n1p1",
    "sys/devices/nvme1n1/nvme1n1p1/partition": "1",
    "sys/devices/nvme1n1/nvme1n1p1/dev": "259:2",
  };
  const found = below("259:2 / / rw - xfs /dev/nvme1n1p1 rw", disk("259:1", "nvme1n1", EBS), part);
  expect(found).toMatchObject({ kind: "ebs", id: "vol-0a1b2c3d4e5f60718" });
});

test.each([
  ["nvme2n1", nvme("Amazon EC2 NVMe Instance Storage", "AWS123"), "instance-store"],
  ["xvdf", {}, "ebs-or-instance-store"],
  ["xvda1", {}, "ebs-or-instance-store"],
  ["loop3", { "loop/backing_file": "/images/disk" }, "loop-device"],
  ["zram0", {}, "memory"],
  ["nvme0n1", nvme("Samsung SSD 990 PRO"), "other-disk"],
  ["vda", {}, "other-disk"],
])("identifies %s", (name, files, kind) => {
  const found = diskBacking("8:0", recorded(disk("8:0", name, files)));
  expect(found).toMatchObject({ kind, id: null });
  expect(found.evidence).toContain(name);
});

test("does not take a Xen disk outside EC2 for EBS", () => {
  const maker = { "sys/class/dmi/id/sys_vendor": "Xen" };
  const found = diskBacking("8:0", recorded(disk("8:0", "xvda"), maker));
  expect(found).toMatchObject({ kind: "other-disk" });
  expect(found.evidence).toContain("a host made by Xen");
});

test("lists both volumes of a stripe, and the volume below encryption", () => {
  const one = disk("259:1", "nvme1n1", EBS);
  const two = disk("259:2", "nvme2n1", nvme("Amazon Elastic Block Store", "vol0bb"));
  const slaves = (...names: readonly string[]): Tree =>
    Object.fromEntries(names.map((name) => [`slaves/${name}`, `-> ../../${name}`]));
  const md = disk("9:0", "md0", { "md/level": "raid0", ...slaves("nvme1n1", "nvme2n1") });
  const crypt = disk("253:0", "dm-0", { "dm/uuid": "CRYPT-LUKS2-ff-x", ...slaves("md0") });
  const roots = recorded(one, two, md, crypt);
  const array = diskBacking("9:0", roots);
  expect(array).toMatchObject({ kind: "ebs", id: null, arrangement: "raid0" });
  expect(array.members.map(({ id }) => id)).toEqual(["vol-0a1b2c3d4e5f60718", "vol-0bb"]);
  expect(diskBacking("253:0", roots)).toMatchObject({
    kind: "ebs",
    arrangement: "crypt",
    members: [{ arrangement: "raid0", members: [{ id: "vol-0a1b2c3d4e5f60718" }, {}] }],
  });
});

test("reports a volume group over different disks as unknown", () => {
  const one = disk("259:1", "nvme1n1", EBS);
  const two = disk("259:2", "nvme2n1", nvme("Amazon EC2 NVMe Instance Storage"));
  const slaves = { "slaves/nvme1n1": "-> ../../nvme1n1", "slaves/nvme2n1": "-> ../../nvme2n1" };
  const lvm = disk("253:1", "dm-1", { "dm/uuid": "LVM-abc", ...slaves });
  const found = diskBacking("253:1", recorded(one, two, lvm));
  expect(found).toMatchObject({ kind: "unknown", id: null, arrangement: "lvm" });
});

test("identifies a Xen disk by the mapping of instance metadata", () => {
  const found = diskBacking("8:16", recorded(disk("8:16", "xvdb")));
  expect(withMapping(found, { ephemeral0: "sdb", ebs1: "sdf" }).kind).toBe("instance-store");
  expect(withMapping(found, { ebs1: "sdb" })).toMatchObject({
    kind: "ebs-or-instance-store",
    evidence: expect.stringContaining("maps it as ebs1"),
  });
  expect(withMapping(found, { ebs1: "sdf" })).toBe(found);
});

test.each([
  ["nfs4 fs-0ab1.efs.eu-west-1.amazonaws.com:/", "efs", "fs-0ab1"],
  ["nfs4 eu-west-1a.fs-0ab1.efs.eu-west-1.amazonaws.com:/x", "efs", "fs-0ab1"],
  ["nfs fs-0cd2.fsx.us-east-1.amazonaws.com:/fsx/vol", "fsx-openzfs", "fs-0cd2"],
  ["nfs svm-0ee.fs-0cd2.fsx.us-east-1.amazonaws.com:/vol1", "fsx-ontap", "fs-0cd2"],
  ["nfs4 10.0.3.17:/", "nfs", null],
  ["nfs4 [fd00:1::2]:/", "nfs", null],
  ["nfs4 nas.example.org:/export", "nfs", null],
  ["nfs4 fs-0ab1.efs.eu-west-1.amazonaws.com.example.org:/", "nfs", null],
  ["lustre 10.0.1.5@tcp:/abcdbev", "fsx-lustre", null],
  ["lustre fs-0dd.fsx.us-east-1.amazonaws.com@tcp:/abcdbev", "fsx-lustre", "fs-0dd"],
  ["fuse mountpoint-s3", "mountpoint-s3", null],
  ["fuse.mount-s3 mountpoint-s3", "mountpoint-s3", null],
  ["fuse.s3fs s3fs", "s3-fuse", null],
  ["fuse.goofys bucket", "s3-fuse", null],
  ["fuse.rclone remote:x", "s3-fuse", null],
  ["fuse.sshfs host:/x", "fuse", null],
  ["fuse.fuse-overlayfs fuse-overlayfs", "fuse", null],
  ["virtiofs share", "shared-files", null],
  ["cifs //nas/share", "shared-files", null],
  ["ceph 10.0.0.1:6789:/", "shared-files", null],
  ["zfs tank/data", "unknown", null],
  ["overlay overlay", "container-layer", null],
  ["tmpfs tmpfs", "memory", null],
  ["ramfs ramfs", "memory", null],
  ["9p share", "shared-files", null],
])("%s", (mounted, kind, id) => {
  expect(below(`0:45 / /mnt rw - ${mounted} rw`)).toMatchObject({ kind, id });
});

const PROXY = "0:45 / /mnt/efs rw - nfs4 127.0.0.1:/ rw,vers=4.1,rsize=1048576,hard,port=20123";

test.each([
  ["the helper's state file", { "run/efs/fs-0ab1.mnt.efs.20123": "{}" }, "fs-0ab1"],
  ["its configuration", { "run/efs/stunnel-config.fs-0ab1.mnt.efs.20123": "x" }, "fs-0ab1"],
  ["another mount's state file", { "run/efs/fs-0ab1.mnt.other.20124": "{}" }, null],
  ["fstab", { "etc/fstab": "# a\nfs-0cc3:/ /mnt/efs efs _netdev,tls 0 0" }, "fs-0cc3"],
  ["fstab of another path", { "etc/fstab": "fs-0cc3:/ /mnt/other efs tls 0 0" }, null],
])("finds the file system behind the EFS mount helper by %s", (_, tree, id) => {
  expect(below(PROXY, tree)).toMatchObject({ kind: "efs-through-helper", id });
});

test("keeps the mount options that recommendations cover", () => {
  expect(below(PROXY).mountOptions).toEqual(["vers=4.1", "rsize=1048576", "hard", "port=20123"]);
});

test.each([
  [
    "the entry in fstab",
    PROXY,
    { "etc/fstab": "fs-0aa:/ /mnt/efs s3files defaults 0 0" },
    "fs-0aa",
  ],
  ["its version of NFS", PROXY.replace("4.1", "4.2"), {}, null],
])("distinguishes S3 Files from EFS by %s", (_, line, tree, id) => {
  expect(below(line, tree)).toMatchObject({ kind: "s3-files", id });
});

test("does not take a local server for EFS", () => {
  const line = "0:45 / /mnt rw - nfs4 127.0.0.1:/export rw,vers=4.1";
  expect(below(line)).toMatchObject({ kind: "nfs-on-this-machine", id: null });
  const named = "nfs4 fs-0ab1.efs.eu-west-1.amazonaws.com:/ rw,vers=4.1,addr=127.0.0.1";
  expect(below(`0:45 / /mnt rw - ${named}`)).toMatchObject({
    kind: "nfs-on-this-machine",
    evidence: expect.stringContaining("which resolves to 127.0.0.1"),
  });
});

test("finds the bucket of Mountpoint by its process", () => {
  const tree = { "proc/77/cmdline": "/usr/bin/mount-s3\0--read-only\0my-bucket\0/mnt" };
  const { evidence } = below("0:45 / /mnt rw - fuse mountpoint-s3 rw", tree);
  expect(evidence).toContain("of bucket my-bucket");
});

test("returns null for a path without mounts", () => {
  expect(findBacking("/data", recorded({}))).toBeNull();
});
