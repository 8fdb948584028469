// @module-tag system
import { readFileSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { probeEngines } from "../../src/engine/index.ts";
import { smallFileSystem } from "../storage/loop.ts";
import { directorySpec } from "../storage/support.ts";
import { execute, resultOf, SILENT } from "./support.ts";

const { refusal } = (await probeEngines()).uring;
if (refusal !== undefined) process.stderr.write(`skipped: ${refusal}\n`);

const WRITES = 400;
/** A field of a block device's `stat`: https://docs.kernel.org/block/stat.html */
const FLUSHES = 15;

/** Flushes that the device below a path has completed. */
function flushesOf(path: string): number {
  // The kernel's `st_dev` has the major number from bit 8 and the minor one below.
  const { dev } = statSync(path);
  const stat = readFileSync(`/sys/dev/block/${dev >> 8}:${dev & 0xff}/stat`, "utf8");
  return Number(stat.trim().split(/\s+/)[FLUSHES]);
}

/** Each waits for the device, and one flush serves all that wait at a time. */
test.skipIf(refusal !== undefined)(
  "durable cached writes to one file of ext4 at depth 32 share the flushes of the device",
  async (t) => {
    const path = smallFileSystem(96);
    if (path === null) return t.skip();
    const write = {
      mix: [{ operation: "write", weight: 1 }] as const,
      cache: "warm" as const,
      dsync: true,
      limit: { kind: "operations", operations: WRITES } as const,
    };
    let before = 0;
    const flushes: number[] = [];
    const events = {
      ...SILENT,
      measuring: () => {
        before = flushesOf(path);
      },
      finished: () => void flushes.push(flushesOf(path) - before),
    };
    const finished = await execute({
      target: directorySpec(path),
      engine: "uring",
      dataset: { count: 1, size: { kind: "fixed", bytes: 32 * 2 ** 20 } },
      phases: [1, 32].map((queueDepth) => ({ ...write, queueDepth })),
      request: { events },
    });
    for (const index of [0, 1]) {
      const { result, all } = resultOf(finished, index);
      expect(result).toMatchObject({ state: "complete", errors: [] });
      expect(all.operations + all.drained).toBe(WRITES);
    }
    const [alone = 0, together = 0] = flushes;
    expect(alone).toBeGreaterThanOrEqual(WRITES);
    // A quarter to a half of them, on an idle host as on a busy one.
    expect(together).toBeLessThan(0.75 * alone);
  },
);
