import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { PhaseSetup } from "../../src/load/task.ts";
import { operationsOfHost } from "../../src/load/thread-share.ts";
import { makeWork } from "../../src/load/work.ts";
import type { DatasetLocation } from "../../src/model/plan/dataset.ts";
import { type Operation, SENDS } from "../../src/model/plan/operation.ts";
import type { Part } from "../../src/model/plan/part.ts";
import type { AccessPattern, PhaseLimit, PhasePlan } from "../../src/model/plan/plan.ts";
import { draws } from "../draws.ts";
import { anyPattern, anySizes, anyWalk } from "./source/patterns.ts";
import { filesOf, phasePlan, rowOf, shardsOf } from "./support.ts";

/** How a host runs its workers: with a thread per worker, or per unit of queue depth. */
interface Host {
  readonly hosts: number;
  readonly workers: number;
  readonly queueDepth: number;
  readonly inThread: boolean;
}

/** Operations of a thread that are compared, if the phase has no earlier end. */
const COMPARED = 60;

const anyHost: fc.Arbitrary<Host> = fc.record({
  hosts: fc.integer({ min: 1, max: 5 }),
  workers: fc.integer({ min: 1, max: 3 }),
  queueDepth: fc.integer({ min: 1, max: 3 }),
  inThread: fc.boolean(),
});

const anyLimit: fc.Arbitrary<PhaseLimit> = fc.oneof(
  fc.record({ kind: fc.constant("operations"), operations: fc.integer({ min: 1, max: 400 }) }),
  fc.record({ kind: fc.constant("bytes"), bytes: fc.integer({ min: 1, max: 4_000_000 }) }),
  fc.record({ kind: fc.constant("epochs"), epochs: fc.integer({ min: 1, max: 2 }) }),
  fc.constant({ kind: "duration", durationNs: 1e9 }),
);

const mixOf = (...operations: readonly Operation[]): PhasePlan["mix"] =>
  operations.map((operation, index) => ({ operation, weight: index + 1 }));

const BLOCK_MIXES = [mixOf("read"), mixOf("write"), mixOf("read", "write")];
const FILE_MIXES = [
  ...(["create", "fetch", "stat", "delete", "download", "upload", "rename"] as const).map((one) =>
    mixOf(one),
  ),
  mixOf("list"),
  mixOf("deleteObjects"),
  mixOf("stat", "fetch"),
  mixOf("create", "delete", "stat"),
  mixOf("create", "delete"),
];

const anyFiles = fc
  .array(fc.integer({ min: 0, max: 500_000 }), { minLength: 1, maxLength: 40 })
  .map((sizes) => ({ ...filesOf(sizes), filesPerDirectory: 3 }));
const anyShards = fc
  .array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 12 })
  .map((shards) => shardsOf(shards));

/** Phases on blocks, on whole files and on samples, each on a dataset of that kind. */
const anyWork: fc.Arbitrary<readonly [Partial<PhasePlan>, DatasetLocation]> = fc.oneof(
  fc.tuple(
    fc
      .tuple(fc.constantFrom(...BLOCK_MIXES), anyPattern, anySizes)
      .map(([mix, pattern, sizes]) => ({ mix, ...pattern, ...sizes })),
    anyFiles,
  ),
  fc.tuple(
    fc.record({
      mix: fc.constantFrom(...FILE_MIXES),
      access: fc.constantFrom<AccessPattern>("sequential", "shuffled"),
      keysPerRequest: fc.integer({ min: 1, max: 4 }),
    }),
    anyFiles,
  ),
  fc.tuple(
    fc.constantFrom<Partial<PhasePlan>>(
      { mix: mixOf("read"), access: "samples" },
      { mix: mixOf("stream"), access: "sequential" },
      { mix: mixOf("stream"), access: "shuffled" },
    ),
    anyShards,
  ),
);

function setupOf(
  phase: PhasePlan,
  dataset: DatasetLocation,
  { workers, queueDepth, inThread }: Omit<Host, "hosts">,
  part?: Part,
): PhaseSetup {
  return {
    phase: { ...phase, workers, queueDepth },
    ...(part === undefined ? {} : { part }),
    ...(inThread
      ? { threads: workers, depth: queueDepth }
      : { threads: workers * queueDepth, depth: 1 }),
    ...{ engine: "null", fallback: null, repetition: 1, seed: 11, generations: null, dataset },
    ...{ location: { kind: "memory", synthetic: null }, intervalNs: 1e9, drainNs: 0, quietNs: 0 },
  };
}

/** What one thread issues, written data included; its slots ask one after the other. */
function issued(setup: PhaseSetup, worker: number, most: number): readonly string[] {
  const { source, slots, buffers, live } = makeWork({ setup, worker });
  const found: string[] = [];
  let refused = 0;
  for (let turn = 0; found.length < most && refused < slots.depth; turn++) {
    const slot = turn % slots.depth;
    if (!source.next(slot)) {
      refused++;
      continue;
    }
    refused = 0;
    const { operation, file, offset, length } = rowOf(slots, slot);
    const data = SENDS.has(operation) ? buffers.views[slot] : undefined;
    const hash = data === undefined ? "" : createHash("sha1").update(data).digest("base64");
    found.push(`${operation} ${file} ${offset} ${length} ${hash}`);
    live?.completed(slot, 0);
  }
  return found;
}

const threadsOf = (setup: PhaseSetup, most: number): readonly (readonly string[])[] =>
  Array.from({ length: setup.threads }, (_, thread) => issued(setup, thread, most));

/** By host, what its threads issue. */
function byHost(phase: PhasePlan, dataset: DatasetLocation, host: Host, most = Infinity) {
  return Array.from({ length: host.hosts }, (_, place) =>
    setupOf(phase, dataset, host, { host: place, hosts: host.hosts }),
  ).map((setup) => ({ setup, threads: threadsOf(setup, most) }));
}

test("hosts issue, worker by worker, what one host with all their workers does", () => {
  fc.assert(
    fc.property(anyWork, anyLimit, anyHost, ([changes, dataset], limit, host) => {
      const phase = phasePlan({ ...changes, limit });
      const whole = setupOf(phase, dataset, { ...host, workers: host.hosts * host.workers });
      const parts = byHost(phase, dataset, host, COMPARED).flatMap(({ threads }) => threads);
      expect(parts).toEqual(threadsOf(whole, COMPARED));
    }),
    { numRuns: draws(150, 20_000), seed: 19 },
  );
});

test("hosts issue the planned number of operations, each host its share", () => {
  const anyCount = fc.integer({ min: 1, max: 300 });
  fc.assert(
    fc.property(anyPattern, anyCount, anyHost, (pattern, operations, host) => {
      const limit = { kind: "operations", operations } as const;
      // Blocks for every worker, or those without any would leave out their share.
      const dataset = filesOf(Array.from({ length: 7 }, () => 64 * 4096));
      const parts = byHost(phasePlan({ ...pattern, limit }), dataset, host);
      for (const { setup, threads } of parts) {
        expect(operationsOfHost(setup)).toBe(threads.flat().length);
      }
      const all = parts.flatMap(({ threads }) => threads.flat());
      expect(all.length).toBe(operations);
    }),
    { numRuns: draws(60, 5000), seed: 19 },
  );
});

test("hosts transfer the planned bytes", () => {
  fc.assert(
    fc.property(anyPattern, fc.integer({ min: 1, max: 1_000_000 }), anyHost, (p, bytes, host) => {
      const limit = { kind: "bytes", bytes } as const;
      const dataset = filesOf(Array.from({ length: 7 }, () => 64 * 4096));
      const parts = byHost(phasePlan({ ...p, limit }), dataset, host);
      const all = parts.flatMap(({ threads }) => threads.flat());
      expect(all.length).toBe(Math.ceil(bytes / 4096));
    }),
    { numRuns: draws(60, 5000), seed: 19 },
  );
});

test("hosts visit every block once per pass", () => {
  fc.assert(
    fc.property(anyWalk, fc.integer({ min: 1, max: 90 }), anyHost, (pattern, blocks, host) => {
      const limit = { kind: "epochs", epochs: 1 } as const;
      const phase = phasePlan({ ...pattern, limit });
      const all = byHost(phase, filesOf([blocks * 4096]), host).flatMap(({ threads }) =>
        threads.flat(),
      );
      expect(all.length).toBe(blocks);
      expect(new Set(all).size).toBe(blocks);
    }),
    { numRuns: draws(60, 5000), seed: 19 },
  );
});

test("hosts visit every file and every sample once per pass", () => {
  const anyPass = fc.oneof(
    fc.tuple(fc.constantFrom(mixOf("create"), mixOf("fetch"), mixOf("stat")), anyFiles),
    fc.tuple(fc.constantFrom(mixOf("stream")), anyShards),
  );
  const anyOrder = fc.constantFrom<AccessPattern>("sequential", "shuffled");
  fc.assert(
    fc.property(anyPass, anyOrder, anyHost, ([mix, dataset], access, host) => {
      const limit = { kind: "epochs", epochs: 1 } as const;
      const phase = phasePlan({ mix, access, limit });
      const all = byHost(phase, dataset, host).flatMap(({ threads }) =>
        threads.flat().map((row) => row.split(" ").slice(0, 3).join(" ")),
      );
      expect(all.length).toBe(dataset.samples?.file.length ?? dataset.count);
      expect(new Set(all).size).toBe(all.length);
    }),
    { numRuns: draws(60, 5000), seed: 19 },
  );
});

test("the second of two hosts issues other blocks than the first", () => {
  const limit = { kind: "operations", operations: 160 } as const;
  const dataset = filesOf([4096 * 4096]);
  const host = { workers: 4, queueDepth: 1, inThread: true };
  const phase = phasePlan({ access: "random", limit });
  const alone = threadsOf(setupOf(phase, dataset, host), Infinity);
  const [first, second] = byHost(phase, dataset, { ...host, hosts: 2 });
  expect(first?.threads.map((one) => one.length)).toEqual([20, 20, 20, 20]);
  expect(alone.map((one) => one.slice(0, 20))).toEqual(first?.threads);
  expect(second?.threads).not.toEqual(first?.threads);
});
