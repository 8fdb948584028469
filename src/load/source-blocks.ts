import { Random } from "../model/random.ts";
import type { OperationSource, SourceTask } from "./source.ts";

/**
 * First block of each file when all blocks of a dataset are numbered through; one more at the end.
 */
function firstBlocks(task: SourceTask): Float64Array {
  const { sizes, count } = task.dataset;
  const first = new Float64Array(count + 1);
  for (let file = 0; file < count; file++) {
    const blocks = Math.floor((sizes[file] ?? 0) / task.phase.blockBytes);
    first[file + 1] = (first[file] ?? 0) + blocks;
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

/** Whole blocks drawn uniformly from the whole dataset, by every worker. */
export function randomBlocks(task: SourceTask): OperationSource {
  const { slots, dataset } = task;
  const blockBytes = task.phase.blockBytes;
  const first = firstBlocks(task);
  const total = first[dataset.count] ?? 0;
  const random = new Random(task.seed, task.worker);
  slots.length.fill(blockBytes);
  const { file, offset } = slots;
  const share = epochShare(total, task);
  let issued = 0;
  const perFile = first[1] ?? 0;
  const even = first.every((block, index) => block === index * perFile);
  return {
    next(slot) {
      if (total === 0 || issued >= share) return false;
      issued++;
      const block = random.below(total);
      const index = even ? Math.floor(block / perFile) : fileOf(first, block);
      file[slot] = index;
      offset[slot] = (block - (even ? index * perFile : (first[index] ?? 0))) * blockBytes;
      return true;
    },
  };
}

/** Each worker reads its own region of the dataset from start to end, again and again. */
export function sequentialBlocks(task: SourceTask): OperationSource {
  const { slots, dataset, worker, workers } = task;
  const blockBytes = task.phase.blockBytes;
  const first = firstBlocks(task);
  const total = first[dataset.count] ?? 0;
  const from = Math.floor((total * worker) / workers);
  const to = Math.floor((total * (worker + 1)) / workers);
  slots.length.fill(blockBytes);
  const { file, offset } = slots;
  let block = from;
  let epoch = 0;
  let index = fileOf(first, from);
  return {
    next(slot) {
      if (block >= to) {
        epoch++;
        block = from;
        index = fileOf(first, from);
      }
      if (from === to || epoch >= task.epochs) return false;
      while (block >= (first[index + 1] ?? 0)) index++;
      file[slot] = index;
      offset[slot] = (block - (first[index] ?? 0)) * blockBytes;
      block++;
      return true;
    },
  };
}

/** Random operations of one worker in so many epochs: as many as its share of the blocks. */
function epochShare(total: number, task: SourceTask): number {
  const { worker, workers, epochs } = task;
  if (epochs === Number.POSITIVE_INFINITY) return epochs;
  const share =
    Math.floor((total * (worker + 1)) / workers) - Math.floor((total * worker) / workers);
  return share * epochs;
}
