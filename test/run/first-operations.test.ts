// @module-tag system
import { expect, test } from "vitest";
import { directorySpec, scratch } from "../storage/support.ts";
import { execute, resultOf } from "./support.ts";

const THREADS = 32;

/** Threads that mark the garbage of loading their code take 20 ms of CPU each, and up to 180 ms. */
const MAX_OTHER_CPU_NS = 16e6;

test("a short phase on many threads holds no collection of the garbage of loading", async () => {
  const finished = await execute({
    target: directorySpec(scratch("/dev/shm")),
    engine: "sync",
    dataset: { count: 8 * THREADS, size: { kind: "fixed", bytes: 65_536 } },
    phases: [
      {
        mix: [{ operation: "fetch", weight: 1 }],
        access: "shuffled",
        queueDepth: THREADS,
        limit: { kind: "epochs", epochs: 1 },
      },
    ],
  });
  const { result } = resultOf(finished);
  expect(result).toMatchObject({ state: "complete", threads: THREADS });
  const { processUserNs, processSystemNs, workersUserNs, workersSystemNs } = result.cpu;
  const otherNs = processUserNs + processSystemNs - workersUserNs - workersSystemNs;
  expect(otherNs / THREADS).toBeLessThan(MAX_OTHER_CPU_NS);
});
