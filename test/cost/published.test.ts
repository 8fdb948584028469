import { describe, expect, test } from "vitest";
import { estimateCost } from "../../src/cost/index.ts";
import { loadPrices, priceOf } from "../../src/cost/prices.ts";
import type { Usage } from "../../src/model/run/cost.ts";
import { STORAGE_CLASSES, type StorageClass } from "../../src/model/target/storage-class.ts";
import { parseTarget } from "../../src/scenario/targets/targets.ts";
import { plan } from "../scenario/support.ts";

const prices = await loadPrices();
const amazon = parseTarget("s3://abc", {}, {});
const CHARGED = { charged: true, accelerated: false };

const usage = (changes: Partial<Usage>): Usage => ({
  what: "p",
  requestClass: "read",
  storageClass: "STANDARD",
  requests: 0,
  sentBytes: 0,
  receivedBytes: 0,
  storedObjects: 0,
  ...changes,
});

/** Published for US East (N. Virginia); `least` is what one object costs for its least days. */
const PUBLISHED = {
  STANDARD: { write: 0.005, read: 0.0004, storage: 0.023 },
  INTELLIGENT_TIERING: { write: 0.005, read: 0.0004, storage: 0.023 },
  STANDARD_IA: {
    write: 0.01,
    read: 0.001,
    storage: 0.0125,
    retrieval: 0.01,
    days: 30,
    least: 131_072,
  },
  ONEZONE_IA: {
    write: 0.01,
    read: 0.001,
    storage: 0.01,
    retrieval: 0.01,
    days: 30,
    least: 131_072,
  },
  GLACIER_IR: {
    write: 0.02,
    read: 0.01,
    storage: 0.004,
    retrieval: 0.03,
    days: 90,
    least: 131_072,
  },
  GLACIER: { write: 0.03, read: 0.0004, storage: 0.0036, days: 90, index: 32_768 },
  DEEP_ARCHIVE: { write: 0.05, read: 0.0004, storage: 0.00099, days: 180, index: 32_768 },
  EXPRESS_ONEZONE: {
    write: 0.00113,
    read: 0.00003,
    storage: 0.11,
    retrieval: 0.0006,
    upload: 0.0032,
  },
  REDUCED_REDUNDANCY: { write: 0.005, read: 0.0004, storage: 0.024 },
} as const satisfies Record<StorageClass, object>;

interface Published {
  readonly write: number;
  readonly read: number;
  readonly storage: number;
  readonly retrieval?: number;
  readonly upload?: number;
  readonly days?: number;
  readonly least?: number;
  readonly index?: number;
}

describe.each(STORAGE_CLASSES)("%s costs what is published", (storageClass) => {
  const of: Published = PUBLISHED[storageClass];
  const total = (what: Partial<Usage>) =>
    priceOf([usage({ requests: 1000, storageClass, ...what })], prices, CHARGED).totalUsd;

  test("for reads, and what they bring", () => {
    const bytes = 5e9;
    const expected = of.read + 5 * (of.retrieval ?? 0);
    expect(total({ receivedBytes: bytes })).toBeCloseTo(expected, 9);
  });

  test.each([1024, 131_072, 10e6])(
    "for a thousand objects of %i B that stay for a while",
    (size) => {
      const gb = (bytes: number) => (1000 * bytes) / 1e9;
      const months = (of.days ?? 0) / 30;
      // 8 KiB of an archived object's index are in Standard, 32 KiB in its own class.
      const own = gb(Math.max(size, of.least ?? 0) + (of.index ?? 0)) * of.storage * months;
      const inStandard = of.index === undefined ? 0 : gb(8192) * 0.023 * months;
      const expected = of.write + gb(size) * (of.upload ?? 0) + own + inStandard;
      const put = { requestClass: "write", sentBytes: 1000 * size, storedObjects: 1000 } as const;
      expect(total(put)).toBeCloseTo(expected, 9);
    },
  );

  test("for copies within it, which are read by the store", () => {
    const copy = { requestClass: "write", sentBytes: 1e9, copiedBytes: 1e9 } as const;
    const expected = of.write + (of.upload ?? 0) + (of.retrieval ?? 0);
    expect(total(copy)).toBeCloseTo(expected, 9);
  });
});

test.each([
  ["GLACIER", "Standard", 0.05, 0.01],
  ["GLACIER", "Bulk", 0, 0],
  ["GLACIER", "Expedited", 10, 0.03],
  ["DEEP_ARCHIVE", "Standard", 0.1, 0.02],
  ["DEEP_ARCHIVE", "Bulk", 0.025, 0.0025],
] as const)("a restore from %s in the tier %s", (storageClass, tier, request, retrieval) => {
  const restored = { requestClass: "restore", storageClass, tier } as const;
  const one = usage({ requests: 2000, sentBytes: 3e9, days: 10, ...restored });
  // The copies are in Standard for ten days.
  const copies = (3 * 0.023 * 10) / 30;
  const expected = 2 * request + 3 * retrieval + copies;
  expect(priceOf([one], prices, CHARGED).totalUsd).toBeCloseTo(expected, 9);
});

test("the estimate of an archive has its index, its least days and the restored copies", () => {
  const archive = plan(`name: archive
datasets: { data: { count: 1000, size: 100KB } }
phases:
  - name: restore
    operation: restore
    storageClass: GLACIER
    restore: { tier: Standard, days: 3 }
    operations: 1000
`);
  const lines = estimateCost(archive, amazon, prices)?.lines ?? [];
  const usd = (what: string, storageClass: string) =>
    lines.find(
      (line) =>
        line.what === what && line.storageClass === storageClass && line.requestClass !== "read",
    )?.usd;
  const looks = lines.find(
    ({ what, requestClass }) => what === "restore" && requestClass === "read",
  );
  // Two HEAD requests per minute and object, until the deadline of 12 hours.
  expect(looks?.requests).toBe(1000 * 12 * 120);
  const index = (1000 * (32_768 * 0.0036 + 8192 * 0.023) * 3) / 1e9;
  expect(usd("preparation", "GLACIER")).toBeCloseTo(0.03 + 0.1 * 0.0036 * 3 + index, 9);
  expect(usd("restore", "GLACIER")).toBeCloseTo(0.05 + 0.1 * (0.01 + (0.023 * 3) / 30), 9);
});
