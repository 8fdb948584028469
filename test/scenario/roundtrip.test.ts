import fc from "fast-check";
import { expect, it } from "vitest";
import { stringify } from "yaml";
import type { DatasetPlan, SizeDistribution } from "../../src/model/dataset.ts";
import { OPERATIONS } from "../../src/model/operation.ts";
import { CACHE_POLICIES, ENGINE_NAMES, type PhasePlan, type Plan } from "../../src/model/plan.ts";
import { plan as load } from "./support.ts";

const KIB = 1024;
const bytes = (value: number) => `${value}B`;
const nanoseconds = (value: number) => `${value}ns`;

function sizeText(size: SizeDistribution): unknown {
  if (size.kind === "fixed") return bytes(size.bytes);
  const bounds = { min: bytes(size.minBytes), max: bytes(size.maxBytes) };
  if (size.kind === "uniform") return { uniform: bounds };
  const mean = bytes(size.meanBytes);
  return { lognormal: { mean, sd: bytes(size.standardDeviationBytes), ...bounds } };
}

function datasetText(dataset: DatasetPlan): unknown {
  const { kind, count, size, shardBytes, filesPerDirectory, suffix } = dataset;
  const shards = kind === "shards" ? { shardSize: bytes(shardBytes) } : {};
  return { kind, count, size: sizeText(size), filesPerDirectory, suffix, ...shards };
}

function limitText({ limit }: PhasePlan): unknown {
  if (limit.kind === "duration") return { duration: nanoseconds(limit.durationNs) };
  if (limit.kind === "bytes") return { totalBytes: bytes(limit.bytes) };
  return limit.kind === "epochs" ? { epochs: limit.epochs } : { operations: limit.operations };
}

function phaseText(phase: PhasePlan): unknown {
  const { name, dataset, mix, access, workers, queueDepth, cache, engine } = phase;
  const weights = Object.fromEntries(mix.map(({ operation, weight }) => [operation, weight]));
  return {
    name,
    dataset,
    ...(mix.length === 1 ? { operation: mix[0]?.operation } : { mix: weights }),
    access,
    blockSize: bytes(phase.blockBytes),
    workers,
    queueDepth,
    warmup: nanoseconds(phase.warmupNs),
    ...Object(limitText(phase)),
    cache,
    engine,
    partSize: bytes(phase.partBytes),
    partConcurrency: phase.partConcurrency,
    retries: phase.retries,
  };
}

/** A scenario that says everything a plan holds. */
function scenarioText(plan: Plan): string {
  const { name, title, description, guide, seed, repetitions, intervalNs } = plan;
  return stringify({
    name,
    title,
    description,
    guide,
    seed,
    repetitions,
    ...(intervalNs > 0 && { interval: nanoseconds(intervalNs) }),
    datasets: Object.fromEntries(plan.datasets.map((one) => [one.name, datasetText(one)])),
    phases: plan.phases.map(phaseText),
  });
}

const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,12}$/);
const words = fc.string({ maxLength: 40 }).filter((text) => !text.includes("$"));
const size: fc.Arbitrary<SizeDistribution> = fc.oneof(
  fc.record({ kind: fc.constant("fixed" as const), bytes: fc.integer({ min: KIB, max: 1e6 }) }),
  fc.record({
    kind: fc.constant("uniform" as const),
    minBytes: fc.integer({ min: KIB, max: 1e5 }),
    maxBytes: fc.integer({ min: 1e5, max: 1e6 }),
  }),
  fc.record({
    kind: fc.constant("lognormal" as const),
    meanBytes: fc.integer({ min: 1e4, max: 1e5 }),
    standardDeviationBytes: fc.integer({ min: 1, max: 1e5 }),
    minBytes: fc.integer({ min: KIB, max: 1e4 }),
    maxBytes: fc.integer({ min: 1e5, max: 1e6 }),
  }),
);
const whole = (min: number, max: number) => fc.integer({ min, max });

function dataset(kind: DatasetPlan["kind"], seed: number): fc.Arbitrary<DatasetPlan> {
  return fc.record({
    name: fc.constant(kind),
    kind: fc.constant(kind),
    count: whole(10, 1000),
    size,
    seed: fc.constant(seed),
    shardBytes: kind === "shards" ? whole(1, 1e9) : fc.constant(0),
    filesPerDirectory: whole(1, 1e5),
    suffix: fc.constant(kind === "shards" ? ".tar" : ".jpg"),
  });
}

/** Operation, access and limit that go together; everything else is free. */
const shape = fc.oneof(
  fc.record({
    mix: fc.constantFrom(
      [{ operation: "read" as const, weight: 1 }],
      [
        { operation: "read" as const, weight: 70 },
        { operation: "write" as const, weight: 30 },
      ],
    ),
    access: fc.constantFrom("random" as const, "sequential" as const),
    limit: fc.oneof(
      whole(1e7, 1e12).map((durationNs) => ({ kind: "duration" as const, durationNs })),
      whole(KIB, 1e12).map((total) => ({ kind: "bytes" as const, bytes: total })),
      whole(1, 1e9).map((operations) => ({ kind: "operations" as const, operations })),
    ),
  }),
  fc.record({
    mix: fc
      .constantFrom(...OPERATIONS.filter((one) => !["read", "write", "stream"].includes(one)))
      .map((operation) => [{ operation, weight: 1 }]),
    access: fc.constantFrom("shuffled" as const, "sequential" as const),
    limit: fc.constant({ kind: "epochs" as const, epochs: 1 }),
  }),
);

const phase: fc.Arbitrary<PhasePlan> = fc
  .record({
    shape,
    name,
    dataset: fc.constant("files"),
    blockBytes: fc.constantFrom(512, 1024),
    workers: whole(1, 1024),
    queueDepth: whole(1, 4096),
    warmupNs: whole(0, 1e10),
    cache: fc.constantFrom(...CACHE_POLICIES),
    engine: fc.constantFrom("auto" as const, ...ENGINE_NAMES),
    partBytes: whole(1, 1e9),
    partConcurrency: whole(1, 1024),
    retries: whole(0, 100),
    matrix: fc.constant({}),
  })
  .map(({ shape, ...rest }) => ({
    ...rest,
    ...shape,
    warmupNs: shape.limit.kind === "duration" ? rest.warmupNs : 0,
    // New files are written through the page cache.
    cache: shape.mix[0]?.operation === "create" ? "dropped" : rest.cache,
  }));

const plan: fc.Arbitrary<Plan> = whole(0, 0xffff_ffff).chain((seed) =>
  fc.record({
    name,
    title: words,
    description: words.map((text) => text.trim()),
    guide: fc.array(whole(0, 99).map((id) => `G${String(id).padStart(2, "0")}`)),
    seed: fc.constant(seed),
    repetitions: whole(1, 1000),
    intervalNs: fc.constantFrom(0, 1e8, 1e9),
    datasets: fc.tuple(dataset("files", seed), dataset("shards", seed)),
    phases: fc.uniqueArray(phase, { minLength: 1, maxLength: 4, selector: (one) => one.name }),
  }),
);

it("any plan, written as a scenario, loads to the same plan", () => {
  fc.assert(
    fc.property(plan, (written) => {
      expect(load(scenarioText(written))).toEqual(written);
    }),
  );
});
