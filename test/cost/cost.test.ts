import { expect, test } from "vitest";
import { estimateCost } from "../../src/cost/index.ts";
import { loadPrices, priceOf } from "../../src/cost/prices.ts";
import { trialsOf } from "../../src/metrics/search/search.ts";
import type { Usage } from "../../src/model/run/cost.ts";
import { isLoopback } from "../../src/model/target/amazon.ts";
import { STORAGE_CLASSES } from "../../src/model/target/storage-class.ts";
import { parseTarget } from "../../src/scenario/targets/targets.ts";
import { plan } from "../scenario/support.ts";

const prices = await loadPrices();
const amazon = parseTarget("s3://abc", {}, {});
const minio = parseTarget("s3://abc", { endpoint: "http://127.0.0.1:9000" }, {});
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

test("every storage class has prices, and each names its source", () => {
  for (const name of STORAGE_CLASSES) {
    const { source, write } = prices.classes[name];
    expect(write, name).toBeGreaterThan(0);
    expect(prices.sources[source]?.address, name).toMatch(/^https:/);
    expect(prices.sources[source]?.date, name).not.toBe("");
  }
});

// Worked out by hand from the table: 1,000 requests, and GB by what a class charges for them.
test.each([
  [{ requests: 1000, requestClass: "write" }, 0.005],
  [{ requests: 1000, requestClass: "read" }, 0.0004],
  [{ requests: 1000, requestClass: "free" }, 0],
  [{ requests: 1000, storageClass: "STANDARD_IA", receivedBytes: 1e9 }, 0.001 + 0.01],
  [
    {
      requests: 1000,
      requestClass: "write",
      storageClass: "STANDARD_IA",
      sentBytes: 1000,
      storedObjects: 1000,
    },
    // A thousand objects of 1 B are charged as 128 KiB each for 30 days.
    0.01 + (1000 * 131_072 * 0.0125) / 1e9,
  ],
  [
    { requests: 1000, requestClass: "restore", storageClass: "DEEP_ARCHIVE", sentBytes: 1e9 },
    0.1 + 0.02,
  ],
  [
    {
      requests: 1000,
      requestClass: "restore",
      storageClass: "GLACIER",
      tier: "Expedited",
      sentBytes: 1e9,
    },
    10 + 0.03,
  ],
  [
    {
      requests: 1000,
      requestClass: "write",
      storageClass: "EXPRESS_ONEZONE",
      sentBytes: 1e9,
      storedObjects: 1,
    },
    0.00113 + 0.0032,
  ],
] as const)("%j costs %d USD", (what, expected) => {
  expect(priceOf([usage(what)], prices, CHARGED).totalUsd).toBeCloseTo(expected, 9);
});

test("acceleration is charged for what is sent, and data out of AWS apart", () => {
  const sent = usage({ requests: 1, requestClass: "write", sentBytes: 1e9 });
  const accelerated = priceOf([sent], prices, { charged: true, accelerated: true });
  expect(accelerated.totalUsd).toBeCloseTo(0.04 + 0.000005, 9);
  const received = priceOf([usage({ requests: 1, receivedBytes: 10e9 })], prices, CHARGED);
  expect(received.transferOutUsd).toBeCloseTo(0.9, 9);
});

const COUNTED = plan(`name: counted
datasets:
  data: { count: 2000, size: 1KiB }
  large: { count: 2, size: 20MiB }
phases:
  - { name: get, dataset: data, operation: fetch, operations: 500 }
  - { name: many, dataset: data, operation: deleteObjects }
  - { name: put, dataset: data, operation: create, storageClass: STANDARD_IA }
  - { name: up, dataset: large, operation: upload }
`);

test("the estimate counts preparation, phases and cleaning", () => {
  const cost = estimateCost(COUNTED, amazon, prices);
  const of = (what: string, requestClass: string, storageClass = "STANDARD") =>
    cost?.lines.find(
      (line) =>
        line.what === what &&
        line.requestClass === requestClass &&
        line.storageClass === storageClass,
    );
  // The 2,000 objects of the first phase, and some listings.
  expect(of("preparation", "write")?.requests).toBeGreaterThan(2000);
  expect(of("preparation", "write")?.requests).toBeLessThan(2100);
  expect(of("get", "read")).toMatchObject({ requests: 500, receivedBytes: 512_000 });
  expect(of("many", "free")).toMatchObject({ receivedBytes: 0 });
  expect(of("many", "free")?.requests).toBe(2);
  expect(of("put", "write", "STANDARD_IA")).toMatchObject({ requests: 2000, storedObjects: 2000 });
  // Three parts each, plus start and completion of the upload.
  expect(of("up", "write")).toMatchObject({ requests: 10, sentBytes: 40 * 1024 ** 2 });
  expect(of("cleaning", "free")?.requests).toBe(3);
});

test("estimates a time limit with the assumed minimum latency, and states it", () => {
  const timed = plan(`name: timed
datasets: { data: { count: 10, size: 1KiB } }
phases: [{ name: get, operation: fetch, duration: 10s, warmup: 5s, workers: 4, queueDepth: 8 }]
`);
  const line = estimateCost(timed, amazon, prices)?.lines.find(({ what }) => what === "get");
  expect(line?.requests).toBe(4 * 8 * 1500);
  const express = parseTarget("s3://abc--usw2-az1--x-s3", { kind: "s3-express" }, {});
  expect(estimateCost(timed, amazon, prices)?.assumedMs).toBe(10);
  expect(estimateCost(timed, express, prices)?.assumedMs).toBe(2);
  expect(estimateCost(COUNTED, amazon, prices)).not.toHaveProperty("assumedMs");
});

test("several hosts: time limits are of each host, counts and rates of all together", () => {
  const several = plan(`name: several
datasets: { data: { count: 3000, size: 1KiB } }
phases:
  - { name: timed, operation: fetch, duration: 10s, workers: 4, queueDepth: 8 }
  - { name: two, operation: fetch, duration: 10s, workers: 4, queueDepth: 8, hosts: 2 }
  - { name: counted, operation: fetch, operations: 500 }
  - { name: slow, operation: fetch, duration: 10s, rate: 50/s, workers: 4 }
  - { name: fast, operation: fetch, duration: 10s, rate: 1000000/s, workers: 4 }
`);
  const requests = (hosts?: number) => {
    const lines = estimateCost(several, amazon, prices, hosts)?.lines ?? [];
    return (name: string) =>
      lines
        .filter(({ what, requestClass }) => what === name && requestClass !== "free")
        .reduce((sum, line) => sum + line.requests, 0);
  };
  const [one, eight] = [requests(), requests(8)];
  expect([one("timed"), eight("timed")]).toEqual([32_000, 8 * 32_000]);
  expect(eight("two")).toBe(2 * 32_000);
  expect([one("counted"), eight("counted")]).toEqual([500, 500]);
  // The probe before a rate is sent by each host.
  const probe = one("slow") - 500;
  expect(probe).toBeGreaterThan(0);
  expect(eight("slow")).toBe(500 + 8 * probe);
  expect(eight("fast") - 8 * probe).toBe(8 * (one("fast") - probe));
  const more = eight("preparation") - one("preparation");
  // Lists of 3 pages and some directories for each host and phase, and the search for leftovers.
  expect(more).toBeGreaterThanOrEqual(5 * 8 * 3 + 7 * 50);
  expect(more).toBeLessThan(5 * 8 * 8 + 7 * 50);
});

test("estimates a search with the maximum number of points at the maximum load", () => {
  const get = "name: get, operation: fetch, duration: 10s, queueDepth: 8";
  const requests = (find: string) => {
    const searched = plan(`name: x
datasets: { data: { count: 10, size: 1KiB } }
phases: [{ ${get}, find: { slo: p99 < 1s, repetitions: 1, ${find} } }]
`);
    const [phase] = searched.phases;
    const points = phase?.find === undefined ? 0 : trialsOf(phase.find).most;
    const line = estimateCost(searched, amazon, prices)?.lines.find(({ what }) => what === "get");
    expect(points).toBeGreaterThan(20);
    return (line?.requests ?? 0) / points;
  };
  expect(requests("from: 1/s, to: 50/s")).toBe(500);
  expect(requests("from: 1/s, to: 50000/s")).toBe(8 * 1000);
  expect(requests("precision: 2%")).toBe(8 * 1000);
  expect(requests("by: queueDepth, to: 32")).toBe(32 * 1000);
});

test("only buckets cost anything, and only Amazon's is known to charge", () => {
  expect(estimateCost(COUNTED, parseTarget("/mnt/x", {}, {}), prices)).toBeNull();
  expect(estimateCost(COUNTED, amazon, prices)?.charged).toBe(true);
  expect(estimateCost(COUNTED, minio, prices)?.charged).toBe(false);
  expect([amazon, minio].map(isLoopback)).toEqual([false, true]);
  const far = parseTarget("s3://abc", { endpoint: "http://storage.example.org" }, {});
  expect(isLoopback(far)).toBe(false);
  const named = parseTarget("s3://abc", { endpoint: "http://127.0.0.1.example.org" }, {});
  expect(isLoopback(named)).toBe(false);
});
