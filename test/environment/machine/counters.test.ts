import { describe, expect, test } from "vitest";
import { readDeviceCounters } from "../../../src/environment/machine/counters.ts";
import { mountOf, readMounts } from "../../../src/environment/machine/mount.ts";
import { EC2, EC2_BLOCK, LUSTRE, recorded } from "../recorded.ts";

/** The counters of the storage behind a path of the recorded host. */
function countersOf(path: string, ...more: readonly Readonly<Record<string, string>>[]) {
  const roots = recorded(EC2, EC2_BLOCK, ...more);
  return readDeviceCounters(mountOf(path, readMounts(roots)), roots);
}

describe("bytes transferred by the storage", () => {
  test("are the sectors of diskstats for a disk", () => {
    expect(countersOf("/data")).toEqual({
      counters: { readBytes: 409_600 * 512, writeBytes: 81_920 * 512 },
      source: "/proc/diskstats of nvme1n1",
    });
  });

  test("are those of a partition, not of its disk", () => {
    expect(countersOf("/").counters).toEqual({ readBytes: 64 * 512, writeBytes: 32 * 512 });
  });

  test("are the bytes to and from the server for NFS", () => {
    expect(countersOf("/mnt/efs")).toEqual({
      counters: { readBytes: 123_456_789, writeBytes: 987_654_321 },
      source: "/proc/self/mountstats: bytes from and to the NFS server",
    });
  });

  test("are the sums over the object targets of one file system for Lustre", () => {
    expect(countersOf("/mnt/my lustre", LUSTRE)).toEqual({
      counters: { readBytes: 8_393_704, writeBytes: 12_288 },
      source: "Lustre osc statistics of 2 object targets",
    });
  });
});

describe("the reason for missing counters", () => {
  test.each([
    ["/box/tmp", /tmpfs keeps files in memory/],
    ["/box", /overlay does not show the device/],
    ["/mnt/my lustre", /need root/],
  ])("is given for %s", (path, source) => {
    expect(countersOf(path)).toEqual({ counters: null, source: expect.stringMatching(source) });
  });

  test("is given without a mount and for an unlisted device", () => {
    expect(readDeviceCounters(null).counters).toBeNull();
    const roots = recorded({ ...EC2, "proc/diskstats": "" }, EC2_BLOCK);
    const reading = readDeviceCounters(mountOf("/data", readMounts(roots)), roots);
    expect(reading).toEqual({
      counters: null,
      source: "/proc/diskstats does not list the device 259:1",
    });
  });
});
