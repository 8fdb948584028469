import { describe, expect, it } from "vitest";
import { makeWork } from "../../src/load/work.ts";
import type { Operation } from "../../src/model/plan/operation.ts";
import type { EngineName, PhasePlan } from "../../src/model/plan/plan.ts";
import { phaseSetup } from "../../src/run/phase/setup.ts";
import { filesOf, phasePlan, shardsOf } from "./support.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/** Bytes of a slot in a phase on files of given sizes. */
function strideOf(
  engine: EngineName,
  operation: Operation,
  sizes: readonly number[],
  changes: Partial<PhasePlan> = {},
): number {
  const isBucket = engine.startsWith("s3-");
  const setup = phaseSetup({
    ...{ engine, threads: 1, depth: 2, fallback: null, seed: 1, repetition: 1 },
    phase: phasePlan({
      mix: [{ operation, weight: 1 }],
      ...{ access: "shuffled", limit: { kind: "epochs", epochs: 1 } },
      ...{ blockBytes: MIB, partBytes: 8 * MIB, ...changes },
    }),
    location: isBucket
      ? { kind: "bucket", address: { bucket: "b", prefix: "" } as never, root: "r/" }
      : { kind: "directory", root: "/nonexistent" },
    dataset: changes.access === "samples" ? shardsOf([4], sizes[0]) : filesOf(sizes),
    ...{ intervalNs: 1e8, generations: null },
  });
  return makeWork({ setup, worker: 0 }).buffers.strideBytes;
}

describe("memory of a slot", () => {
  it.each<[EngineName, Operation, readonly number[], number]>([
    ["s3-wire", "create", [4 * KIB], 4 * KIB],
    ["s3-sdk", "create", [4 * KIB, 20 * KIB], 20 * KIB],
    ["s3-wire", "upload", [100 * MIB], 8 * MIB],
    ["s3-wire", "create", [100 * MIB], 8 * MIB],
    // A client has its own memory for responses.
    ["s3-wire", "fetch", [100 * MIB], 4 * KIB],
    ["s3-wire", "list", [100 * MIB], 4 * KIB],
    ["uring", "create", [4 * KIB, 20 * KIB], 20 * KIB],
    ["uring", "fetch", [100 * MIB], MIB],
    ["uring", "read", [100 * MIB], MIB],
    // A file can have grown: a read asks for a whole block.
    ["sync", "fetch", [4 * KIB], MIB],
  ])("of %s, %s of %j bytes is %d", (engine, operation, sizes, bytes) => {
    expect(strideOf(engine, operation, sizes)).toBe(bytes);
  });

  it("holds a whole sample", () => {
    const changes = { access: "samples" as const, blockBytes: 4 * KIB };
    expect(strideOf("sync", "fetch", [3 * MIB], changes)).toBe(3 * MIB);
  });
});
