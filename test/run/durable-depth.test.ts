// @module-tag system
import { expect, test } from "vitest";
import { probeEngines } from "../../src/engine/index.ts";
import { smallFileSystem } from "../storage/loop.ts";
import { directorySpec } from "../storage/support.ts";
import { execute, resultOf } from "./support.ts";

const { refusal } = (await probeEngines()).uring;
if (refusal !== undefined) process.stderr.write(`skipped: ${refusal}\n`);

const DEEP = 32;
const ROUNDS = 3;

/** Each wait for the device, and the file system lets others write to the file meanwhile. */
test.skipIf(refusal !== undefined)(
  "durable cached writes to one file of ext4 at depth 32 exceed twice the rate of depth 1",
  { timeout: 60_000 },
  async (t) => {
    const path = smallFileSystem(96);
    if (path === null) return t.skip();
    const write = {
      mix: [{ operation: "write", weight: 1 }] as const,
      cache: "warm" as const,
      dsync: true,
      limit: { kind: "duration", durationNs: 0.5e9 } as const,
    };
    const finished = await execute({
      target: directorySpec(path),
      engine: "uring",
      dataset: { count: 1, size: { kind: "fixed", bytes: 32 * 2 ** 20 } },
      // In turns, so that what else the machine does disturbs both.
      phases: Array.from({ length: 2 * ROUNDS }, (_, index) => ({
        ...write,
        queueDepth: index % 2 === 0 ? 1 : DEEP,
      })),
    });
    const rates = Array.from({ length: 2 * ROUNDS }, (_, index) => {
      const { result, all } = resultOf(finished, index);
      expect(result).toMatchObject({ state: "complete", errors: [] });
      return all.operationsPerSecond;
    });
    const rateAt = (odd: number): number => Math.max(...rates.filter((_, at) => at % 2 === odd));
    expect(rateAt(1)).toBeGreaterThan(2 * rateAt(0));
  },
);
