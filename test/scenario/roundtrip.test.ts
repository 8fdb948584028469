import fc from "fast-check";
import { expect, it } from "vitest";
import type { DatasetPlan, SizeDistribution } from "../../src/model/plan/dataset.ts";
import { OPERATIONS, type Operation } from "../../src/model/plan/operation.ts";
import {
  ACCESS_REGIONS,
  CACHE_POLICIES,
  ENGINE_NAMES,
  NO_PARAMETERS,
  type PhasePlan,
  type Plan,
  SYNC_CALLS,
} from "../../src/model/plan/plan.ts";
import { rate, steady, warmup } from "./arbitrary-load.ts";
import { archived, listing, objects, restore } from "./arbitrary-objects.ts";
import { plan as load } from "./support.ts";
import { scenarioText } from "./written.ts";

const KIB = 1024;

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
  // Wide and deep enough for a thousand files, however few a directory has.
  const tree = fc.record({ width: whole(10, 999_999), depth: whole(3, 16) });
  const plan = fc.record({
    name: fc.constant(kind),
    kind: fc.constant(kind),
    count: whole(10, 1000),
    size,
    seed: fc.constant(seed),
    shardBytes: kind === "shards" ? whole(1, 1e9) : fc.constant(0),
    filesPerDirectory: whole(1, 1e5),
    suffix: fc.constant(kind === "shards" ? ".tar" : ".jpg"),
    versions: whole(1, 1000),
    data: fc.record({
      compressible: fc.double({ min: 1, max: 20, noNaN: true }),
      dedupable: kind === "files" ? whole(1, 1000) : fc.constant(1),
      verifiable: fc.constant(false),
    }),
  });
  const layout =
    kind === "shards" ? fc.constant({}) : fc.oneof(fc.constant({}), fc.record({ tree }));
  return fc.tuple(plan, layout).map((parts) => Object.assign({}, ...parts));
}

const region = fc.constantFrom(...ACCESS_REGIONS);
const percent = whole(1, 99).map((value) => value / 100);

/** A pattern of blocks with parameters. */
const pattern: fc.Arbitrary<Pick<PhasePlan, "access" | "accessParameters">> = fc
  .oneof(
    fc.record({ access: fc.constantFrom("random" as const, "permutation" as const) }),
    fc.record({ access: fc.constantFrom("sequential" as const, "reverse" as const), region }),
    fc.record({
      access: fc.constant("strided" as const),
      region,
      strideBytes: whole(1, 1e6).map((blocks) => blocks * 1024),
    }),
    fc.record({ access: fc.constant("zipf" as const), theta: whole(1, 300).map((n) => n / 100) }),
    fc.record({
      access: fc.constant("hotspot" as const),
      hotOperationsShare: percent,
      hotDataShare: percent,
    }),
  )
  .map(({ access, ...parameters }) => ({
    access,
    accessParameters: { ...NO_PARAMETERS, ...parameters },
  }));

interface Shape {
  readonly mix: PhasePlan["mix"];
  readonly pattern: Pick<PhasePlan, "access" | "accessParameters">;
  readonly blocks: Pick<PhasePlan, "blockBytes" | "blockMix">;
  readonly limit: PhasePlan["limit"];
}

/** Operation, access and limit that go together; everything else is free. */
const shape: fc.Arbitrary<Shape> = fc.oneof<fc.Arbitrary<Shape>[]>(
  fc.record({
    mix: fc.constantFrom(
      [{ operation: "read" as const, weight: 1 }],
      [
        { operation: "read" as const, weight: 70 },
        { operation: "write" as const, weight: 30 },
      ],
    ),
    pattern,
    blocks: fc.constantFrom(
      { blockBytes: 512, blockMix: [] },
      {
        blockBytes: 1024,
        blockMix: [
          { bytes: 512, weight: 70 },
          { bytes: 1024, weight: 0.5 },
        ],
      },
    ),
    limit: fc.oneof(
      whole(1e7, 1e12).map((durationNs) => ({ kind: "duration" as const, durationNs })),
      steady,
      whole(KIB, 1e12).map((total) => ({ kind: "bytes" as const, bytes: total })),
      whole(1, 1e9).map((operations) => ({ kind: "operations" as const, operations })),
    ),
  }),
  fc.record({
    mix: fc.constant([
      { operation: "stat" as const, weight: 30 },
      { operation: "create" as const, weight: 15 },
      { operation: "delete" as const, weight: 10 },
    ]),
    pattern: fc.constant({ access: "shuffled" as const, accessParameters: NO_PARAMETERS }),
    blocks: fc.constant({ blockBytes: 512, blockMix: [] }),
    limit: whole(1, 1e9).map((operations) => ({ kind: "operations" as const, operations })),
  }),
  fc.record({
    mix: fc
      .constantFrom(...OPERATIONS.filter((one) => !["read", "write", "stream"].includes(one)))
      .map((operation) => [{ operation, weight: 1 }]),
    pattern: fc
      .constantFrom("shuffled" as const, "sequential" as const)
      .map((access) => ({ access, accessParameters: NO_PARAMETERS })),
    blocks: fc.constant({ blockBytes: 512, blockMix: [] }),
    limit: fc.constant({ kind: "epochs" as const, epochs: 1 }),
  }),
);

/** The part that is valid for the operations. */
function durability(
  mix: PhasePlan["mix"],
  sync: PhasePlan["sync"],
  dsync: boolean,
): Pick<PhasePlan, "sync" | "dsync"> {
  const does = (name: Operation) => mix.some(({ operation }) => operation === name);
  if (!does("write") && !does("create")) return { sync: null, dsync: false };
  if (sync === null) return { sync, dsync };
  const fitted = does("create") ? { ...sync, every: 1 } : { ...sync, directory: false };
  return { sync: fitted, dsync };
}

function onlyBlocks(mix: PhasePlan["mix"]): boolean {
  return mix.every(({ operation }) => operation === "read" || operation === "write");
}

const phase: fc.Arbitrary<PhasePlan> = fc
  .record({
    shape,
    name,
    dataset: fc.constant("files"),
    workers: whole(1, 1024),
    queueDepth: whole(1, 4096),
    hosts: fc.option(whole(1, 1024)),
    rate,
    warmupNs: whole(0, 1e10),
    warmupAuto: fc.boolean(),
    cache: fc.constantFrom(...CACHE_POLICIES),
    engine: fc.constantFrom("auto" as const, ...ENGINE_NAMES),
    sync: fc.option(
      fc.record({
        call: fc.constantFrom(...SYNC_CALLS),
        every: whole(1, 1e6),
        directory: fc.boolean(),
      }),
    ),
    dsync: fc.boolean(),
    polling: fc.constantFrom("none" as const, "submission" as const),
    partBytes: whole(1, 1e9),
    partConcurrency: whole(1, 1024),
    retries: whole(0, 100),
    verify: fc.constant(false),
    objects,
    listing,
    restore,
    keysPerRequest: whole(1, 1000),
    matrix: fc.constant({}),
  })
  .map(({ shape: { pattern, blocks, ...shape }, sync, dsync, hosts, ...rest }) => ({
    ...rest,
    ...(hosts === null ? {} : { hosts }),
    ...shape,
    ...pattern,
    ...blocks,
    ...archived(shape.mix, rest.objects, rest.restore),
    ...durability(shape.mix, sync, dsync),
    polling: onlyBlocks(shape.mix) ? rest.polling : "none",
    rate: shape.mix.some(({ operation }) => operation === "restore") ? null : rest.rate,
    ...warmup(shape.limit, rest),
    // New files are written through the page cache.
    cache: shape.mix.some((part) => part.operation === "create") ? "dropped" : rest.cache,
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
      const { phases, ...loaded } = load(scenarioText(written));
      // A phase names its line in the file; the plan as such has none.
      expect(phases.map(({ place }) => typeof place?.line)).toEqual(phases.map(() => "number"));
      const without = phases.map(({ place: _place, ...one }) => one);
      expect({ ...loaded, phases: without }).toEqual(written);
    }),
  );
});
