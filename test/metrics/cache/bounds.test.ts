import { describe, expect, test } from "vitest";
import { cacheBounds, type ReadFacts } from "../../../src/metrics/cache/bounds.ts";
import { PLAIN_STORAGE, readPathOfType } from "../../../src/model/run/cache.ts";

const MIB = 2 ** 20;

/** 100 MiB read once, directly, from a dataset of 100 MiB on a plain file system. */
const DIRECT: ReadFacts = {
  policy: "direct",
  access: "random",
  path: PLAIN_STORAGE,
  datasetBytes: 100 * MIB,
  readBytes: 100 * MIB,
  movedBytes: 100 * MIB,
  ownBytes: 100 * MIB,
  deviceBytes: 100 * MIB,
  firstBytes: 100 * MIB,
  residentBefore: 0,
  residentAfter: 0,
  broughtInBytes: 0,
  inFlightBytes: 0,
};
const DROPPED: ReadFacts = { ...DIRECT, policy: "dropped", residentAfter: 1 };
const OVERLAY = readPathOfType("overlay");

const CASES: readonly (readonly [string, ReadFacts, low: number, high: number])[] = [
  ["direct, all fetched", DIRECT, 0, 0],
  ["direct, others read the device", { ...DIRECT, deviceBytes: 500 * MIB }, 0, 0],
  ["direct, nothing fetched", { ...DIRECT, ownBytes: 0, deviceBytes: 500 * MIB }, 1, 1],
  ["direct, without /proc/self/io", { ...DIRECT, ownBytes: null }, 0, 0],
  [
    "direct, neither counted nor looked at",
    { ...DIRECT, ownBytes: null, residentAfter: null },
    0,
    1,
  ],
  ["direct, not looked at", { ...DIRECT, residentBefore: null, residentAfter: null }, 0, 0],
  [
    "direct, not looked at, more fetched than read",
    { ...DIRECT, ownBytes: 130 * MIB, residentBefore: null, residentAfter: null },
    0,
    1,
  ],
  [
    "direct, growth not to be seen",
    { ...DIRECT, ownBytes: null, residentBefore: 1, residentAfter: 1 },
    0,
    1,
  ],
  ["direct, half of it holes", { ...DIRECT, ownBytes: 50 * MIB }, 0.5, 0.5],
  [
    "direct that was not, second reads",
    { ...DIRECT, readBytes: 200 * MIB, residentAfter: 1 },
    0.5,
    0.5,
  ],
  ["dropped, read once", DROPPED, 0, 0],
  ["dropped, read-ahead fetched more", { ...DROPPED, ownBytes: 140 * MIB }, 0, 0],
  [
    "dropped, 37 % second reads",
    { ...DROPPED, ownBytes: 63 * MIB, firstBytes: 63 * MIB },
    0.37,
    0.37,
  ],
  ["dropped, 37 % second reads, read-ahead", { ...DROPPED, firstBytes: 63 * MIB }, 0, 0.37],
  ["dropped, a tenth was still there", { ...DROPPED, residentBefore: 0.1 }, 0, 0.1],
  ["dropped, the warm-up brought it in", { ...DROPPED, broughtInBytes: 40 * MIB }, 0, 0.4],
  [
    "dropped, the warm-up brought in what lies behind",
    { ...DROPPED, access: "sequential", datasetBytes: 200 * MIB, broughtInBytes: 40 * MIB },
    0,
    0,
  ],
  [
    "dropped, little of much data in the warm-up",
    { ...DROPPED, datasetBytes: 100_000 * MIB, broughtInBytes: 40 * MIB },
    0,
    0,
  ],
  [
    "dropped, hot blocks in the warm-up",
    { ...DROPPED, access: "zipf", datasetBytes: 100_000 * MIB, broughtInBytes: 40 * MIB },
    0,
    0.4,
  ],
  [
    "dropped, the part of a host, of which the warm-up brought in the half",
    {
      ...DROPPED,
      ...{ access: "permutation", datasetBytes: 400 * MIB, visitedBytes: 100 * MIB },
      broughtInBytes: 50 * MIB,
    },
    0,
    0.5,
  ],
  [
    "dropped, the part of a host, among which all resident pages may be",
    {
      ...DROPPED,
      ...{ access: "permutation", datasetBytes: 400 * MIB, visitedBytes: 100 * MIB },
      residentBefore: 0.2,
    },
    0,
    0.8,
  ],
  [
    "dropped, the second pass of a host over its part",
    {
      ...DROPPED,
      ...{ access: "sequential", datasetBytes: 400 * MIB, visitedBytes: 100 * MIB },
      broughtInBytes: 40 * MIB,
    },
    0,
    0.4,
  ],
  ["dropped, pattern unknown", { ...DROPPED, firstBytes: null }, 0, 1],
  ["warm", { ...DROPPED, policy: "warm", ownBytes: 0, residentBefore: 1 }, 1, 1],
  [
    "warm, others read the device",
    { ...DROPPED, policy: "warm", ownBytes: 0, residentBefore: 1, deviceBytes: 900 * MIB },
    1,
    1,
  ],
  [
    "without /proc/self/io, others read",
    { ...DROPPED, ownBytes: null, deviceBytes: 900 * MIB, firstBytes: null },
    0,
    1,
  ],
  [
    "compressed four times, read once",
    { ...DROPPED, path: readPathOfType("btrfs"), ownBytes: 25 * MIB },
    0,
    0.75,
  ],
  [
    "compressed, but less than any compression",
    { ...DROPPED, path: readPathOfType("btrfs"), ownBytes: 0 },
    1,
    1,
  ],
  ["an overlay, direct", { ...DIRECT, path: OVERLAY, deviceBytes: null }, 0, 0],
  [
    "an overlay, warm",
    {
      ...DROPPED,
      path: OVERLAY,
      policy: "warm",
      ownBytes: 0,
      deviceBytes: null,
      residentBefore: 1,
    },
    1,
    1,
  ],
  ["NFS, direct", { ...DIRECT, path: readPathOfType("nfs4"), ownBytes: 0 }, 0, 0],
  [
    "NFS, all from its cache",
    { ...DROPPED, path: readPathOfType("nfs4"), ownBytes: 0, deviceBytes: 0 },
    1,
    1,
  ],
  ["FUSE, direct", { ...DIRECT, path: readPathOfType("fuse.mount-s3"), ownBytes: 0 }, 0, 1],
  ["tmpfs", { ...DIRECT, path: readPathOfType("tmpfs"), ownBytes: 0 }, 1, 1],
  ["an unknown file system, direct, all fetched", { ...DIRECT, path: readPathOfType("zfs") }, 0, 0],
  [
    "an unknown file system, nothing counted",
    { ...DIRECT, path: readPathOfType("zfs"), ownBytes: 0 },
    0,
    1,
  ],
];

describe("bounds of what a cache answered", () => {
  test.each(CASES)("%s", (_, facts, low, high) => {
    const bounds = cacheBounds(facts);
    expect(bounds.low).toBeCloseTo(low, 2);
    expect(bounds.high).toBeCloseTo(high, 2);
    expect(bounds.low).toBeLessThanOrEqual(bounds.high);
    expect(bounds.basis).not.toBe("");
  });

  test("whether direct I/O was direct is seen by the page cache alone", () => {
    const filled = (facts: Partial<ReadFacts>) => cacheBounds({ ...DIRECT, ...facts }).filled;
    expect(filled({})).toBe(false);
    expect(filled({ residentAfter: 0.02 })).toBe(true);
    expect(filled({ residentAfter: 0.004 })).toBe(false);
    // Of a hundredth of the dataset a hundredth counts.
    expect(filled({ residentAfter: 0.004, movedBytes: MIB })).toBe(true);
    expect(filled({ residentBefore: null, residentAfter: 1 })).toBe(true);
    expect(filled({ residentAfter: null })).toBeNull();
    expect(filled({ policy: "dropped" })).toBeNull();
  });
});
