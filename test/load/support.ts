import { makeBuffers, makeSlots } from "../../src/engine/buffers.ts";
import type { SlotTable } from "../../src/engine/engine.ts";
import { makeSource } from "../../src/load/source/index.ts";
import type { OperationSource } from "../../src/load/source/source.ts";
import { RANDOM_DATA } from "../../src/model/plan/data.ts";
import type { DatasetLocation, SampleIndex } from "../../src/model/plan/dataset.ts";
import { OPERATIONS, type Operation } from "../../src/model/plan/operation.ts";
import { NO_PARAMETERS, type PhasePlan, PLAIN_REQUESTS } from "../../src/model/plan/plan.ts";

/** One operation as a source filled it in. */
export interface Issued {
  readonly slot: number;
  readonly operation: Operation;
  readonly file: number;
  readonly offset: number;
  readonly length: number;
}

/** A phase of random 4 KiB reads with a count; `changes` replaces any field. */
export function phasePlan(changes: Partial<PhasePlan> = {}): PhasePlan {
  return {
    name: "phase",
    dataset: "data",
    mix: [{ operation: "read", weight: 1 }],
    access: "random",
    accessParameters: NO_PARAMETERS,
    blockBytes: 4096,
    blockMix: [],
    workers: 1,
    queueDepth: 1,
    rate: null,
    warmupNs: 0,
    warmupAuto: false,
    limit: { kind: "operations", operations: 100 },
    cache: "warm",
    engine: "auto",
    sync: null,
    dsync: false,
    polling: "none",
    partBytes: 8388608,
    partConcurrency: 1,
    retries: 0,
    verify: false,
    ...PLAIN_REQUESTS,
    matrix: {},
    ...changes,
  };
}

/** Loose files of the given sizes. */
export function filesOf(sizes: readonly number[]): DatasetLocation {
  return {
    name: "data",
    folder: "data",
    suffix: ".bin",
    filesPerDirectory: 1000,
    count: sizes.length,
    sizes: Float64Array.from(sizes),
    totalBytes: sizes.reduce((sum, size) => sum + size, 0),
    samples: null,
    seed: 7,
    data: RANDOM_DATA,
  };
}

/** Shards with a number of samples each, and space for a header before each sample. */
export function shardsOf(perShard: readonly number[], sampleBytes = 1000): DatasetLocation {
  const file: number[] = [];
  const offset: number[] = [];
  for (const [shard, count] of perShard.entries()) {
    for (let i = 0; i < count; i++) {
      file.push(shard);
      offset.push(512 + i * 1536);
    }
  }
  const samples: SampleIndex = {
    file: Int32Array.from(file),
    offset: Float64Array.from(offset),
    length: new Float64Array(file.length).fill(sampleBytes),
  };
  return { ...filesOf(perShard.map((count) => count * 1536 + 1024)), suffix: ".tar", samples };
}

/** Which worker of how many, at which depth and seed. */
export interface Part {
  readonly worker?: number;
  /** Threads; each is a worker of the plan where `planned` does not say otherwise. */
  readonly workers?: number;
  readonly planned?: number;
  readonly depth?: number;
  readonly seed?: number;
}

/** A source and the table it fills. */
export function sourceOf(
  phase: PhasePlan,
  dataset: DatasetLocation,
  part: Part = {},
): { readonly source: OperationSource; readonly slots: SlotTable } {
  const { worker = 0, workers = 1, planned = workers, depth = 1, seed = 7 } = part;
  const slots = makeSlots(depth);
  const buffers = makeBuffers(depth, phase.blockBytes);
  return {
    source: makeSource(
      { phase, dataset, slots, worker, workers, lanes: workers / planned, seed },
      buffers,
    ),
    slots,
  };
}

/**
 * Operations of a worker, at most `limit`. `turns` decides which slot asks next, again and
 * again; a slot that is refused asks no more.
 */
export function issue(
  phase: PhasePlan,
  dataset: DatasetLocation,
  part: Part = {},
  limit = 100_000,
  turns: readonly number[] = [0],
): readonly Issued[] {
  const { source, slots } = sourceOf(phase, dataset, part);
  const issued: Issued[] = [];
  const refused = new Set<number>();
  for (let turn = 0; issued.length < limit && refused.size < slots.depth; turn++) {
    const wanted = (turns[turn % turns.length] ?? 0) % slots.depth;
    const slot = refused.has(wanted) ? firstLeft(slots.depth, refused) : wanted;
    if (!source.next(slot)) refused.add(slot);
    else issued.push(rowOf(slots, slot));
  }
  return issued;
}

/** Operations of all workers of a phase, by worker. */
export function issueAll(
  phase: PhasePlan,
  dataset: DatasetLocation,
  workers: number,
): readonly (readonly Issued[])[] {
  return Array.from({ length: workers }, (_, worker) => issue(phase, dataset, { worker, workers }));
}

/** The same without its slot, to compare sequences. */
export function place({ operation, file, offset, length }: Issued): string {
  return `${operation} ${file} ${offset} ${length}`;
}

/** The operation in a slot. */
export function rowOf(slots: SlotTable, slot: number): Issued {
  return {
    slot,
    operation: OPERATIONS[slots.operation[slot] ?? 0] ?? "read",
    file: slots.file[slot] ?? -1,
    offset: slots.offset[slot] ?? -1,
    length: slots.length[slot] ?? -1,
  };
}

function firstLeft(depth: number, refused: ReadonlySet<number>): number {
  for (let slot = 0; slot < depth; slot++) if (!refused.has(slot)) return slot;
  throw new Error("no slot is left");
}
