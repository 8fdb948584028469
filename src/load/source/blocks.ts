import type { BlockShare } from "../../model/plan/plan.ts";
import { NumberedRandom } from "../../model/random/numbered-random.ts";
import { shareOf, type ThreadShare } from "../thread-share.ts";
import { type BlockOrder, blockOrder } from "./block-order.ts";
import { type BlockPlaces, blockPlaces } from "./block-places.ts";
import { epochsIn, type OperationSource, type SourceTask } from "./source.ts";

const INSIDE_STREAM = 0x696e73;
const SIZE_STREAM = 0x73697a65;

/** Base of all block sources. */
interface Blocks {
  readonly task: SourceTask;
  readonly share: ThreadShare;
  readonly places: BlockPlaces;
  readonly order: BlockOrder;
}

/**
 * Reads and writes of blocks. Operation `n` of a worker depends only on the plan, the seed, the
 * worker and `n`. If a worker has several threads, they issue its operations in turn.
 */
export function blocks(task: SourceTask, share: ThreadShare): OperationSource {
  const { phase, dataset, slots, seed } = task;
  const places = blockPlaces(dataset, phase.blockBytes, slots);
  const order = blockOrder({
    access: phase.access,
    parameters: phase.accessParameters,
    total: places.total,
    strideBlocks: Math.max(1, Math.floor(phase.accessParameters.strideBytes / phase.blockBytes)),
    worker: share.worker,
    workers: share.workers,
    seed,
  });
  const parts = { task, share, places, order };
  if (phase.blockMix.length === 0) return oneSize(parts);
  return order.once ? sizesInTurn(parts) : sizesAtRandom(parts);
}

function oneSize({ task, share, places, order }: Blocks): OperationSource {
  const { limit, blockBytes } = task.phase;
  task.slots.length.fill(blockBytes);
  const end = Math.min(
    epochsEnd(task, places, order, order.share),
    limit.kind === "bytes" ? shareOf(Math.ceil(limit.bytes / blockBytes), share) : Infinity,
    operationsEnd(task, share),
  );
  let number = share.thread;
  return {
    next(slot) {
      if (number >= end) return false;
      places.put(slot, order.at(number), 0);
      number += share.threads;
      return true;
    },
  };
}

/** Draws a size per operation, at an aligned offset inside the largest block of the order. */
function sizesAtRandom({ task, share, places, order }: Blocks): OperationSource {
  const { phase, seed } = task;
  const { blockBytes, limit, blockMix } = phase;
  const { length } = task.slots;
  const sizes = drawnSizes(blockMix, seed, share.worker);
  const inside = new NumberedRandom(seed, INSIDE_STREAM + share.worker);
  const anEpoch = Math.round((order.share * blockBytes) / sizes.meanBytes);
  const end = Math.min(epochsEnd(task, places, order, anEpoch), operationsEnd(task, share));
  const endBytes = limit.kind === "bytes" ? limit.bytes / share.workers : Infinity;
  let number = share.thread;
  let bytesBefore = 0;
  let counted = 0;
  return {
    next(slot) {
      if (endBytes !== Infinity) {
        while (counted < number) bytesBefore += sizes.at(counted++);
      }
      if (number >= end || bytesBefore >= endBytes) return false;
      const size = sizes.at(number);
      length[slot] = size;
      places.put(slot, order.at(number), inside.below(number, blockBytes / size) * size);
      number += share.threads;
      return true;
    },
  };
}

/**
 * Visits each largest block once, in blocks of one size that cover it, so that an epoch transfers
 * every byte once in order. A small size needs more operations per largest block and is drawn less
 * often, so that the weights apply to operations.
 */
function sizesInTurn({ task, share, places, order }: Blocks): OperationSource {
  const { phase, seed } = task;
  const { blockBytes, limit, blockMix } = phase;
  const { length } = task.slots;
  const visits = blockMix.map(({ bytes, weight }) => ({ bytes, weight: weight * bytes }));
  const sizes = drawnSizes(visits, seed, share.worker);
  const backwards = phase.access === "reverse";
  const endVisit = epochsEnd(task, places, order, order.share);
  const end = operationsEnd(task, share);
  const endBytes = limit.kind === "bytes" ? limit.bytes / share.workers : Infinity;
  let number = share.thread;
  let visit = 0;
  let start = 0;
  let size = sizes.at(0);
  let block = 0;
  let placed = -1;
  return {
    next(slot) {
      while ((number - start) * size >= blockBytes) {
        start += blockBytes / size;
        visit++;
        size = sizes.at(visit);
      }
      const inside = (number - start) * size;
      if (number >= end || visit >= endVisit) return false;
      if (visit * blockBytes + inside >= endBytes) return false;
      if (placed !== visit) {
        block = order.at(visit);
        placed = visit;
      }
      length[slot] = size;
      places.put(slot, block, backwards ? blockBytes - size - inside : inside);
      number += share.threads;
      return true;
    },
  };
}

/** Visits in all epochs; 0 without blocks. */
function epochsEnd(task: SourceTask, { total }: BlockPlaces, order: BlockOrder, anEpoch: number) {
  if (total === 0 || (order.once && order.share === 0)) return 0;
  const epochs = epochsIn(task.phase);
  return epochs === Infinity ? Infinity : anEpoch * epochs;
}

function operationsEnd({ phase }: SourceTask, share: ThreadShare): number {
  return phase.limit.kind === "operations" ? shareOf(phase.limit.operations, share) : Infinity;
}

/** Draws sizes by weight; each draw depends on its number. */
interface DrawnSizes {
  /** Mean bytes of a block over many draws. */
  readonly meanBytes: number;
  at(number: number): number;
}

/** Makes the block sizes of one worker by the weights of a mix. */
function drawnSizes(mix: readonly BlockShare[], seed: number, worker: number): DrawnSizes {
  const random = new NumberedRandom(seed, SIZE_STREAM + worker);
  const total = mix.reduce((sum, { weight }) => sum + weight, 0);
  const sizes = Float64Array.from(mix, ({ bytes }) => bytes);
  let sum = 0;
  const bounds = Float64Array.from(mix, ({ weight }) => {
    sum += weight;
    return (sum / total) * 4294967296;
  });
  const last = sizes.length - 1;
  return {
    meanBytes: mix.reduce((mean, { bytes, weight }) => mean + (bytes * weight) / total, 0),
    at(number) {
      const draw = random.uint32(number);
      let choice = 0;
      while (choice < last && draw >= (bounds[choice] ?? 0)) choice++;
      return sizes[choice] ?? 0;
    },
  };
}
