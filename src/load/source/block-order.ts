import type { AccessParameters, AccessPattern } from "../../model/plan/plan.ts";
import { NumberedRandom } from "../../model/random/numbered-random.ts";
import { Permutation } from "./permutation.ts";
import { ZipfRanks } from "./zipf.ts";

/** Sequence of the blocks that a worker visits. */
export interface BlockOrder {
  /** Blocks per epoch: the worker's share of the dataset. */
  readonly share: number;
  /** Whether an epoch visits each block of the share once, instead of random blocks. */
  readonly once: boolean;
  /** The block of visit `number`; numbers never decrease between calls. */
  at(number: number): number;
}

/** Parameters of an order. */
export interface OrderTask {
  readonly access: AccessPattern;
  readonly parameters: AccessParameters;
  /** Blocks in the dataset. */
  readonly total: number;
  /** Blocks between two strided visits. */
  readonly strideBlocks: number;
  readonly worker: number;
  readonly workers: number;
  readonly seed: number;
}

/** Index of visit `position` among `size` blocks. */
type Route = (position: number, size: number) => number;

const POSITION_STREAM = 0x706f73;
const SPOT_STREAM = 0x73706f74;
const EPOCH_STREAM = 0x65706f;

/** Seed of the hot blocks: equal for every worker, phase, repetition and seed. */
const SCATTER_SEED = 0x5ca77e4;

/** Cached ranks: with theta 0.99, four of five draws from 1 GiB of 4 KiB blocks. */
const RANKS_KEPT = 16_384;

/** Makes the order of an access pattern for one worker. */
export function blockOrder(task: OrderTask): BlockOrder {
  switch (task.access) {
    case "zipf":
      return drawn(task, zipf(task));
    case "hotspot":
      return drawn(task, hotspot(task));
    case "permutation":
      return permuted(task);
    case "sequential":
      return walked(task, (position) => position);
    case "reverse":
      return walked(task, (position, size) => size - 1 - position);
    case "strided":
      return walked(task, strided(task.strideBlocks));
    default: {
      const random = new NumberedRandom(task.seed, POSITION_STREAM + task.worker);
      return drawn(task, (number) => random.below(number, task.total));
    }
  }
}

/** Random blocks with repetition; an epoch has one visit per block of the worker's share. */
function drawn({ total, worker, workers }: OrderTask, at: BlockOrder["at"]): BlockOrder {
  const { from, to } = stretch(total, worker, workers);
  return { share: to - from, once: false, at };
}

/**
 * Zipfian draws with scattered hot blocks: a fixed permutation maps ranks to blocks, so that
 * neither read-ahead nor a shared page serves several hot blocks.
 */
function zipf({ total, parameters, seed, worker }: OrderTask): BlockOrder["at"] {
  const ranks = new ZipfRanks(total, parameters.theta, seed, worker);
  const scatter = new Permutation(total, SCATTER_SEED, 0);
  const kept = Float64Array.from({ length: Math.min(total, RANKS_KEPT) }, (_, i) => scatter.at(i));
  return (number) => {
    const rank = ranks.rank(number);
    return rank < kept.length ? (kept[rank] ?? 0) : scatter.at(rank);
  };
}

/** Sends a share of the operations to the first blocks and the rest to all others. */
function hotspot({ total, parameters, seed, worker }: OrderTask): BlockOrder["at"] {
  const position = new NumberedRandom(seed, POSITION_STREAM + worker);
  const spot = new NumberedRandom(seed, SPOT_STREAM + worker);
  // At least one block on each side, if there are two.
  const hot = Math.min(Math.max(1, Math.round(total * parameters.hotDataShare)), total - 1);
  const cold = total - hot;
  const bound = parameters.hotOperationsShare * 4294967296;
  return (number) =>
    spot.uint32(number) < bound && hot > 0
      ? position.below(number, hot)
      : hot + position.below(number, cold);
}

/** Every block once per epoch over all workers, shuffled again in each epoch. */
function permuted({ total, worker, workers, seed }: OrderTask): BlockOrder {
  const share = Math.max(0, Math.ceil((total - worker) / workers));
  const order = new Permutation(total, seed, EPOCH_STREAM);
  const turn = epochsOf(share);
  let epoch = 0;
  return {
    share,
    once: true,
    at(number) {
      const position = turn.position(number);
      if (turn.epoch !== epoch) {
        epoch = turn.epoch;
        order.shuffle(seed, EPOCH_STREAM + epoch);
      }
      return order.at(worker + position * workers);
    },
  };
}

/** Each block of the worker's range once per epoch, or its turns in a shared walk. */
function walked({ total, worker, workers, parameters }: OrderTask, route: Route): BlockOrder {
  if (parameters.region === "shared") {
    const share = Math.max(0, Math.ceil((total - worker) / workers));
    const turn = epochsOf(share);
    return {
      share,
      once: true,
      at: (number) => route(worker + turn.position(number) * workers, total),
    };
  }
  const { from, to } = stretch(total, worker, workers);
  const share = to - from;
  const turn = epochsOf(share);
  return { share, once: true, at: (number) => from + route(turn.position(number), share) };
}

/**
 * Every `stride`-th block to the end, then again from the next start block, until all are visited:
 * like reading a row-major table by columns.
 */
function strided(stride: number): Route {
  return (position, size) => {
    const rows = Math.floor(size / stride);
    const longer = size - rows * stride;
    const inLonger = longer * (rows + 1);
    if (position < inLonger) {
      const column = Math.floor(position / (rows + 1));
      return (position - column * (rows + 1)) * stride + column;
    }
    const rest = position - inLonger;
    const column = Math.floor(rest / rows);
    return (rest - column * rows) * stride + longer + column;
  };
}

/** The worker's range if the dataset is divided into ranges. */
function stretch(total: number, worker: number, workers: number) {
  return {
    from: Math.floor((total * worker) / workers),
    to: Math.floor((total * (worker + 1)) / workers),
  };
}

/** Splits visit numbers into epoch and position without a division. */
function epochsOf(share: number) {
  let start = 0;
  return {
    epoch: 0,
    position(number: number): number {
      while (share > 0 && number - start >= share) {
        start += share;
        this.epoch++;
      }
      return number - start;
    },
  };
}
