import { hash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { makeBuffers, makeSlots } from "../../../src/engine/buffers.ts";
import { makeSource } from "../../../src/load/source/index.ts";
import { type DataKind, RANDOM_DATA, UNIT_BYTES } from "../../../src/model/plan/data.ts";
import type { PhasePlan } from "../../../src/model/plan/plan.ts";
import { makeContent } from "../../../src/storage/content/content.ts";
import { layOut } from "../../../src/storage/content/layout.ts";
import { filesPlan } from "../../storage/support.ts";
import { phasePlan } from "../support.ts";

const WRITES = 2048;

function planOf(data: Partial<DataKind>) {
  const size = { kind: "fixed", bytes: WRITES * UNIT_BYTES } as const;
  return filesPlan({ count: 1, size, data: { ...RANDOM_DATA, ...data } });
}

/** Data of a number of 4 KiB writes, in order. */
function written(data: Partial<DataKind>, changes: Partial<PhasePlan> = {}): Buffer {
  const dataset = layOut(planOf(data), "data");
  const phase = phasePlan({
    mix: [{ operation: "write", weight: 1 }],
    limit: { kind: "operations", operations: WRITES },
    ...changes,
  });
  const slots = makeSlots(4);
  const buffers = makeBuffers(4, UNIT_BYTES);
  const source = makeSource({ phase, dataset, slots, worker: 0, workers: 1, seed: 9 }, buffers);
  const bytes: Buffer[] = [];
  for (let turn = 0; source.next(turn % 4); turn++) {
    bytes.push(Buffer.from(buffers.views[turn % 4] ?? Buffer.alloc(0)));
  }
  expect(bytes).toHaveLength(WRITES);
  return Buffer.concat(bytes);
}

function prepared(data: Partial<DataKind>): Buffer {
  const plan = planOf(data);
  const bytes = Buffer.alloc(WRITES * UNIT_BYTES);
  makeContent(plan, layOut(plan, "data")).fill(bytes, 0, 0);
  return bytes;
}

function digests(bytes: Buffer): readonly string[] {
  return Array.from({ length: bytes.length / UNIT_BYTES }, (_, unit) =>
    hash("sha1", bytes.subarray(unit * UNIT_BYTES, (unit + 1) * UNIT_BYTES)),
  );
}

/** As a file system compresses: records of 128 KiB. */
function ratio(bytes: Buffer): number {
  let compressed = 0;
  for (let at = 0; at < bytes.length; at += 131_072) {
    compressed += deflateRawSync(bytes.subarray(at, at + 131_072), { level: 1 }).length;
  }
  return bytes.length / compressed;
}

test.each([1, 2, 4])("files and writes of a dataset compress to %d", (compressible) => {
  const access = "sequential";
  for (const bytes of [prepared({ compressible }), written({ compressible }, { access })]) {
    expect(ratio(bytes) / compressible).toBeGreaterThan(0.94);
    expect(ratio(bytes) / compressible).toBeLessThan(1.06);
  }
});

test.each([2, 3])("files and writes of a dataset deduplicate to %d", (dedupable) => {
  const [before, after] = [prepared({ dedupable }), written({ dedupable })].map(digests);
  for (const all of [before ?? [], after ?? []]) {
    expect(all.length / new Set(all).size / dedupable).toBeGreaterThan(0.93);
    expect(all.length / new Set(all).size / dedupable).toBeLessThan(1.07);
  }
  expect((after ?? []).filter((digest) => before?.includes(digest)).length).toBeGreaterThan(100);
});

test("random writes repeat nothing of the files, nor of another phase's writes", () => {
  const all = [prepared({}), written({}), written({}, { name: "again" })].flatMap(digests);
  expect(new Set(all).size).toBe(3 * WRITES);
});
