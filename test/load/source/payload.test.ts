import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { makeBuffers, makeSlots } from "../../../src/engine/buffers.ts";
import { makeSource } from "../../../src/load/source/index.ts";
import { filesOf, phasePlan } from "../support.ts";

const UNIT = 4096;

/** The bytes of each write of some workers, as an engine would see them at submission. */
function writes(options: {
  readonly blockBytes: number;
  readonly workers: number;
  readonly depth: number;
  readonly each: number;
}): readonly Buffer[] {
  const { blockBytes, workers, depth, each } = options;
  const mix = [{ operation: "write", weight: 1 }] as const;
  const limit = { kind: "operations", operations: each * workers } as const;
  const phase = phasePlan({ blockBytes, mix, limit });
  const dataset = filesOf([blockBytes * 64]);
  const seen: Buffer[] = [];
  for (let worker = 0; worker < workers; worker++) {
    const slots = makeSlots(depth);
    const buffers = makeBuffers(depth, blockBytes);
    const task = { phase, dataset, slots, worker, workers, seed: 42 };
    const source = makeSource(task, buffers);
    for (let turn = 0; source.next(turn % depth); turn++) {
      const bytes = buffers.views[turn % depth]?.subarray(0, blockBytes) ?? Buffer.alloc(0);
      seen.push(Buffer.from(bytes));
    }
  }
  return seen;
}

test("no two 4 KiB units of any writes are equal, over operations, slots and workers", () => {
  const written = writes({ blockBytes: 16_384, workers: 3, depth: 4, each: 200 });
  expect(written).toHaveLength(600);
  const digests = new Set<string>();
  for (const bytes of written) {
    for (let at = 0; at < bytes.length; at += UNIT) {
      digests.add(
        createHash("sha1")
          .update(bytes.subarray(at, at + UNIT))
          .digest("base64"),
      );
    }
  }
  expect(digests.size).toBe(600 * 4);
});

test("blocks smaller than a unit differ as well", () => {
  const written = writes({ blockBytes: 512, workers: 2, depth: 2, each: 300 });
  expect(new Set(written.map((bytes) => bytes.toString("base64"))).size).toBe(600);
});

test("written data is incompressible", () => {
  for (const blockBytes of [512, 4096, 65_536, 1_048_576]) {
    const bytes = writes({ blockBytes, workers: 1, depth: 1, each: 1 })[0] ?? Buffer.alloc(0);
    expect(bytes.length).toBe(blockBytes);
    expect(deflateSync(bytes, { level: 9 }).length / bytes.length).toBeGreaterThanOrEqual(0.99);
  }
});
