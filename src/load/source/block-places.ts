import type { SlotTable } from "../../engine/engine.ts";
import type { DatasetLocation } from "../../model/plan/dataset.ts";

/** Locations of a dataset's blocks, numbered from the first file upward. */
export interface BlockPlaces {
  /** Whole blocks in the dataset; the rest of a file after its last block is never visited. */
  readonly total: number;
  /** Sets a slot's file and offset to `shift` bytes inside a block. */
  put(slot: number, block: number, shift: number): void;
}

/** Locates blocks of `blockBytes` in a dataset's files and sets the rows of `slots`. */
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
      // Most patterns stay in one file for a while.
      if (block < (first[index] ?? 0) || block >= (first[index + 1] ?? 0)) {
        index = fileOf(first, block);
      }
      file[slot] = index;
      offset[slot] = (block - (first[index] ?? 0)) * blockBytes + shift;
    },
  };
}

/** First block of each file, and the total at the end. */
function firstBlocks({ sizes, count }: DatasetLocation, blockBytes: number): Float64Array {
  const first = new Float64Array(count + 1);
  for (let file = 0; file < count; file++) {
    first[file + 1] = (first[file] ?? 0) + Math.floor((sizes[file] ?? 0) / blockBytes);
  }
  return first;
}

/** The file of a block: the last one that starts at or before it. */
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
