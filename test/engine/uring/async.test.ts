import { describe, expect, test } from "vitest";
import { entryFlags, fileSystemOf } from "../../../src/engine/uring/async.ts";
import { RING_ASYNC } from "../../../src/posix/ring.ts";
import { scratch } from "../../storage/support.ts";

const EXT4 = 0xef53;
const XFS = 0x58465342;
const BTRFS = 0x9123683e;
const TMPFS = 0x01021994;
const FUSE = 0x65735546;
const NFS = 0x6969;
const LUSTRE = 0x0bd00bd0;
const OVERLAY = 0x794c7630;

const CACHED = { direct: false, dsync: false, sync: null };
const DIRECT = { ...CACHED, direct: true };
const FSYNC = { call: "fsync", every: 8, directory: false } as const;

/** Letters of the directions that go to the kernel's worker threads: `r`, `w`. */
function handed(...given: Parameters<typeof entryFlags>): string {
  const { read, write } = entryFlags(...given);
  return (read === RING_ASYNC ? "r" : "") + (write === RING_ASYNC ? "w" : "");
}

describe("operations for the kernel's worker threads", () => {
  test.each([FUSE, NFS, LUSTRE, OVERLAY, 0x12345, null])(
    "are all operations on file system %s",
    (on) => {
      for (const task of [CACHED, DIRECT, { ...CACHED, dsync: true }]) {
        expect(handed(task, 32, on)).toBe("rw");
      }
    },
  );

  test.each([EXT4, XFS, BTRFS, TMPFS, "device" as const])(
    "are durable cached writes and no reads on %s",
    (on) => {
      expect(handed(CACHED, 32, on)).toBe("");
      expect(handed({ ...CACHED, dsync: true }, 32, on)).toBe("w");
      expect(handed({ ...CACHED, sync: FSYNC }, 32, on)).toBe("w");
    },
  );

  test("are direct writes that wait for each other on the same file", () => {
    for (const on of [EXT4, XFS, "device"] as const) {
      expect(handed({ ...DIRECT, dsync: true }, 32, on)).toBe("");
    }
    expect(handed(DIRECT, 32, BTRFS)).toBe("w");
  });

  test("are no operations at depth 1", () => {
    expect(handed({ ...CACHED, dsync: true }, 1, FUSE)).toBe("");
  });
});

test("returns null for an unknown file system", () => {
  const root = scratch();
  const dataset = { location: { kind: "directory", root } } as const;
  expect(fileSystemOf(dataset)).toBeTypeOf("number");
  expect(fileSystemOf({ location: { kind: "directory", root: `${root}/gone` } })).toBeNull();
});
