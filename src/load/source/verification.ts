import { wordsOf } from "../../engine/buffers.ts";
import type { EngineError, SlotBuffers, SlotTable } from "../../engine/engine.ts";
import { UNIT_WORDS } from "../../model/content/content.ts";
import {
  type Damage,
  makeVerifiable,
  type Verifiable,
  type Written,
} from "../../model/content/verifiable.ts";
import { UNIT_BYTES } from "../../model/plan/data.ts";
import { type DatasetLocation, fileName } from "../../model/plan/dataset.ts";
import { operationCode } from "../../model/plan/operation.ts";
import { beginWrite, certainOf, endWrite, type Generations } from "./generations.ts";
import type { OperationSource } from "./source.ts";

const READ = operationCode("read");
const WRITE = operationCode("write");

/** Result of a read with wrong data; not a code of an engine. */
const DAMAGED = -1_000_000;

/** Parameters of a verification. */
export interface VerificationTask {
  readonly dataset: DatasetLocation;
  readonly slots: SlotTable;
  readonly buffers: SlotBuffers;
  readonly generations: Generations;
  /** Whether reads are checked; writes always describe themselves. */
  readonly checks: boolean;
}

/**
 * Writes self-describing blocks and checks read blocks, unit by unit.
 *
 * A read is compared with the cell of each unit at its issue. Only cells that are certain then and
 * unchanged at the completion decide, so that a read concurrent with a write is not an error; such
 * units are counted but not checked.
 */
export class Verification {
  private readonly task: VerificationTask;
  private readonly format: Verifiable;
  private readonly words: Uint32Array;
  private readonly strideWords: number;
  /** Cells of a slot's units at the issue of its operation. */
  private readonly issuedCells: Uint32Array;
  private readonly unitsEach: number;
  private found: EngineError = { code: "ECORRUPT", message: "" };
  private verified = 0;
  private overlapped = 0;

  constructor(task: VerificationTask) {
    const { dataset, buffers, slots } = task;
    this.task = task;
    this.format = makeVerifiable(dataset);
    this.words = wordsOf(buffers);
    this.strideWords = buffers.strideBytes / 4;
    this.unitsEach = buffers.strideBytes / UNIT_BYTES;
    this.issuedCells = new Uint32Array(slots.depth * this.unitsEach);
  }

  /** Issues the inner source's operations, records their cells and fills in write data. */
  over(inner: OperationSource): OperationSource {
    return {
      next: (slot) => {
        if (!inner.next(slot)) return false;
        this.enter(slot);
        return true;
      },
    };
  }

  /** Checks a completion; returns its result, or another one if the data is wrong. */
  completed(slot: number, result: number): number {
    const { slots, generations, checks } = this.task;
    const operation = slots.operation[slot];
    const first = this.firstUnit(slot);
    const units = (slots.length[slot] ?? 0) / UNIT_BYTES;
    if (operation === WRITE) {
      for (let i = 0; i < units; i++) endWrite(generations.cells, first + i, result < 0);
      return result;
    }
    if (!checks || operation !== READ || result < 0) return result;
    for (let i = 0; i < units; i++) {
      const error = this.check(slot, i, first + i);
      if (error === null) continue;
      this.found = error;
      return DAMAGED;
    }
    return result;
  }

  /** Error of the last {@link completed} with wrong data. */
  explain(result: number): EngineError | null {
    return result === DAMAGED ? this.found : null;
  }

  counters(): Readonly<Record<string, number>> {
    if (!this.task.checks) return {};
    return { unitsVerified: this.verified, unitsOverlapped: this.overlapped };
  }

  private firstUnit(slot: number): number {
    const { slots, generations } = this.task;
    return (generations.first[slots.file[slot] ?? 0] ?? 0) + (slots.offset[slot] ?? 0) / UNIT_BYTES;
  }

  private enter(slot: number): void {
    const { slots, generations } = this.task;
    const { cells, tag } = generations;
    const units = (slots.length[slot] ?? 0) / UNIT_BYTES;
    const first = this.firstUnit(slot);
    if (slots.operation[slot] === WRITE) {
      const file = slots.file[slot] ?? 0;
      const inFile = (slots.offset[slot] ?? 0) / UNIT_BYTES;
      for (let i = 0; i < units; i++) {
        const at = slot * this.strideWords + i * UNIT_WORDS;
        const generation = beginWrite(cells, first + i);
        this.format.write(this.words, at, file, inFile + i, generation, tag);
      }
      return;
    }
    for (let i = 0; i < units; i++) {
      this.issuedCells[slot * this.unitsEach + i] = Atomics.load(cells, first + i);
    }
  }

  private check(slot: number, index: number, cell: number): EngineError | null {
    const { slots, generations } = this.task;
    const issued = this.issuedCells[slot * this.unitsEach + index] ?? 0;
    const certain = certainOf(issued);
    if (certain === null || Atomics.load(generations.cells, cell) !== issued) {
      this.overlapped++;
      return null;
    }
    this.verified++;
    const file = slots.file[slot] ?? 0;
    const unit = (slots.offset[slot] ?? 0) / UNIT_BYTES + index;
    const at = slot * this.strideWords + index * UNIT_WORDS;
    const found = this.format.inspect(this.words, at, file, unit);
    const place = `the 4 KiB at ${unit * UNIT_BYTES} of ${fileName(this.task.dataset, file)}`;
    if ("kind" in found) return damageError(place, found);
    const tag = certain === 0 ? 0 : generations.tag;
    if (found.generation === certain && found.tag === tag) return null;
    return ageError(place, found, { generation: certain, tag });
  }
}

function damageError(place: string, damage: Damage): EngineError {
  if (damage.kind === "misplaced") {
    const { file, unit } = damage;
    const message = `${place} contain a whole block of file ${file} at ${unit * UNIT_BYTES}`;
    return { code: "EMISPLACED", message };
  }
  if (damage.kind === "torn") {
    const generations = damage.generations.join(" and ");
    return { code: "ETORN", message: `${place} are a mix of generations ${generations}` };
  }
  return { code: "ECORRUPT", message: `${place} were not written by any write` };
}

function ageError(place: string, found: Written, expected: Written): EngineError {
  const wrong = `${place} have generation ${found.generation}`;
  if (found.tag !== expected.tag && found.generation > 0) {
    return { code: "ESTALEBLOCK", message: `${place} were written by another run` };
  }
  if (found.generation < expected.generation) {
    const message = `${wrong}, but generation ${expected.generation} was written since`;
    return { code: "ESTALEBLOCK", message };
  }
  const message = `${wrong}, but the last written one is ${expected.generation}`;
  return { code: "ECORRUPT", message };
}
