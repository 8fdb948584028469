import { crc32 } from "node:zlib";
import { UNIT_BYTES } from "../../model/plan/data.ts";
import type { DatasetLocation } from "../../model/plan/dataset.ts";

/** A cell: generation (23 bits), writes in flight (8 bits), and whether it is uncertain. */
const GENERATION = 0x7fffff;
const ONE_WRITE = 0x800000;
const IN_FLIGHT = 0x7f800000;
const UNCERTAIN = 0x80000000;

/**
 * Latest generation of each 4 KiB unit, shared by all workers and phases of a run: 4 bytes per
 * unit, a thousandth of the dataset. A unit is certain if no write to it is in flight and the last
 * one neither failed nor overlapped with another: then a read must return exactly its generation.
 * Two concurrent writes may be stored in either order, or mixed.
 */
export interface Generations {
  readonly cells: Uint32Array<SharedArrayBuffer>;
  /** Position of each file's first unit. */
  readonly first: Float64Array<SharedArrayBuffer>;
  /** Distinguishes writes of this run from older data. */
  readonly tag: number;
}

/** Generations of a run's datasets, created on first use of a dataset. */
export class GenerationTables {
  private readonly known = new Map<string, Generations>();
  private readonly tag: number;

  constructor(runId: string) {
    this.tag = crc32(runId);
  }

  /** Generations of a dataset; null if its units do not describe themselves. */
  of(dataset: DatasetLocation): Generations | null {
    if (!dataset.data.verifiable) return null;
    const known = this.known.get(dataset.name) ?? makeGenerations(dataset, this.tag);
    this.known.set(dataset.name, known);
    return known;
  }
}

function makeGenerations({ sizes, count }: DatasetLocation, tag: number): Generations {
  const first = new Float64Array(new SharedArrayBuffer((count + 1) * 8));
  for (let file = 0; file < count; file++) {
    first[file + 1] = (first[file] ?? 0) + Math.ceil((sizes[file] ?? 0) / UNIT_BYTES);
  }
  const cells = new Uint32Array(new SharedArrayBuffer((first[count] ?? 0) * 4));
  return { cells, first, tag };
}

/** Starts a write to a unit; returns its generation. */
export function beginWrite(cells: Uint32Array, unit: number): number {
  for (;;) {
    const old = Atomics.load(cells, unit);
    const generation = (old & GENERATION) === GENERATION ? 1 : (old & GENERATION) + 1;
    const flying = old & IN_FLIGHT;
    // A full counter stays full, and its unit uncertain.
    if (flying === IN_FLIGHT) return generation;
    const uncertain = flying === 0 ? 0 : UNCERTAIN;
    const next = (uncertain | (flying + ONE_WRITE) | generation) >>> 0;
    if (Atomics.compareExchange(cells, unit, old, next) === old) return generation;
  }
}

/** Ends a write; after a failed one the content is unknown. */
export function endWrite(cells: Uint32Array, unit: number, failed: boolean): void {
  for (;;) {
    const old = Atomics.load(cells, unit);
    if ((old & IN_FLIGHT) === IN_FLIGHT) return;
    const next = ((old - ONE_WRITE) | (failed ? UNCERTAIN : 0)) >>> 0;
    if (Atomics.compareExchange(cells, unit, old, next) === old) return;
  }
}

/** The generation that a read must return; null if it is uncertain. */
export function certainOf(cell: number): number | null {
  return (cell & (IN_FLIGHT | UNCERTAIN)) === 0 ? cell & GENERATION : null;
}
