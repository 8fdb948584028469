// @module-tag system
import { describe, expect, test } from "vitest";
import { readRecords } from "../../../src/testbed/volume/system/record.ts";
import { canEmulate, runAfterMounting, runEmulate, SCRATCH, useScratch } from "./support.ts";

useScratch();
const possible = test.skipIf(!(await canEmulate()));
const UP = ["up", "--as", "gp3", "--size", "32MiB", "--folder", SCRATCH];

/** A /dev that has no loop device, as a container's. */
const BARE_DEVICES = `mkdir ${SCRATCH}/dev && mount -t tmpfs none ${SCRATCH}/dev &&
  for name in null zero urandom; do cp -a /dev/$name ${SCRATCH}/dev/; done &&
  ln -s /proc/self/fd ${SCRATCH}/dev/fd && mkdir ${SCRATCH}/dev/shm &&
  mount --rbind /dev/shm ${SCRATCH}/dev/shm && mount --rbind ${SCRATCH}/dev /dev`;

describe("a machine that cannot have a volume says in one sentence that it", () => {
  const machines: readonly (readonly [string, string, string])[] = [
    [
      "has a control-group tree that is read-only",
      "for one in . blkio; do mount -o remount,bind,ro /sys/fs/cgroup/$one 2>/dev/null; done; :",
      "cannot make a control group in /sys/fs/cgroup",
    ],
    ["has no free loop device", BARE_DEVICES, "there is no free loop device (losetup: "],
    [
      "has no room in the folder",
      `mount -t tmpfs -o size=8m none ${SCRATCH}; cat /dev/zero 2>/dev/null > ${SCRATCH}/a; :`,
      `${SCRATCH} has 0 MiB free, the volume takes 32 MiB`,
    ],
    [
      "cannot write to the folder",
      `mount -t tmpfs none ${SCRATCH} && mount -o remount,ro ${SCRATCH}`,
      `${SCRATCH} cannot hold the backing file (EROFS: `,
    ],
  ];
  for (const [name, mounting, message] of machines) {
    possible(name, async () => {
      const { code, stdout, stderr } = await runAfterMounting(mounting, UP);
      expect([code, stdout]).toEqual([3, ""]);
      expect(stderr).toContain(`cannot emulate a volume: ${message}`);
      expect(stderr.trimEnd().split("\n")).toHaveLength(1);
      const records = await readRecords();
      expect(records.filter(({ backing }) => backing.startsWith(SCRATCH))).toEqual([]);
    });
  }

  possible("a folder that is none, and one that is too small", async () => {
    const none = await runEmulate(["up", "--as", "gp3", "--folder", `${SCRATCH}/none`]);
    expect([none.code, none.stderr]).toEqual([
      3,
      expect.stringContaining("cannot hold the backing file"),
    ]);
    const small = ["up", "--as", "gp3", "--folder", SCRATCH, "--size", "900TiB"];
    expect((await runEmulate(small)).stderr).toMatch(/MiB free, the volume takes 943718400 MiB/);
  });

  test.skipIf(process.getuid?.() !== 0)("a user who is not root", async () => {
    const { code, stderr } = await runEmulate(["up", "--as", "gp3"], 65_534);
    expect([code, stderr]).toEqual([3, expect.stringMatching(/needs root for its loop device/)]);
  });
});
