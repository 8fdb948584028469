// @module-tag system
import { readdirSync } from "node:fs";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { probeEngines } from "../../src/engine/index.ts";
import type { Operation } from "../../src/model/plan/operation.ts";
import type { PhaseLimit, PhasePlan } from "../../src/model/plan/plan.ts";
import { phaseSetup } from "../../src/run/phase/setup.ts";
import { filesOf, phasePlan, shardsOf } from "./support.ts";

const NAMES: readonly Operation[] = ["create", "stat", "fetch", "delete", "rename"];
const BLOCKS: readonly Operation[] = ["read", "write"];
const WHOLE: readonly PhaseLimit[] = [
  { kind: "epochs", epochs: 3 },
  { kind: "operations", operations: 40_000 },
  { kind: "bytes", bytes: 1e9 },
];

/** Each test begins as a new thread does. */
let rehearse: typeof import("../../src/load/rehearse.ts")["rehearse"];

beforeEach(async () => {
  vi.resetModules();
  ({ rehearse } = await import("../../src/load/rehearse.ts"));
});

function taskOf(
  engine: "sync" | "uring" | "threadpool",
  phase: Partial<PhasePlan>,
  dataset = filesOf([70_000]),
) {
  const planned = phasePlan({ mix: [], access: "shuffled", ...phase });
  const operations = planned.mix.map(({ operation }) => operation);
  return {
    setup: phaseSetup({
      ...{ phase: planned, engine, threads: 4, depth: engine === "sync" ? 1 : 64, fallback: null },
      // Nothing of the target is touched: it does not exist.
      location: { kind: "directory", root: "/nonexistent/target" },
      ...{ dataset, seed: 1, repetition: 1, intervalNs: 1e8, generations: null },
    }),
    series: operations.map((operation) => ({ operation, metric: "service" as const })),
  };
}

const mixOf = (...operations: readonly Operation[]) =>
  operations.map((operation) => ({ operation, weight: 1 }));

function scratchFolders(): readonly string[] {
  return readdirSync("/dev/shm").filter((name) =>
    name.startsWith(`assay-rehearsal-${process.pid}-`),
  );
}

describe.each(["sync", "uring", "threadpool"] as const)("the rehearsal of %s", (engine) => {
  for (const operation of [...NAMES, ...BLOCKS]) {
    for (const limit of WHOLE) {
      it(`runs ${operation} without errors, ${limit.kind}, and leaves nothing`, async ({
        skip,
      }) => {
        const { refusal } = (await probeEngines())[engine];
        if (refusal !== undefined) skip();
        const before = scratchFolders();
        const phase = { mix: mixOf(operation), limit, ...accessOf(operation) };
        const rehearsal = await rehearse(taskOf(engine, phase));
        expect(rehearsal?.errors).toBe(0);
        expect(rehearsal?.operations).toBeGreaterThanOrEqual(operation === "create" ? 256 : 64);
        expect(rehearsal?.lengthNs).toBeGreaterThan(0);
        expect(scratchFolders()).toEqual(before);
        // The thread has run this loop.
        expect(await rehearse(taskOf(engine, phase))).toBeNull();
      });
    }
  }

  it("runs a mix that creates and deletes", async () => {
    const phase = { mix: mixOf("fetch", "create", "delete"), limit: WHOLE[1] ?? never() };
    expect(await rehearse(taskOf(engine, { ...phase, access: "random" }))).toMatchObject({
      errors: 0,
    });
  });
});

describe("no rehearsal", () => {
  const counted = { mix: mixOf("stat"), limit: WHOLE[0] ?? never() };
  it.each<[string, Partial<PhasePlan>]>([
    ["with a time limit", { ...counted, limit: { kind: "duration", durationNs: 1e9 } as const }],
    ["of listings", { ...counted, mix: mixOf("list") }],
    ["of self-describing blocks", { ...counted, mix: mixOf("write"), verify: true }],
  ])("%s", async (_, phase) => {
    const { setup, series } = taskOf("sync", phase);
    const generations = phase.verify === true ? ({} as never) : null;
    expect(await rehearse({ setup: { ...setup, generations }, series })).toBeNull();
  });

  it("of samples", async () => {
    expect(await rehearse(taskOf("sync", { mix: mixOf("fetch") }, shardsOf([4])))).toBeNull();
  });
});

function accessOf(operation: Operation): Partial<PhasePlan> {
  return BLOCKS.includes(operation) ? { access: "random", blockBytes: 1048576 } : {};
}

function never(): never {
  throw new Error("no such limit");
}
