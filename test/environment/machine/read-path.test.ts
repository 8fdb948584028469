import { describe, expect, test } from "vitest";
import { readOwnReadBytes } from "../../../src/environment/machine/counters.ts";
import { mountOf, readMounts } from "../../../src/environment/machine/mount.ts";
import { readPageBytes, readPathOf } from "../../../src/environment/machine/read-path.ts";
import { EC2, EC2_BLOCK, recorded } from "../recorded.ts";

/** A loop device on a file of the root volume, and a device mapper on it. */
const loop = (dio: string) => ({
  "sys/dev/block/7:0": "-> ../../devices/loop0",
  "sys/devices/loop0/dev": "7:0",
  "sys/devices/loop0/loop/backing_file": "/images/disk",
  "sys/devices/loop0/loop/dio": dio,
  "sys/dev/block/253:0": "-> ../../devices/dm-0",
  "sys/devices/dm-0/dev": "253:0",
  "sys/devices/dm-0/slaves/loop0": "-> ../../loop0",
});

function pathOn(path: string, ...trees: readonly Readonly<Record<string, string>>[]) {
  const roots = recorded(EC2, EC2_BLOCK, ...trees);
  return readPathOf(mountOf(path, readMounts(roots)), roots);
}

describe("the read path", () => {
  test("of a volume is counted, and files are stored as written", () => {
    const plain = { counted: true, expansion: 1, inMemory: false, unseenCache: null };
    expect(pathOn("/data")).toEqual(plain);
    expect(pathOn("/scratch")).toEqual({ ...plain, expansion: 32 });
    expect(pathOn("/box")).toEqual({ ...plain, expansion: 256 });
    expect(pathOn("/mnt/efs")).toEqual({ ...plain, counted: false });
    expect(pathOn("/mnt/my lustre")).toEqual({ ...plain, counted: false });
  });

  test("of tmpfs and RAM devices is in memory", () => {
    expect(pathOn("/box/tmp").inMemory).toBe(true);
    const zram = {
      "sys/dev/block/252:0": "-> ../../devices/zram0",
      "sys/devices/zram0/dev": "252:0",
    };
    expect(readPathOf("252:0", recorded(EC2, zram)).inMemory).toBe(true);
  });

  test.each(["7:0", "253:0"])("of %s over a loop device includes that of its file", (number) => {
    const of = (dio: string) => readPathOf(number, recorded(EC2, EC2_BLOCK, loop(dio)));
    expect(of("0").unseenCache).toBe("loop0 reads its file through this host's page cache");
    expect(of("1").unseenCache).toBeNull();
  });

  test("of FUSE and hypervisor file systems may end in their caches", () => {
    const line = (type: string) => `160 63 0:70 / /mnt/other rw,relatime - ${type} other rw`;
    for (const type of ["fuse.mount-s3", "fuse", "fuseblk", "virtiofs", "9p"]) {
      const mounts = `${EC2["proc/self/mountinfo"]}\n${line(type)}`;
      const seen = pathOn("/mnt/other", { "proc/self/mountinfo": mounts });
      expect(seen).toMatchObject({ counted: false, expansion: null });
      expect(seen.unseenCache).toMatch(/cache/);
    }
  });
});

describe("bytes read by this process", () => {
  test("are read_bytes of its io; null if the kernel does not count them", () => {
    const io = "rchar: 900\nwchar: 5\nread_bytes: 40960\nwrite_bytes: 0\ncancelled_write_bytes: 0";
    expect(readOwnReadBytes(recorded({ "proc/self/io": io }))).toBe(40_960);
    expect(readOwnReadBytes(recorded({ "proc/self/status": "Name: node" }))).toBeNull();
  });

  test("reads the page size from the kernel", () => {
    expect([4096, 16_384, 65_536]).toContain(readPageBytes());
    expect(readPageBytes(recorded({ "proc/self/status": "Name: node" }))).toBe(4096);
  });
});
