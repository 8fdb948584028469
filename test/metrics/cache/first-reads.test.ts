import { describe, expect, test } from "vitest";
import { firstReadShare } from "../../../src/metrics/cache/first-reads.ts";
import type { DatasetLocation } from "../../../src/model/plan/dataset.ts";
import { WHOLE } from "../../../src/model/plan/part.ts";
import type { PhasePlan } from "../../../src/model/plan/plan.ts";
import { DRAWS, SIZES, WALKS } from "../../load/source/patterns.ts";
import { filesOf, type Issued, issue, phasePlan, shardsOf } from "../../load/support.ts";

const PAGE_BYTES = 4096;
const FILE_BYTES = 4 * 2 ** 20;
const limit = { kind: "duration", durationNs: 1e9 } as const;

/** Reads what workers issue by turns and counts the bytes whose pages were not read before. */
function replayed(
  phase: PhasePlan,
  dataset: DatasetLocation,
  count: number,
  warmup = 0,
  { host, hosts } = WHOLE,
): { readonly first: number; readonly workerBytes: readonly number[] } {
  const each = Math.ceil((warmup + count) / phase.workers);
  const rows = Array.from({ length: phase.workers }, (_, thread) => {
    const worker = host * phase.workers + thread;
    return issue(phase, dataset, { worker, workers: hosts * phase.workers }, each);
  });
  const seen = new Set<number>();
  const read = rows.map(() => ({ bytes: 0, first: 0 }));
  for (let turn = 0; turn < each; turn++) {
    for (const [worker, list] of rows.entries()) {
      const one = list[turn];
      const sum = read[worker];
      if (one === undefined || sum === undefined || turn < warmup / phase.workers) continue;
      sum.bytes += one.length;
      sum.first += firstBytes(one, dataset, seen);
    }
  }
  const first = read.reduce((sum, one) => sum + one.first, 0);
  const bytes = read.reduce((sum, one) => sum + one.bytes, 0);
  return { first: first / bytes, workerBytes: read.map((one) => one.bytes) };
}

function firstBytes({ file, offset, length }: Issued, dataset: DatasetLocation, seen: Set<number>) {
  const pages = Math.ceil((dataset.sizes[file] ?? 0) / PAGE_BYTES) + 1;
  let first = 0;
  for (let at = offset; at < offset + length; ) {
    const page = Math.floor(at / PAGE_BYTES);
    const end = Math.min(offset + length, (page + 1) * PAGE_BYTES);
    const key = file * pages + page;
    if (!seen.has(key)) first += end - at;
    seen.add(key);
    at = end;
  }
  return first;
}

function worked(
  phase: PhasePlan,
  dataset: DatasetLocation,
  workerBytes: readonly number[],
  hosts = 1,
) {
  return firstReadShare({
    ...{ phase, hosts },
    datasetBytes: dataset.totalBytes,
    workerBytes,
    pageBytes: PAGE_BYTES,
  });
}

const DATASET = filesOf([FILE_BYTES, FILE_BYTES]);

describe("first reads follow from the access pattern as a replay of it has them", () => {
  const draws = DRAWS.flatMap((pattern) =>
    [4096, 16_384, 512].map((blockBytes) => [pattern.access, blockBytes, pattern] as const),
  );
  test.each(draws)("%s in blocks of %s B", (...row) => {
    const [, blockBytes, pattern] = row;
    for (const passes of [0.05, 0.3, 1, 4]) {
      const phase = phasePlan({ ...pattern, blockBytes, workers: 2, limit });
      const count = Math.round((passes * DATASET.totalBytes) / blockBytes);
      const { first, workerBytes } = replayed(phase, DATASET, count);
      const share = worked(phase, DATASET, workerBytes) ?? Number.NaN;
      const chance = 0.01 + 1.5 / Math.sqrt(count);
      expect(share).toBeLessThan(first + chance);
      // Hot blocks smaller than a page lie apart: more pages are fetched than is worked out.
      if (blockBytes >= PAGE_BYTES) expect(share).toBeGreaterThan(first - chance);
    }
  });

  test.each(SIZES.slice(1))("random in a mix of sizes: never more than there are", (sizes) => {
    for (const passes of [0.1, 1, 3]) {
      const phase = phasePlan({ ...sizes, workers: 2, limit });
      const mean = sizes.blockMix.reduce((sum, { bytes, weight }) => sum + bytes * weight, 0);
      const weights = sizes.blockMix.reduce((sum, { weight }) => sum + weight, 0);
      const count = Math.round((passes * DATASET.totalBytes * weights) / mean);
      const { first, workerBytes } = replayed(phase, DATASET, count);
      expect(worked(phase, DATASET, workerBytes)).toBeLessThan(
        first + 0.01 + 1.5 / Math.sqrt(count),
      );
    }
  });

  test.each(WALKS)("$access: exact, or fewer than there are", (pattern) => {
    for (const passes of [0.3, 0.9, 1.7, 3]) {
      for (const warm of [0, 0.4]) {
        const warmupNs = warm > 0 ? 1e9 : 0;
        const phase = phasePlan({ ...pattern, blockBytes: 65_536, workers: 2, warmupNs, limit });
        const blocks = DATASET.totalBytes / 65_536;
        const { first, workerBytes } = replayed(phase, DATASET, passes * blocks, warm * blocks);
        const share = worked(phase, DATASET, workerBytes) ?? Number.NaN;
        expect(share).toBeLessThan(first + 0.02);
        if (warm === 0) expect(share).toBeGreaterThan(first - 0.02);
      }
    }
  });

  test.each([
    ["fetch", "shuffled", filesOf(Array.from({ length: 400 }, () => 20_480))],
    ["fetch", "sequential", filesOf(Array.from({ length: 400 }, () => 20_480))],
    ["read", "samples", shardsOf([200, 200], 1000)],
    ["stream", "shuffled", shardsOf([200, 200], 1000)],
  ] as const)("%s, %s: never more than there are", (operation, access, dataset) => {
    for (const passes of [0.5, 1, 2.5]) {
      const phase = phasePlan({ mix: [{ operation, weight: 1 }], access, workers: 2, limit });
      const { first, workerBytes } = replayed(phase, dataset, passes * 400);
      const share = worked(phase, dataset, workerBytes) ?? Number.NaN;
      // A sample's page holds a part of its neighbours.
      const neighbours = dataset.samples === null ? 0.02 : 1;
      expect(share).toBeLessThan(first + neighbours);
    }
  });
});

test.each([...WALKS, ...DRAWS])("one of three hosts, $access: of its part", (pattern) => {
  const part = { host: 1, hosts: 3 };
  for (const passes of [0.3, 0.9, 1.7, 3]) {
    const phase = phasePlan({ ...pattern, blockBytes: 16_384, workers: 2, limit });
    const count = Math.round((passes * DATASET.totalBytes) / 16_384 / part.hosts);
    const { first, workerBytes } = replayed(phase, DATASET, count, 0, part);
    const share = worked(phase, DATASET, workerBytes, part.hosts) ?? Number.NaN;
    const chance = 0.02 + 1.5 / Math.sqrt(count);
    expect(share).toBeLessThan(first + chance);
    // A new permutation gives the host other blocks in each pass: this is the least.
    const isLeast = pattern.access === "permutation" && passes > 1;
    expect(share).toBeGreaterThan(isLeast ? 0 : first - chance);
  }
});

test("nothing follows where files come and go, or nothing is read", () => {
  const mixOf = (...operations: readonly PhasePlan["mix"][number]["operation"][]) =>
    phasePlan({ mix: operations.map((operation) => ({ operation, weight: 1 })) });
  expect(worked(mixOf("fetch", "create"), DATASET, [1000])).toBeNull();
  expect(worked(mixOf("write"), DATASET, [1000])).toBeNull();
  expect(worked(mixOf("read"), DATASET, [0])).toBeNull();
});
