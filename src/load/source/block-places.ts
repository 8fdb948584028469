import type { SlotTable } from "../../engine/engine.ts";
import type { DatasetLocation } from "../../model/plan/dataset.ts";

/** Where the blocks of a dataset lie, all of them numbered through from the first file on. */
export interface BlockPlaces {
  /** Whole blocks in the dataset; what is left of a file after its last one is never visited. */
  readonly total: number;
  /** Sets a slot's file and offset to `shift` bytes into a block. */
  put(slot: number, block: number, shift: number): void;
}

/** Blocks of `blockBytes` in the files of a dataset, placed in the rows of `slots`. */
export function blockPlaces(
  dataset: DatasetLocation,
  blockBytes: number,
  slots: SlotTable,
): BlockPlaces {
  const first = firstBlocks(dataset, blockBytes);
  const total = first[dataset.count] ?? 0;
  const { file, offset } = slots;
  const perFile = first[1] ?? 0;
  if (total > 0 && first.every((block, index) => block === index * perFile)) {
    return {
      total,
      put(slot, block, shift) {
        const index = Math.floor(block / perFile);
        file[slot] = index;
        offset[slot] = (block - index * perFile) * blockBytes + shift;
      },
    };
  }
  let index = 0;
  return {
    total,
    put(slot, block, shift) {
      // Most patterns stay in a file for a while.
      if (block < (first[index] ?? 0) || block >= (first[index + 1] ?? 0)) {
        index = fileOf(first, block);
      }
      file[slot] = index;
      offset[slot] = (block - (first[index] ?? 0)) * blockBytes + shift;
    },
  };
}

/** First block of each file; one more at the end. */
function firstBlocks({ sizes, count }: DatasetLocation, blockBytes: number): Float64Array {
  const first = new Float64Array(count + 1);
  for (let file = 0; file < count; file++) {
    first[file + 1] = (first[file] ?? 0) + Math.floor((sizes[file] ?? 0) / blockBytes);
  }
  return first;
}

/** The file that holds a block: the last one whose first block is not beyond it. */
function fileOf(first: Float64Array, block: number): number {
  let low = 0;
  let high = first.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((first[middle] ?? 0) <= block) low = middle;
    else high = middle - 1;
  }
  return low;
}
