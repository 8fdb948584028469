import { describe, expect, test } from "vitest";
import { readDeviceCounters } from "../../../src/environment/machine/counters.ts";
import { mountOf, readMounts } from "../../../src/environment/machine/mount.ts";
import { EC2, EC2_BLOCK, LUSTRE, recorded } from "../recorded.ts";

/** The counters of the storage behind a path of the recorded machine. */
function countersOf(path: string, ...more: readonly Readonly<Record<string, string>>[]) {
  const roots = recorded(EC2, EC2_BLOCK, ...more);
  return readDeviceCounters(mountOf(path, readMounts(roots)), roots);
}

describe("bytes the storage says it moved", () => {
  test("of a disk are the sectors of diskstats", () => {
    expect(countersOf("/data")).toEqual({
      counters: { readBytes: 409_600 * 512, writeBytes: 81_920 * 512 },
      source: "/proc/diskstats of nvme1n1",
    });
  });

  test("of a partition are its own, not the whole disk's", () => {
    expect(countersOf("/").counters).toEqual({ readBytes: 64 * 512, writeBytes: 32 * 512 });
  });

  test("of NFS are what went over the wire, not what programs asked for", () => {
    expect(countersOf("/mnt/efs")).toEqual({
      counters: { readBytes: 123_456_789, writeBytes: 987_654_321 },
      source: "/proc/self/mountstats: bytes from and to the NFS server",
    });
  });

  test("of Lustre are the sums over its object targets, others' left out", () => {
    expect(countersOf("/mnt/my lustre", LUSTRE)).toEqual({
      counters: { readBytes: 8_393_704, writeBytes: 12_288 },
      source: "Lustre osc statistics of 2 object targets",
    });
  });
});

describe("without counters the reason is given", () => {
  test.each([
    ["/box/tmp", /tmpfs keeps files in memory/],
    ["/box", /overlay does not show the device/],
    ["/mnt/my lustre", /need root/],
  ])("for %s", (path, source) => {
    expect(countersOf(path)).toEqual({ counters: null, source: expect.stringMatching(source) });
  });

  test("for no mount and for a device the kernel does not list", () => {
    expect(readDeviceCounters(null).counters).toBeNull();
    const roots = recorded({ ...EC2, "proc/diskstats": "" }, EC2_BLOCK);
    const reading = readDeviceCounters(mountOf("/data", readMounts(roots)), roots);
    expect(reading).toEqual({
      counters: null,
      source: "/proc/diskstats does not list the device 259:1",
    });
  });
});
