import { makeUnits, UNIT_WORDS, type WriteUnit } from "../../model/content/content.ts";
import { makeVerifiable } from "../../model/content/verifiable.ts";
import { UNIT_BYTES } from "../../model/plan/data.ts";
import { type DatasetLocation, fileName } from "../../model/plan/dataset.ts";
import type { SessionTask } from "../engine.ts";
import { TransferError } from "./errors.ts";

/** Makes the check of objects' contents; null if the phase does not verify them. */
export function contentOf({ objects, dataset }: SessionTask): ObjectContent | null {
  return objects.verify ? new ObjectContent(dataset) : null;
}

/**
 * Compares the bytes of objects, as they arrive, with the prepared data: each 4 KiB is generated
 * again. Not for shards, and not for objects that a phase wrote.
 */
export class ObjectContent {
  private readonly dataset: DatasetLocation;
  private readonly write: WriteUnit;
  private readonly words = new Uint32Array(UNIT_WORDS);
  private readonly unit = Buffer.from(this.words.buffer);
  private file = 0;
  private at = 0;
  /** Unit in the memory; -1: none. */
  private made = -1;

  constructor(dataset: DatasetLocation) {
    this.dataset = dataset;
    const { seed, data, totalBytes } = dataset;
    if (data.verifiable) {
      const format = makeVerifiable(dataset);
      this.write = (words, at, file, unit) => format.write(words, at, file, unit, 0, 0);
    } else this.write = makeUnits(seed, data, totalBytes / UNIT_BYTES);
  }

  /** Expects the bytes of a file from `offset` upward. */
  begin(file: number, offset: number): void {
    this.file = file;
    this.at = offset;
    this.made = -1;
  }

  /** Checks the next bytes; `ECORRUPT` with the first wrong byte, or null. */
  check(buffer: Buffer, from: number, to: number): TransferError | null {
    for (let i = from; i < to; ) {
      const unit = Math.floor(this.at / UNIT_BYTES);
      const skip = this.at - unit * UNIT_BYTES;
      const bytes = Math.min(UNIT_BYTES - skip, to - i);
      if (unit !== this.made) {
        this.write(this.words, 0, this.file, unit);
        this.made = unit;
      }
      if (buffer.compare(this.unit, skip, skip + bytes, i, i + bytes) !== 0) {
        return this.wrong(buffer, i, skip);
      }
      i += bytes;
      this.at += bytes;
    }
    return null;
  }

  private wrong(buffer: Buffer, from: number, skip: number): TransferError {
    let offset = 0;
    while (buffer[from + offset] === this.unit[skip + offset]) offset++;
    const place = `byte ${this.at + offset} of ${fileName(this.dataset, this.file)}`;
    return new TransferError("ECORRUPT", `${place} differs from the written data`);
  }
}
