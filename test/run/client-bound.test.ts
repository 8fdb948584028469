// @module-tag system
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import type { EngineName, PhasePlan } from "../../src/model/plan/plan.ts";
import type { TargetSpec } from "../../src/model/target/target.ts";
import { useMinio } from "../minio.ts";
import { scratch } from "../storage/support.ts";
import { execute, NULL_TARGET, resultOf, syntheticTarget } from "./support.ts";

const bucket = await useMinio();

const limit = { kind: "duration", durationNs: 700e6 } as const;

/** Whether temporary files lie on a device, which O_DIRECT waits for, or in memory. */
function onDevice(): boolean {
  const type = execFileSync("stat", ["-f", "-c", "%T", tmpdir()]).toString().trim();
  return !["tmpfs", "ramfs", "overlayfs"].includes(type);
}

function directory(): TargetSpec {
  const address = { kind: "path", path: scratch() } as const;
  return { name: "here", kind: "directory", address, provisioned: {} };
}

/** What bound the client in a phase of a real run, and the codes of its warnings. */
async function boundOf(target: TargetSpec, engine: EngineName, phase: Partial<PhasePlan>) {
  const finished = await execute({ target, engine, phases: [{ limit, ...phase }] });
  const { result, all } = resultOf(finished);
  expect(result.state).toBe("complete");
  expect(all.operations).toBeGreaterThan(0);
  const codes = result.warnings.map(({ code }) => code);
  expect(codes.includes("client-bound")).toBe(result.harness?.bound != null);
  return result.harness?.bound?.by ?? null;
}

describe("client-bound", () => {
  it("is what the null engine measures", async () => {
    expect(await boundOf(NULL_TARGET, "null", {})).toBe("nothing");
  });

  it("are reads that the page cache answers", async () => {
    const by = await boundOf(directory(), "sync", { cache: "warm" });
    expect(["threads", "processor", "queue"]).toContain(by);
  });

  it("is not what waits for a slow target, although it waits by looking at the clock", async () => {
    expect(await boundOf(syntheticTarget(), "synthetic", { queueDepth: 4 })).toBeNull();
  });

  it.skipIf(!onDevice()).each([
    ["sync", 1],
    ["uring", 32],
  ] as const)("is not what waits for a device: %s at depth %i", async (engine, queueDepth) => {
    const by = await boundOf(directory(), engine, { cache: "direct", queueDepth });
    expect(by).toBeNull();
  });

  it.skipIf(!bucket.available)("are small GETs through the SDK", async () => {
    const address = { kind: "bucket", ...bucket.address() } as const;
    const target: TargetSpec = { name: "minio", kind: "minio", address, provisioned: {} };
    const finished = await execute({
      target,
      engine: "s3-sdk",
      dataset: { count: 16, size: { kind: "fixed", bytes: 4096 } },
      phases: [
        {
          mix: [{ operation: "fetch", weight: 1 }],
          access: "shuffled",
          queueDepth: 8,
          warmupNs: 500e6,
          limit: { kind: "duration", durationNs: 1500e6 },
        },
      ],
    });
    const { result } = resultOf(finished);
    // Where other programs take the processors, the store on this machine is starved as well.
    const codes = result.warnings.map(({ code }) => code);
    expect(codes.some((code) => code === "client-bound" || code === "starved")).toBe(true);
    // The event loop of a worker that is always busy cannot be on time.
    expect(result.harness?.workers[0]?.loopDelayLongestNs).toBeGreaterThan(0);
  });
});
